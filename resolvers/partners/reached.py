"""Which tokens somebody may manage: those that reach no farther than they do themselves."""

from sqlalchemy import ColumnElement, exists

from models.accounts import Actor, Token, TokenUnit
from models.dialects.among import among
from models.errors import NotFound
from resolvers.work import Reading


def within_reach(actor: Actor) -> list[ColumnElement[bool]]:
    """Ask that tokens reach only units that the actor reaches; nothing where that is everything."""
    if actor.units is None:
        return []
    of_token = exists().where(TokenUnit.token_id == Token.id)
    beyond = of_token.where(~among(TokenUnit.unit_id, actor.units))
    return [of_token, ~beyond]


async def check_within_reach(reading: Reading, token: Token, *, path: tuple[str, ...]) -> None:
    """Go on only with a token that reaches no farther than the actor.

    Raises:
        NotFound: It does; it looks like one that is not there.
    """
    conditions = within_reach(reading.actor)
    if not conditions:
        return
    if not await reading.first(reading.own(Token).where(Token.id == token.id, *conditions)):
        raise NotFound(path=path)

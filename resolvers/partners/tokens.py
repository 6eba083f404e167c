"""Bearer tokens of partners: made with scopes, turned with an overlap, and listed without texts."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from models.accounts import (
    Permission,
    Role,
    Token,
    TokenUnit,
    mark_of,
    new_token,
    scopes_of,
    token_digest,
)
from models.errors import IllegalTransition, InvalidInput
from models.events import EventKind
from models.partners import ServiceAccount
from resolvers import accounts, looking
from resolvers.accounts import check_scopes
from resolvers.looking import Slice
from resolvers.makers import earlier, held_end
from resolvers.work import Reading, Work

LONGEST_OVERLAP = timedelta(days=90)
OF_DISPLAYS = "A display gets its token by a pairing code, see signatureStationPairingCode."
OF_ACCOUNTS = "That is the access of a service account; see serviceAccountKeyRotate."


async def create(
    work: Work,
    *,
    role: Role,
    name: str,
    source: str = "default",
    scopes: Collection[Permission] | None = None,
    expires_at: datetime | None = None,
    unit_ids: Collection[UUID | None] | None = None,
) -> tuple[Token, str]:
    """Make a token for a person or a program, and give its text, which is not kept anywhere.

    It ends at the latest when the access of the actor does.

    Raises:
        Unauthenticated: The access of the actor was taken back meanwhile.
        NotAllowed: The actor may not change the organization, or would give what they have not.
        NotFound: There is no such unit, or the actor does not reach it.
        InvalidInput: It would be of a display, have expired already, or is not well described.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    if role is Role.STATION:
        raise InvalidInput(OF_DISPLAYS, path=("role",))
    _check_end(work, expires_at)
    return await accounts.create_token(
        work,
        role=role,
        name=name,
        source=source,
        scopes=scopes,
        expires_at=earlier(expires_at, await held_end(work)),
        unit_ids=unit_ids,
    )


async def page(
    reading: Reading, *, first: int | None, after: UUID | None, with_ended: bool = False
) -> Slice:
    """Read a page of the tokens that the actor may manage, but for those of service accounts.

    Args:
        reading: Who asks.
        first: How many at most.
        after: Behind which one the page begins.
        with_ended: Whether also those that open nothing any more.

    Raises:
        NotAllowed: The actor may not change the organization.
        InvalidInput: More tokens than a page holds.
    """
    reading.require(Permission.EDIT_ORGANIZATION)
    now = reading.actor.real(reading.now)
    is_good = Token.revoked_at.is_(None), or_(Token.expires_at.is_(None), Token.expires_at > now)
    conditions = [
        Token.id.not_in(select(ServiceAccount.token_id)),
        *(() if with_ended else is_good),
    ]
    return await looking.page(reading, Token, *conditions, first=first, after=after)


async def rotate(
    work: Work, id: UUID | None, *, overlap: timedelta, expires_at: datetime | None = None
) -> tuple[Token, str]:
    """Put a new token in the place of one that is good, which lapses after the overlap.

    Args:
        work: The transaction.
        id: Which token.
        overlap: For how long both are good, up to 90 days; none at all for one that leaked.
        expires_at: When the new one expires; None for as long a life as the former was given. It
            ends at the latest when the access of the actor does.

    Raises:
        Unauthenticated: The access of the actor was taken back meanwhile.
        NotAllowed: The actor may not change the organization, or the token may more than they do.
        NotFound: There is no such token.
        InvalidInput: The overlap is negative or too long, or the new one would have expired.
        IllegalTransition: It is not good any more, was rotated already, or is not of that kind.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    check_overlap(overlap)
    _check_end(work, expires_at)
    last = await held_end(work)
    former = await _good(work, id)
    check_scopes(work.actor, former.role, scopes_of(former.scopes))
    text, now = new_token(), work.actor.real(work.now)
    life = former.expires_at - work.actor.real(former.created_at) if former.expires_at else None
    token = Token(
        organization_id=former.organization_id,
        name=former.name,
        role=former.role,
        source=former.source,
        digest=token_digest(text),
        created_at=work.now,
        expires_at=earlier(last, expires_at or (now + life if life else None)),
        mark=mark_of(text),
        scopes=former.scopes,
        replaces_id=former.id,
        **work.actor.maker,
    )
    former.lapse(now + overlap)
    units = await work.scalars(select(TokenUnit.unit_id).where(TokenUnit.token_id == former.id))
    await work.add(token)
    await work.add(*(_reaches(token, unit_id) for unit_id in units))
    work.record(EventKind.TOKEN_ROTATED, token, replaces=former.id, until=former.expires_at)
    return token, text


def _reaches(token: Token, unit_id: UUID) -> TokenUnit:
    return TokenUnit(organization_id=token.organization_id, token_id=token.id, unit_id=unit_id)


async def _good(work: Work, id: UUID | None) -> Token:
    """Lock a token that may be rotated."""
    path = ("id",)
    token = await work.get(Token, id, path=path)
    (token,) = await work.locked(Token, [token.id])
    if token.role is Role.STATION:
        raise IllegalTransition(OF_DISPLAYS, path=path)
    if await work.first(work.own(ServiceAccount).where(ServiceAccount.token_id == token.id)):
        raise IllegalTransition(OF_ACCOUNTS, path=path)
    if not token.is_valid(work.actor.real(work.now)):
        message = "The token opens nothing any more, so nothing can take its place; make a new one."
        raise IllegalTransition(message, path=path)
    successor = select(Token.id).where(Token.replaces_id == token.id, Token.revoked_at.is_(None))
    if await work.scalars(successor.where(Token.organization_id == token.organization_id)):
        message = "The token was rotated already; rotate the one that took its place."
        raise IllegalTransition(message, path=path)
    return token


def check_overlap(overlap: timedelta) -> None:
    """Check for how long a former credential stays good.

    Raises:
        InvalidInput: It is negative or longer than 90 days.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        message = f"An overlap is from 0 to {int(LONGEST_OVERLAP.total_seconds())} seconds long."
        raise InvalidInput(message, path=("overlap_seconds",))


def _check_end(work: Work, expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= work.actor.real(work.now):
        raise InvalidInput("It would have expired already.", path=("expires_at",))

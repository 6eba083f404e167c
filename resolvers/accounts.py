"""Tokens: making them, taking them back, and finding out who came with one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor, Permission, Role, Token, WayIn, new_token, token_digest
from models.base import table_of
from models.errors import Unauthenticated
from models.events import EventKind
from resolvers.checks import required_text
from resolvers.clocks import ahead_of
from resolvers.work import Reading, Work


async def create_token(
    work: Work,
    *,
    role: Role,
    name: str = "token",
    source: str = "default",
    expires_at: datetime | None = None,
) -> tuple[Token, str]:
    """Make a token and give its text, which is not kept anywhere.

    Raises:
        NotAllowed: The actor may not change the organization.
        InvalidInput: The name or the source is empty.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    text = new_token()
    token = Token(
        organization_id=work.actor.organization_id,
        name=required_text(name, path=("name",)),
        role=role,
        source=required_text(source, path=("source",)),
        digest=token_digest(text),
        created_at=work.now,
        expires_at=expires_at,
    )
    await work.add(token)
    work.record(EventKind.TOKEN_CREATED, token, role=role.value)
    return token, text


async def revoke_token(work: Work, id: UUID | None) -> Token:
    """Take a token back; it opens nothing from now on.

    Raises:
        NotAllowed: The actor may not change the organization.
        NotFound: There is no such token.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    token = await work.get(Token, id, path=("id",))
    if token.revoked_at is None:
        token.revoked_at = work.now
        work.record(EventKind.TOKEN_REVOKED, token)
    return token


async def authenticate(connection: AsyncConnection, text: str, now: datetime) -> Actor:
    """Tell who came with a token; tokens expire by our clock, also those of sandboxes.

    Raises:
        Unauthenticated: There is no such token, it has expired, or it was taken back.
    """
    row = table_of(Token)
    known = select(row, ahead_of(row.c.organization_id)).where(row.c.digest == token_digest(text))
    token = (await connection.execute(known)).first()
    if token is None or token.revoked_at is not None:
        raise Unauthenticated
    if token.expires_at is not None and token.expires_at <= now:
        raise Unauthenticated("The token has expired; ask for a new one.")
    return Actor(
        organization_id=token.organization_id,
        role=Role(token.role),
        token_id=token.id,
        source=token.source,
        clock_ahead=token.clock_ahead,
        way_in=WayIn.BEARER,
    )


async def check_still_good(reading: Reading, now: datetime) -> None:
    """Go on only if the actor's token still opens the door: for whoever is here for long.

    Args:
        reading: A look for somebody who came with a token.
        now: The moment, by our clock.

    Raises:
        Unauthenticated: It has expired or was taken back.
    """
    token = await reading.find(Token, reading.actor.token_id)
    if token is None or token.revoked_at is not None:
        raise Unauthenticated("The token was taken back.")
    if token.expires_at is not None and token.expires_at <= now:
        raise Unauthenticated("The token has expired; ask for a new one.")

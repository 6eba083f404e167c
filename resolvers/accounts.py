"""Tokens: making them, taking them back, and finding out who came with one."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Label, Select, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import (
    PERMISSIONS,
    Actor,
    Permission,
    Role,
    Token,
    TokenUnit,
    WayIn,
    is_token,
    mark_of,
    new_token,
    scopes_of,
    token_digest,
)
from models.base import table_of
from models.dialects.among import among
from models.errors import InvalidInput, NotAllowed, Unauthenticated
from models.events import EventKind
from models.organizations import OrganizationUnit
from models.partners import AccessToken
from resolvers.checks import required_text
from resolvers.clocks import ahead_of
from resolvers.organizations import top_units
from resolvers.people import sessions
from resolvers.reach import units_below
from resolvers.work import Reading, Work

OF_DISPLAYS = frozenset({Permission.OPERATE_STATION})
"""What displays do and nobody else; whoever may change the organization sets displays up."""


async def create_token(
    work: Work,
    *,
    role: Role,
    name: str = "token",
    source: str = "default",
    expires_at: datetime | None = None,
    scopes: Collection[Permission] | None = None,
    unit_ids: Collection[UUID | None] | None = None,
) -> tuple[Token, str]:
    """Make a token and give its text, which is not kept anywhere.

    Args:
        work: The transaction.
        role: What it is for.
        name: What it is called, to tell it apart.
        source: Whose numbers external ids are.
        expires_at: From when on it opens nothing, by our clock; None for never.
        scopes: What of its role's permissions it is for; None for all of them.
        unit_ids: The units that it reaches, with all below; None for as far as the actor reaches.

    Raises:
        NotAllowed: The actor may not change the organization, or would give what they have not.
        InvalidInput: The name or the source is empty, the role has not what the scopes say, or it
            would reach no unit.
        NotFound: There is no such unit, or the actor does not reach it.
    """
    work.require(Permission.EDIT_ORGANIZATION)
    check_scopes(work.actor, role, scopes)
    reached = await _checked_units(work, unit_ids)
    text = new_token()
    token = Token(
        organization_id=work.actor.organization_id,
        name=required_text(name, path=("name",)),
        role=role,
        source=required_text(source, path=("source",)),
        digest=token_digest(text),
        created_at=work.now,
        expires_at=expires_at,
        mark=mark_of(text),
        scopes=None if scopes is None else sorted({one.value for one in scopes}),
        **work.actor.maker,
    )
    await work.add(token)
    await work.add(
        *(
            TokenUnit(organization_id=token.organization_id, token_id=token.id, unit_id=id)
            for id in reached
        )
    )
    facts: dict[str, Any] = {"units": reached} if reached else {}
    work.record(EventKind.TOKEN_CREATED, token, role=role.value, **facts)
    return token, text


def check_scopes(actor: Actor, role: Role, scopes: Collection[Permission] | None) -> None:
    """Refuse scopes that the role does not have, and to give more than one has oneself.

    Raises:
        InvalidInput: There is no scope at all, or the role does not have one of them.
        NotAllowed: The actor does not have one of them.
    """
    path = ("scopes",)
    if scopes is not None and not scopes:
        message = "Name what it is for, or leave the scopes out for all that the role may."
        raise InvalidInput(message, path=path)
    given = PERMISSIONS[role] if scopes is None else frozenset(scopes)
    foreign = sorted(given - PERMISSIONS[role])
    if foreign:
        message = f"The role {role} does not have {', '.join(foreign)}; leave it out."
        raise InvalidInput(message, path=path)
    missing = sorted(one for one in given - OF_DISPLAYS if not actor.may(one))
    if missing:
        message = f"Nobody can give what they do not have themselves: {', '.join(missing)}."
        raise NotAllowed(message, path=path)


async def _checked_units(work: Work, unit_ids: Collection[UUID | None] | None) -> list[UUID]:
    if unit_ids is None and not work.is_narrow:
        return []  # for the whole organization
    if unit_ids is None:
        unit_ids = [unit.id for unit in await top_units(work)]
    if not unit_ids:
        message = "Name the units that it reaches, or leave them out for the whole organization."
        raise InvalidInput(message, path=("unit_ids",))
    wanted = dict.fromkeys(unit_ids)
    return [(await work.get(OrganizationUnit, id, path=("unit_ids",))).id for id in wanted]


async def names_of(reading: Reading, ids: Sequence[UUID]) -> list[str | None]:
    """Tell what tokens are called, for whoever sees what was done with them.

    Raises:
        NotAllowed: The actor may not look at units.
    """
    reading.require(Permission.VIEW_ORGANIZATION)
    named = reading.seen(Token).where(among(Token.id, ids))
    names = {token.id: token.name for token in await reading.all(named)}
    return [names.get(id) for id in ids]


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

    A text that is not whole is refused before the database is asked.

    Raises:
        Unauthenticated: There is no such token, it has expired, or it was taken back.
    """
    if not is_token(text):
        raise Unauthenticated("That is not a whole token: its checksum does not fit; copy it anew.")
    token = (await connection.execute(_by_digest(), {"digest": token_digest(text)})).first()
    if token is None or token.revoked_at is not None:
        raise Unauthenticated
    check_not_expired(token.expires_at, now)
    return await actor_of(connection, token, WayIn.BEARER)


@cache
def _by_digest() -> Select[Any]:
    return select(*columns_of_actor()).where(table_of(Token).c.digest == bindparam("digest"))


def check_not_expired(expires_at: datetime | None, now: datetime) -> None:
    """Go on only before the end of a token.

    Raises:
        Unauthenticated: It has expired.
    """
    if expires_at is not None and expires_at <= now:
        raise Unauthenticated("The token has expired; ask for a new one.")


def columns_of_actor() -> tuple[Any, ...]:
    """List what `actor_of` has to know of a token."""
    row = table_of(Token)
    return *row.c, ahead_of(row.c.organization_id), _is_narrowed(row.c.id)


async def actor_of(connection: AsyncConnection, token: Any, way_in: WayIn) -> Actor:
    """Make the actor of a token's row; another statement is made for one that reaches few units."""
    return Actor(
        organization_id=token.organization_id,
        role=Role(token.role),
        token_id=token.id,
        source=token.source,
        clock_ahead=token.clock_ahead,
        scopes=scopes_of(token.scopes),
        way_in=way_in,
        units=await _units_of(connection, token.organization_id, token.id)
        if token.is_narrowed
        else None,
    )


def _is_narrowed(token_id: ColumnElement[UUID]) -> Label[bool]:
    units = table_of(TokenUnit).c
    return exists().where(units.token_id == token_id).label("is_narrowed")


async def _units_of(
    connection: AsyncConnection, organization_id: UUID, token_id: UUID
) -> frozenset[UUID]:
    units = table_of(TokenUnit).c
    named = await connection.execute(select(units.unit_id).where(units.token_id == token_id))
    return await units_below(connection, organization_id, list(named.scalars()))


async def reach_as_now(connection: AsyncConnection, actor: Actor) -> Actor:
    """Let an actor know which units their token reaches now, for whoever is here for long."""
    if actor.units is None or actor.token_id is None:
        return actor
    owner = actor.organization_id
    return replace(actor, units=await _units_of(connection, owner, actor.token_id))


async def check_still_good(reading: Reading, now: datetime) -> None:
    """Go on only if the actor's token or session still opens the door: for who is here for long.

    Args:
        reading: A look for somebody who came with a token or a session.
        now: The moment, by our clock.

    Raises:
        Unauthenticated: It has expired or was taken back.
    """
    if reading.actor.session_id is not None:
        await sessions.check_still_good(reading, now)
        return
    token = await reading.find(Token, reading.actor.token_id)
    if token is None or token.revoked_at is not None:
        raise Unauthenticated("The token was taken back.")
    check_not_expired(token.expires_at, now)
    check_not_expired(reading.actor.until, now)
    if reading.actor.way_in is WayIn.CLIENT_CREDENTIALS:
        await _check_access(reading)


async def _check_access(reading: Reading) -> None:
    """Go on only if an access token was not taken back, as those of a key are with it."""
    row, actor = AccessToken, reading.actor
    which = row.service_account_id == actor.service_account_id, row.expires_at == actor.until
    good = reading.own(row).where(*which, row.revoked_at.is_(None))
    if await reading.first(good) is None:
        raise Unauthenticated("The token was taken back.")

"""Tokens: making them, taking them back, and finding out who came with one."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Label, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import (
    Actor,
    Permission,
    Role,
    Token,
    TokenUnit,
    WayIn,
    new_token,
    token_digest,
)
from models.base import table_of
from models.errors import InvalidInput, Unauthenticated
from models.events import EventKind
from models.organizations import OrganizationUnit
from resolvers.checks import required_text
from resolvers.clocks import ahead_of
from resolvers.organizations import top_units
from resolvers.reach import units_below
from resolvers.work import Reading, Work


async def create_token(
    work: Work,
    *,
    role: Role,
    name: str = "token",
    source: str = "default",
    expires_at: datetime | None = None,
    unit_ids: Collection[UUID | None] | None = None,
) -> tuple[Token, str]:
    """Make a token and give its text, which is not kept anywhere.

    Args:
        work: The transaction.
        role: What it is for.
        name: What it is called, to tell it apart.
        source: Whose numbers external ids are.
        expires_at: From when on it opens nothing, by our clock; None for never.
        unit_ids: The units that it reaches, with all below; None for as far as the actor reaches.

    Raises:
        NotAllowed: The actor may not change the organization.
        InvalidInput: The name or the source is empty, or it would reach no unit.
        NotFound: There is no such unit, or the actor does not reach it.
    """
    work.require(Permission.EDIT_ORGANIZATION)
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


async def _checked_units(work: Work, unit_ids: Collection[UUID | None] | None) -> list[UUID]:
    if unit_ids is None:
        return [unit.id for unit in await top_units(work)] if work.is_narrow else []
    if not unit_ids:
        message = "Name the units that it reaches, or leave them out for the whole organization."
        raise InvalidInput(message, path=("unit_ids",))
    wanted = dict.fromkeys(unit_ids)
    return [(await work.get(OrganizationUnit, id, path=("unit_ids",))).id for id in wanted]


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
    known = select(row, ahead_of(row.c.organization_id), _is_narrowed(row.c.id)).where(
        row.c.digest == token_digest(text)
    )
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

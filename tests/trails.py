"""Trails for tests: an organization that something happened to, and somebody who meddles."""

import asyncio
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from factories import AINO
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from talking import Client

from models.accounts import WayIn
from models.base import table_of
from models.database import Database
from models.events import Event
from models.organizations import Contact
from resolvers import contacts, organizations
from resolvers.trail import checking, sealing
from resolvers.trail.chains import Chain
from resolvers.work import Work, system
from schema.context import clock

PATIENCE_SECONDS = 60
TRIGGERS = "select name, sql from sqlite_master where type = 'trigger' and tbl_name like 'event%'"


async def a_trail(database: Database, pieces: int = 3) -> UUID:
    """Make an organization with a contact that is changed: there is a seal for each event."""
    whose = await not_sealed(database, pieces)
    await sealed(database, whose)
    return whose


async def not_sealed(database: Database, pieces: int = 3) -> UUID:
    """Make an organization with a contact that is changed."""
    founder = organizations.founder()
    async with database.writing() as session:
        work = Work(session, founder, clock())
        await organizations.found(work, name="Kotikatu Isännöinti")
        (aino,) = await organizations.add_contacts(work, [AINO], language="fi")
    for number in range(1, pieces):
        await rename(database, founder.organization_id, aino.id, f"Aino {number}")
    return founder.organization_id


async def rename(database: Database, organization_id: UUID, contact_id: UUID, name: str) -> None:
    """Change a contact."""
    async with database.writing() as session:
        work = Work(session, system(organization_id), clock())
        await contacts.update(work, contact_id, {"name": name})


async def the_contact(database: Database, organization_id: UUID) -> Contact:
    """Find the contact of a trail."""
    async with database.writing() as session:
        work = Work(session, system(organization_id), clock())
        (contact,) = await work.all(work.own(Contact))
        return contact


async def sealed(database: Database, organization_id: UUID) -> None:
    """Seal all of a trail, each event by itself; transactions of others may have to end first."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        left = 1
        while left:
            await sealing.seal(database, organization_id, clock(), at_most=1)
            chain = Chain()
            async for _ in checking.check(database, organization_id, chain):
                pass
            left = chain.loose
            await asyncio.sleep(0.02 if left else 0)


async def meddle(database: Database, *statements: str, **values: Any) -> None:
    """Change a database as only whoever owns it can, without any rule against it."""
    async with database.administering() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        rules = (await connection.execute(text(TRIGGERS))).all() if on_sqlite else []
        for name, _ in rules:
            await connection.execute(text(f"drop trigger {name}"))
        if not on_sqlite:
            await connection.execute(text("set local session_replication_role = replica"))
        for statement in statements:
            await connection.execute(text(statement), _written(connection, values))
        for _, rule in rules:
            await connection.execute(text(rule))


def _written(connection: AsyncConnection, values: dict[str, Any]) -> dict[str, Any]:
    if connection.dialect.name != "sqlite":
        return values
    return {name: value.hex if isinstance(value, UUID) else value for name, value in values.items()}


BOOKKEEPING = {"idempotent_answers", "jobs"}
NOT_WORTH_AN_EVENT = {
    "signatureStationHeartbeat": {"signature_stations"},  # that its display is there, no more
}
WRITTEN = re.compile(r"\s*(?:with .*)?(?:insert into|update|delete from) (\w+)", re.IGNORECASE)


@dataclass
class Done:
    """Something that was done over HTTP.

    Args:
        request_id: With which request.
        statements: What the database was told.
    """

    request_id: str
    statements: list[str]

    def written(self, name: str) -> set[str]:
        """Tell into which tables something was written that anybody could miss."""
        found = {match[1] for one in self.statements if (match := WRITTEN.match(one))}
        return found - BOOKKEEPING - NOT_WORTH_AN_EVENT.get(name, set())


async def changed_unseen(client: Client, done: dict[str, Done]) -> dict[str, set[str]]:
    """Tell which of several things changed something and left no event that says who did it.

    Args:
        client: Whose token was used.
        done: What was done, by name.
    """
    row = table_of(Event).c
    said = select(row.request_id).where(
        row.organization_id == client.organization_id,
        row.way_in == WayIn.BEARER,
        row.token_id.is_not(None),
    )
    async with client.database.reading() as connection:
        found = set((await connection.execute(said)).scalars())
    silent = {name: one for name, one in done.items() if one.request_id not in found}
    return {name: tables for name, one in silent.items() if (tables := one.written(name))}


async def problems(
    database: Database, organization_id: UUID, noted: str | None = None
) -> list[str]:
    """Check a trail, and give what is wrong with it."""
    chain = Chain(noted=noted)
    return [str(one) async for one in checking.check(database, organization_id, chain)]

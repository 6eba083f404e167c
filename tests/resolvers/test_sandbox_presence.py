"""Automats of a sandbox whose clock is moved while something is heard of them: they stay there."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from factories import DAY, NOON, make_automat
from linked import eventually
from sqlalchemy import text

from models.accounts import Actor
from models.automat_links import AutomatLink
from models.automats import Automat, is_online
from models.database import Database
from models.sandboxes import SandboxAdvance
from resolvers import clocks, organizations, sandboxes
from resolvers.automat_reports import links, presence
from resolvers.work import Work

SECOND = timedelta(seconds=1)
WAITING = text("select count(*) from pg_locks where not granted")


@pytest.fixture
async def sandbox(own_database: Database) -> Actor:
    """Found a sandbox whose clock is told to go on by a day, and has not moved yet."""
    actor = replace(organizations.founder(), clock_ahead=timedelta())
    async with own_database.writing() as session:
        work = Work(session, actor, NOON)
        await organizations.found(work, name="Sandbox", clock_ahead=timedelta())
        await sandboxes.advance(work, by=DAY)
        automat = await make_automat(work)
        automat.last_seen_at = NOON - 20 * SECOND
        await work.add(link_of(automat))
    return actor


def link_of(automat: Automat) -> AutomatLink:
    return AutomatLink(
        organization_id=automat.organization_id,
        automat_id=automat.id,
        serial=str(automat.id),
        issued_at=NOON,
        expires_at=NOON + 900 * DAY,
        activated_at=NOON,
        codes_key="sealed",
        connected=True,
        applied_revision=0,
    )


async def says_how_it_is(database: Database, link_id: UUID) -> None:
    """Let an automat say at NOON of ours how it is, and nothing of having been told the time."""
    async with database.writing() as session:
        found = await links.locked(session, link_id, NOON)
        assert found is not None
        await presence.state_heard(*found, presence.Said(at=NOON, number=0))


async def test_what_is_heard_while_the_clock_moves_is_heard_by_the_clock_as_it_is_then(
    own_database: Database, sandbox: Actor
) -> None:
    async with own_database.writing() as session:
        work = Work(session, sandbox, NOON)
        (running,) = await work.all(work.own(SandboxAdvance))
        (link,) = await work.all(work.own(AutomatLink))
        await sandboxes.step(work, running.id)
        await work.connection()
        hearing = asyncio.create_task(says_how_it_is(own_database, link.id))
        await waits(own_database)
    await hearing

    async with own_database.writing() as session:
        actor = await clocks.system_of(await session.connection(), sandbox.organization_id)
        work = Work(session, actor, actor.time(NOON))
        assert work.now == NOON + DAY
        (automat,) = await work.all(work.own(Automat))
        (link,) = await work.all(work.own(AutomatLink))
        assert is_online(automat.last_seen_at, work.now)
        assert link.clock_ahead == -DAY  # it has not been told yet


async def waits(database: Database) -> None:
    """Wait until somebody waits for a row; a database that is one file lets nobody in anyhow."""
    if database.is_sqlite:
        return

    async def is_so() -> bool:
        async with database.reading() as connection:
            return bool((await connection.execute(WAITING)).scalar_one())

    await eventually(is_so)

"""Who changes the credentials of an automat while it is heard: nobody waits in a circle."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from acknowledging import link_of, linked_automat
from factories import NOON
from linked import eventually
from outsides import BROKER, SECRET
from racing import by_itself
from sqlalchemy import text

from models.accounts import Actor
from models.database import Database
from resolvers import organizations
from resolvers.automat_links import enrolling, installing, revoking, rotating
from resolvers.automat_links.enrolling import Cabinet
from resolvers.automat_reports import links
from resolvers.outside.certificates import new_key
from resolvers.work import Work

WAITING = text(
    "select count(*) from pg_stat_activity"
    " where wait_event_type = 'Lock' and datname = current_database()"
)
Change = Callable[[Work, UUID, str], Awaitable[Any]]


async def _revoke(work: Work, automat_id: UUID, pin: str) -> None:
    await revoking.revoke(work, automat_id)


async def _rotate(work: Work, automat_id: UUID, pin: str) -> None:
    await rotating.rotate(work, automat_id, SECRET, BROKER)


async def _enrol(work: Work, automat_id: UUID, pin: str) -> None:
    cabinet = Cabinet("000331", pin, "HW-2", new_key().public_key())
    await enrolling.enrol(work, automat_id, cabinet, SECRET, BROKER)


@pytest.mark.parametrize("change", [_revoke, _rotate, _enrol])
@pytest.mark.parametrize("is_new", [False, True])
async def test_who_changes_credentials_waits_for_whoever_hears_the_automat(
    database: Database, change: Change, *, is_new: bool
) -> None:
    if database.is_sqlite:
        pytest.skip("there is one writer at a time")
    owner, automat_id, pin, ids = await _prepared(database)

    async with database.writing() as session:
        found = await links.locked(session, ids[is_new], NOON)
        assert found is not None
        changing = asyncio.create_task(_change(database, owner, change, automat_id, pin))
        await eventually(lambda: _waits(database), 60)
        await links.heard_from(*found)

    await changing


async def _prepared(database: Database) -> tuple[Actor, UUID, str, tuple[UUID, UUID]]:
    """Make an automat with credentials that work and others that wait, and an installation PIN."""
    owner = organizations.founder()

    async def prepare(work: Work) -> tuple[UUID, str, tuple[UUID, UUID]]:
        await organizations.found(work, name="Kotikatu")
        automat = await linked_automat(work)
        former = await link_of(work, automat)
        _, new = await rotating.rotate(work, automat.id, SECRET, BROKER)
        _, pin = await installing.renew_pin(work, automat.id, SECRET)
        return automat.id, pin, (former.id, new.link_id)

    return owner, *(await by_itself(database, owner, prepare))


async def _change(
    database: Database, owner: Actor, change: Change, automat_id: UUID, pin: str
) -> None:
    """Change credentials once: what the database gave up would come back as an error."""
    async with database.writing() as session:
        await change(Work(session, owner, NOON), automat_id, pin)


async def _waits(database: Database) -> bool:
    async with database.reading() as connection:
        return bool((await connection.execute(WAITING)).scalar_one())

"""Events are written once, with what changed: by each look at the database, or with the commit."""

from collections.abc import Sequence
from typing import Any

import pytest
from factories import NOON

from models.accounts import Actor
from models.database import Database
from models.events import Event, EventKind
from models.organizations import OrganizationUnit
from resolvers import organizations
from resolvers.work import Work

RENAMED = EventKind.ORGANIZATION_UNIT_UPDATED


async def founded(database: Database) -> Actor:
    founder = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, founder, NOON), name="Kotikatu")
    return founder


async def renamed_twice(work: Work) -> list[int]:
    """Rename a unit twice, record it each time, and count the events that are found meanwhile."""
    unit = await work.get(OrganizationUnit, work.actor.organization_id)
    found = []
    for name in ("Koti", "Katu"):
        unit.name = name
        work.record(RENAMED, unit)
        found.append(len(await renamings(work)))
    return found


async def renamings(work: Work) -> Sequence[Event]:
    return await work.all(work.own(Event).where(Event.kind == RENAMED).order_by(Event.id))


async def told(database: Database, founder: Actor) -> list[Any]:
    """Give what changed by each event that was kept."""
    async with database.writing(founder.organization_id) as session:
        rows = await renamings(Work(session, founder, NOON))
        return [row.changes and (row.changes["before"], row.changes["after"]) for row in rows]


@pytest.mark.parametrize(("frequent", "meanwhile"), [(False, [1, 2]), (True, [0, 0])])
async def test_each_event_has_what_changed_until_then(
    database: Database, *, frequent: bool, meanwhile: list[int]
) -> None:
    founder = await founded(database)

    async with database.writing(founder.organization_id, frequent=frequent) as session:
        assert await renamed_twice(Work(session, founder, NOON)) == meanwhile

    first = {"name": "Kotikatu"}, {"name": "Koti"}
    assert await told(database, founder) == [first, ({"name": "Koti"}, {"name": "Katu"})]


async def test_what_is_written_with_the_commit_is_found_by_whoever_looks_at_the_trail(
    database: Database,
) -> None:
    founder = await founded(database)

    async with database.writing(founder.organization_id, frequent=True) as session:
        work = Work(session, founder, NOON)
        await renamed_twice(work)
        await work.write_events()
        assert len(await renamings(work)) == 2

    assert len(await told(database, founder)) == 2


async def test_of_an_attempt_that_fails_nothing_is_told_and_of_what_was_before_all(
    database: Database,
) -> None:
    founder = await founded(database)

    async with database.writing(founder.organization_id, frequent=True) as session:
        work = Work(session, founder, NOON)
        await renamed_twice(work)
        with pytest.raises(RuntimeError):
            async with work.attempt():
                await renamed_twice(work)
                raise RuntimeError

    assert len(await told(database, founder)) == 2


async def test_a_frequent_transaction_that_fails_tells_nothing(database: Database) -> None:
    founder = await founded(database)

    with pytest.raises(RuntimeError):
        async with database.writing(founder.organization_id, frequent=True) as session:
            await renamed_twice(Work(session, founder, NOON))
            raise RuntimeError

    assert await told(database, founder) == []

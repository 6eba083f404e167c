"""Following a table: each row once, also those that are committed late or come in great number."""

from datetime import timedelta
from uuid import UUID

import pytest
from commanding import make_link, make_report
from factories import NOON, make_automat

from models.accounts import Actor
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport, ReportKind
from models.base import new_id
from models.database import Database
from resolvers import organizations
from resolvers.following import AT_ONCE, OVERLAP, Tail
from resolvers.work import Reading, Work

KIND = ReportKind.DOOR_OPENED


class Reported:
    """What an automat reports, and somebody who follows it."""

    def __init__(self, database: Database, link: AutomatLink) -> None:
        self._database = database
        self._link = link
        self._actor = Actor(link.organization_id, organizations.founder().role)
        self.tail = Tail(AutomatReport, AutomatReport.automat_id == link.automat_id)

    async def keep(self, *numbers: int, **given: UUID) -> None:
        async with self._database.writing() as session:
            work = Work(session, self._actor, NOON)
            for number in numbers:
                await make_report(work, self._link, number, KIND, **given)

    async def seen(self) -> list[int]:
        async with self._database.reading() as connection:
            rows = await self.tail.look(Reading(connection, self._actor, NOON))
        return [row.number for row in rows]


@pytest.fixture
async def reported(database: Database) -> Reported:
    async with database.writing() as session:
        work = Work(session, organizations.founder(), NOON)
        await organizations.found(work, name="Kotikatu")
        link = await make_link(work, await make_automat(work))
    return Reported(database, link)


def made_before(by: timedelta) -> UUID:
    """Make an id as it was made so long ago."""
    return UUID(int=new_id().int - (int(by.total_seconds() * 1_000) << 80))


async def test_what_was_there_before_is_not_new(reported: Reported) -> None:
    await reported.keep(1, 2)

    assert await reported.seen() == []
    assert await reported.seen() == []
    await reported.keep(3)
    assert await reported.seen() == [3]
    assert await reported.seen() == []


async def test_the_first_rows_of_all_are_new(reported: Reported) -> None:
    await reported.seen()
    await reported.keep(1)

    assert await reported.seen() == [1]
    assert await reported.seen() == []


async def test_what_is_committed_late_is_seen_once(reported: Reported) -> None:
    await reported.keep(1)
    await reported.seen()
    slow = new_id()
    await reported.keep(2)
    assert await reported.seen() == [2]

    await reported.keep(3, id=slow)

    assert await reported.seen() == [3]
    assert await reported.seen() == []


async def test_what_was_begun_before_the_first_look_is_seen_too(reported: Reported) -> None:
    slow = new_id()
    await reported.keep(1)
    await reported.seen()

    await reported.keep(2, id=slow)

    assert await reported.seen() == [2]


async def test_only_the_last_seconds_are_looked_over_again(reported: Reported) -> None:
    await reported.keep(1)
    await reported.seen()

    await reported.keep(2, id=made_before(OVERLAP * 2))
    await reported.keep(3, id=made_before(OVERLAP / 2))

    assert await reported.seen() == [3]


async def test_great_numbers_come_in_parts(reported: Reported) -> None:
    await reported.seen()
    await reported.keep(*range(1, 2 * AT_ONCE + 2))

    parts = [await reported.seen() for _ in range(4)]

    assert [len(part) for part in parts] == [AT_ONCE, AT_ONCE, 1, 0]
    assert [number for part in parts for number in part] == list(range(1, 2 * AT_ONCE + 2))

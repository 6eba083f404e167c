"""Checking and giving out a trail while others seal, erase and remove of it: no false alarm."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert
from trails import a_trail, problems, rename, sealed, the_contact

from models.database import Database
from models.seals import EventSeal
from resolvers.erasing.contacts import erase_on_request
from resolvers.trail import checking, files, reading, removing, sealing
from resolvers.trail.chains import Chain
from resolvers.work import Work, system
from schema.context import clock


class Meanwhile:
    """Lets others work on a trail as soon as its first seal was read.

    Args:
        database: Where it is.
        whose: Whose it is.
    """

    def __init__(self, database: Database, whose: UUID) -> None:
        self._database = database
        self._whose = whose
        self.has_happened = False

    async def events(self, *args: Any, **kwargs: Any) -> Any:
        """Read events, as `reading.events` does, after others did what they do."""
        if not self.has_happened:
            self.has_happened = True
            await self._others_work()
        return await reading.events(*args, **kwargs)

    async def _others_work(self) -> None:
        owner, later = system(self._whose), clock() + timedelta(days=3651)
        contact = await the_contact(self._database, self._whose)
        await rename(self._database, self._whose, contact.id, "Meanwhile")
        async with self._database.writing() as session:
            await erase_on_request(Work(session, owner, clock()), contact.id, reason="asked")
        await sealing.seal(self._database, self._whose, clock())
        assert await removing.remove_old(self._database, owner, later) >= 3


@pytest.fixture
async def whose(database: Database) -> UUID:
    return await a_trail(database)


async def test_a_check_beside_the_removal_of_old_events_finds_nothing_wrong(
    database: Database, whose: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile = Meanwhile(database, whose)
    monkeypatch.setattr(checking, "events", meanwhile.events)

    found = await problems(database, whose)
    again = await problems(database, whose)

    assert (found, again, meanwhile.has_happened) == ([], [], True)


async def test_a_file_that_is_written_beside_it_is_whole(
    database: Database, whose: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile = Meanwhile(database, whose)
    monkeypatch.setattr(files, "events", meanwhile.events)

    lines = [line async for line in files.lines(database, whose, clock())]
    chain = Chain()

    assert list(files.check(lines, chain)) == []
    assert (chain.sealed, chain.removed, meanwhile.has_happened) == (3, 0, True)


async def test_whoever_looks_at_one_moment_writes_nothing_and_leaves_no_trace(
    database: Database, whose: UUID
) -> None:
    contact = await the_contact(database, whose)
    counting = "select count(*) from events"

    async with database.at_one_moment() as connection:
        before = (await connection.exec_driver_sql(counting)).scalar_one()
        await rename(database, whose, contact.id, "Meanwhile")
        assert (await connection.exec_driver_sql(counting)).scalar_one() == before
    for _ in range(8):  # every reader of the pool sees the newest commit again
        async with database.reading() as connection:
            assert (await connection.exec_driver_sql(counting)).scalar_one() > before
    with pytest.raises(Exception, match=r"read-?only"):
        async with database.at_one_moment() as connection:
            await connection.exec_driver_sql("delete from events")
    await sealed(database, whose)
    assert await problems(database, whose) == []


async def last_seal(database: Database, whose: UUID) -> int:
    async with database.reading() as connection:
        return (await reading.head(connection, whose)).number


async def test_a_sealer_that_gives_way_leaves_the_rest_to_who_was_first(
    database: Database, whose: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Once", "Twice"):
        await rename(database, whose, (await the_contact(database, whose)).id, name)
    before, is_overtaken = await last_seal(database, whose), False

    async def events_and_meanwhile(*args: Any, **kwargs: Any) -> Any:
        nonlocal is_overtaken
        found = await reading.events(*args, **kwargs)
        if found and not is_overtaken:
            is_overtaken = True
            async with database.reading() as connection:
                row = await sealing._next(connection, whose, clock(), 1)
            async with database.writing() as session:
                await session.execute(insert(EventSeal).values(row))
        return found

    monkeypatch.setattr(sealing, "events", events_and_meanwhile)

    async with asyncio.timeout(60):
        while not is_overtaken:  # others on the same cluster may write just now
            await asyncio.sleep(0.02)
            count = await sealing.seal(database, whose, clock(), at_most=1, gives_way=True)

    assert count == 0
    assert await last_seal(database, whose) == before + 1

"""Workers: what is due is done, once, on time, by whoever is there, whatever comes in between."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from claiming import once
from effects import (
    KIND,
    Clock,
    at_work,
    done,
    plan,
    prepared,
    slowly,
    take_effect,
    times_done,
    until_none_is_left,
    worker,
)
from factories import DAY, HOUR, NOON

from models.accounts import Actor
from models.database import Database
from resolvers import jobs
from resolvers.jobs import Handler
from resolvers.work import Work
from schema.operating import working

SECOND = timedelta(seconds=1)
HARDLY_EVER = 50.0
"""How often a worker looks, in seconds, where a test shows that it is woken: never before."""


@pytest.fixture
async def owner(own_database: Database) -> Actor:
    """Found an organization that has no jobs."""
    return await prepared(own_database)


@pytest.fixture
def database(own_database: Database) -> Database:
    """Use a database in which nobody else plans anything."""
    return own_database


@pytest.fixture
async def other(own_database: Database) -> AsyncIterator[Database]:
    """Give the same database as another process would have it."""
    other = Database(own_database.url.render_as_string(hide_password=False))
    yield other
    await other.dispose()


async def test_five_thousand_that_are_due_at_once_are_all_done_once(
    database: Database, owner: Actor
) -> None:
    ids = await plan(database, owner, *[NOON] * 5_000)

    async with at_work(worker(database, once)):
        await until_none_is_left(database, seconds=120)

    assert await times_done(database) == dict.fromkeys(ids, 1)


async def test_two_workers_do_nothing_twice_and_share(
    database: Database, other: Database, owner: Actor
) -> None:
    ids = await plan(database, owner, *[NOON] * 300)
    doers: dict[str, int] = {"one": 0, "other": 0}

    def counted(name: str) -> Handler:
        async def handler(work: Work, id: UUID) -> None:
            doers[name] += 1
            await slowly(work, id)

        return handler

    async with at_work(worker(database, counted("one")), worker(other, counted("other"))):
        await until_none_is_left(database)

    assert await times_done(database) == dict.fromkeys(ids, 1)
    if not database.is_sqlite:  # whose one writer is whoever comes first
        assert min(doers.values()) > 20


async def test_the_longest_due_is_done_first(database: Database, owner: Actor) -> None:
    moments = [NOON - number * SECOND for number in range(30)]
    random.shuffle(moments)
    ids = dict(zip(moments, await plan(database, owner, *moments), strict=True))

    async with at_work(worker(database, once)):
        await until_none_is_left(database)

    places = {id: place for place, id in enumerate(await done(database))}
    displaced = [abs(places[ids[moment]] - place) for place, moment in enumerate(sorted(moments))]
    assert max(displaced) < working.AT_ONCE  # so many are in hand at a time


async def test_a_job_is_begun_when_its_time_comes(
    database: Database, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "POLL_SECONDS", HARDLY_EVER)
    clock, lateness = Clock(), list[timedelta]()
    due = {}
    for number in range(4):
        moment = clock() + SECOND + number * timedelta(seconds=0.33)
        (id,) = await plan(database, owner, moment)
        due[id] = moment

    async def punctual(work: Work, id: UUID) -> None:
        lateness.append(work.now - due[id])

    async with at_work(worker(database, punctual, clock)):
        await until_none_is_left(database)

    assert len(lateness) == 4
    assert timedelta() <= min(lateness)
    assert max(lateness).total_seconds() < HARDLY_EVER


async def test_a_job_that_is_planned_for_now_wakes_the_worker(
    database: Database, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "POLL_SECONDS", HARDLY_EVER)
    async with at_work(worker(database, once)):
        await asyncio.sleep(0.3)
        began = time.monotonic()
        await plan(database, owner, NOON)
        await until_none_is_left(database)

        assert time.monotonic() - began < HARDLY_EVER


async def test_a_job_is_done_each_time_that_it_asks_for(database: Database, owner: Actor) -> None:
    (id,) = await plan(database, owner, NOON)

    async def thrice(work: Work, id: UUID) -> datetime | None:
        await take_effect(work, id)
        so_far = (await times_done(database))[id]
        return None if so_far == 2 else work.now + SECOND / 10

    async with at_work(worker(database, thrice)):
        await until_none_is_left(database)

    assert await times_done(database) == {id: 3}


async def test_what_is_planned_anew_while_it_is_done_is_begun_again_and_done_once(
    database: Database, owner: Actor
) -> None:
    clock, begun = Clock(), list[datetime]()
    (id,) = await plan(database, owner, NOON)

    async def interrupted(work: Work, id: UUID) -> None:
        begun.append(work.now)
        if len(begun) == 1 and not database.is_sqlite:  # where nobody can write beside it
            async with database.writing() as session:
                await jobs.schedule(Work(session, owner, work.now), KIND, id, work.now + HOUR)
        await take_effect(work, id)

    async with at_work(worker(database, interrupted, clock)):
        await until_none_is_left(database)

    assert await times_done(database) == {id: 1}
    assert len(begun) == (1 if database.is_sqlite else 2)


async def test_an_idle_worker_hardly_ever_asks(
    database: Database, owner: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    await plan(database, owner, NOON + DAY)
    idle = worker(database, once)

    async with at_work(idle):
        await asyncio.sleep(0.5)
        caplog.clear()
        with caplog.at_level(logging.INFO, "sqlalchemy.engine.Engine"):
            before = time.process_time()
            await asyncio.sleep(2)
            spent = time.process_time() - before

    asked = [record for record in caplog.records if "select" in record.message.lower()]
    assert spent < 0.3
    assert 1 <= len(asked) <= 4

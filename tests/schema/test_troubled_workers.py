"""Workers in trouble: handlers that fail or hang, clocks that are set, an end in the middle."""

import asyncio
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
    how_many_left,
    left,
    plan,
    prepared,
    slowly,
    take_effect,
    times_done,
    until,
    until_none_is_left,
    worker,
)
from factories import DAY, HOUR, NOON

from models.accounts import Actor
from models.base import new_id
from models.database import Database
from models.organizations import OrganizationUnit
from resolvers import jobs
from resolvers.work import Work
from schema.operating import working

SECOND = timedelta(seconds=1)
SHORT = timedelta(seconds=1.5)


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


async def test_a_worker_and_a_use_case_never_wait_for_each_other_in_a_circle(
    database: Database, other: Database, owner: Actor
) -> None:
    clock, begun = Clock(), list[datetime]()
    (id,) = await plan(database, owner, clock() + SECOND / 2)

    async def locking(work: Work, id: UUID) -> None:
        begun.append(work.now)
        await work.locked(OrganizationUnit, [owner.organization_id])
        await take_effect(work, id)

    async with at_work(worker(database, locking, clock)):
        async with other.writing() as session:
            work = Work(session, owner, clock())
            await work.locked(OrganizationUnit, [owner.organization_id])
            await asyncio.sleep(
                2
            )  # so long that PostgreSQL would blame the use case, not the worker
            await jobs.schedule(work, KIND, id, clock())
        await until_none_is_left(database)

    assert await times_done(database) == {id: 1}
    assert len(begun) == (1 if database.is_sqlite else 2)


async def test_a_handler_that_fails_undoes_its_own_work_and_stops_nobody_elses(
    database: Database,
    owner: Actor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad, *good = await plan(database, owner, *[NOON] * 20)
    attempts, secret = [], "PIN 4711"

    async def failing(work: Work, id: UUID) -> None:
        await take_effect(work, id)
        if id == bad:
            attempts.append(work.now)
            raise ValueError(secret)

    async with at_work(worker(database, failing)):
        await until(lambda: is_done(database, good))
        await until(lambda: tried(attempts, 2))

    assert await times_done(database) == dict.fromkeys(good, 1)
    (job,) = await left(database)
    assert (job.subject_id, job.error, job.worker) == (bad, "ValueError", None)
    assert attempts[1] - attempts[0] >= 2 * SECOND
    assert "ValueError" in caplog.text
    assert "in failing" in caplog.text
    assert "4711" not in caplog.text


async def is_done(database: Database, ids: list[UUID]) -> bool:
    return set(ids) <= set(await done(database))


async def tried(attempts: list[datetime], times: int) -> bool:
    return len(attempts) >= times


async def test_what_the_database_refuses_in_a_handler_undoes_all_of_it(
    database: Database, owner: Actor
) -> None:
    (id,) = await plan(database, owner, NOON)
    nobody = Actor(new_id(), owner.role)

    async def breaking(work: Work, id: UUID) -> None:
        await take_effect(work, id)
        await jobs.schedule(Work(work.session, nobody, work.now), KIND, new_id(), work.now)

    async with at_work(worker(database, breaking)):
        await until(lambda: has_failed(database))

    assert await done(database) == []
    (job,) = await left(database)
    refusal = "IntegrityError" if database.is_sqlite else "ProgrammingError"  # the second wall's
    assert (job.subject_id, job.error) == (id, refusal)


async def has_failed(database: Database) -> bool:
    return any(job.failures for job in await left(database))


async def test_a_handler_that_hangs_is_given_up(
    database: Database, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "LONGEST_SECONDS", 0.5)
    await plan(database, owner, NOON)

    async def hanging(work: Work, id: UUID) -> None:
        await take_effect(work, id)
        await asyncio.sleep(60)

    async with at_work(worker(database, hanging)):
        await until(lambda: has_failed(database))

    assert await done(database) == []
    assert [job.error for job in await left(database)] == ["TimeoutError"]


async def test_a_slow_job_is_not_claimed_by_another_worker(
    database: Database, other: Database, owner: Actor
) -> None:
    (id,) = await plan(database, owner, NOON)
    begun = []

    async def slow(work: Work, id: UUID) -> None:
        begun.append(id)
        await take_effect(work, id)
        await asyncio.sleep(3 * SHORT.total_seconds())

    async with at_work(worker(database, slow, lease=SHORT), worker(other, slow, lease=SHORT)):
        await until_none_is_left(database)

    assert begun == [id]
    assert await done(database) == [id]


async def test_a_worker_that_stops_finishes_what_it_has_begun(
    database: Database, owner: Actor
) -> None:
    ids = await plan(database, owner, *[NOON] * 100)
    begun = []

    async def slow(work: Work, id: UUID) -> None:
        begun.append(id)
        await take_effect(work, id)
        await asyncio.sleep(0.05)

    async with at_work(worker(database, slow)):
        await until(lambda: tried(begun, 3), every=0.01)

    assert await times_done(database) == dict.fromkeys(begun, 1)
    assert await how_many_left(database) == len(ids) - len(begun)
    assert {job.worker for job in await left(database)} == {None}


async def test_a_worker_that_cannot_finish_gives_back_what_it_has(
    database: Database, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "GRACE_SECONDS", 0.3)
    ids = await plan(database, owner, *[NOON] * 3)
    begun = []

    async def endless(work: Work, id: UUID) -> None:
        begun.append(id)
        await take_effect(work, id)
        await asyncio.sleep(60)

    async with at_work(worker(database, endless)):
        await until(lambda: tried(begun, 1))
    assert await done(database) == []
    async with at_work(worker(database, once)):
        await until_none_is_left(database)

    assert await times_done(database) == dict.fromkeys(ids, 1)


async def test_a_clock_that_is_set_forward_makes_due_what_it_passes(
    database: Database, owner: Actor
) -> None:
    clock = Clock()
    tomorrow, _next_week = await plan(database, owner, NOON + DAY, NOON + 7 * DAY)

    async with at_work(worker(database, once, clock)):
        await asyncio.sleep(0.2)
        assert await done(database) == []
        clock.set(2 * DAY)
        await until(lambda: is_done(database, [tomorrow]))

    assert await done(database) == [tomorrow]


async def test_a_clock_that_is_set_in_the_middle_of_a_job_does_nothing_twice(
    database: Database, other: Database, owner: Actor
) -> None:
    clock = Clock()
    ids = await plan(database, owner, *[NOON] * 200)

    async with at_work(
        worker(database, slowly, clock, lease=SHORT), worker(other, slowly, clock, lease=SHORT)
    ):
        for by in (HOUR, -HOUR, DAY, -HOUR, HOUR):
            await asyncio.sleep(0.2)
            clock.set(by)
        await until_none_is_left(database)

    assert await times_done(database) == dict.fromkeys(ids, 1)


async def test_what_a_dead_worker_claimed_before_the_clock_was_set_back_is_done(
    database: Database, owner: Actor
) -> None:
    clock = Clock(NOON + DAY)
    (id,) = await plan(database, owner, NOON)
    dead = worker(database, once, clock, lease=SHORT)
    assert len(await dead._claim()) == 1
    clock.set(-DAY)

    async with at_work(worker(database, once, clock, lease=SHORT)):
        await until_none_is_left(database)

    assert await done(database) == [id]

"""What becomes of a claim: it is kept, given back, ended by another clock, or it fails."""

from datetime import timedelta
from typing import Any

import pytest
from claiming import ONE, OTHER, claim, keep, once_an_hour, perform
from effects import left, plan, prepared
from factories import DAY, HOUR, NOON
from sqlalchemy import select

from models.accounts import Actor
from models.database import Database
from models.events import Event, EventKind
from models.jobs import LEASE, LONGEST_PAUSE, MOST_ATTEMPTS
from resolvers import claims

SECOND = timedelta(seconds=1)


@pytest.fixture
async def owner(own_database: Database) -> Actor:
    """Found an organization that has no jobs."""
    return await prepared(own_database)


@pytest.fixture
def database(own_database: Database) -> Database:
    """Use a database in which nobody else plans anything."""
    return own_database


async def test_a_worker_that_lives_keeps_what_it_has_in_hand(
    database: Database, owner: Actor
) -> None:
    await plan(database, owner, NOON)
    in_hand = await claim(database)

    await keep(database, ONE, NOON + LEASE / 2, in_hand)

    assert await claim(database, OTHER, NOON + LEASE) == []
    assert len(await claim(database, OTHER, NOON + LEASE * 3 / 2)) == 1


async def test_a_worker_gives_back_what_it_does_not_work_on(
    database: Database, owner: Actor
) -> None:
    await plan(database, owner, NOON, NOON)
    dropped, in_hand = await claim(database)

    await keep(database, OTHER, NOON, ())
    assert await claim(database, OTHER) == []
    await keep(database, ONE, NOON, [in_hand])
    (taken,) = await claim(database, OTHER)

    assert taken.job_id == dropped.job_id


async def test_a_worker_keeps_nothing_that_somebody_else_has_now(
    database: Database, owner: Actor
) -> None:
    await plan(database, owner, NOON)
    in_hand = await claim(database)
    await claim(database, OTHER, NOON + LEASE)

    await keep(database, ONE, NOON + HOUR, in_hand)

    assert [(job.worker, job.due_at) for job in await left(database)] == [
        ("other", NOON + 2 * LEASE)
    ]


async def test_a_lease_of_a_clock_that_was_set_back_is_ended(
    database: Database, owner: Actor
) -> None:
    (id, _later) = await plan(database, owner, NOON, NOON + DAY)
    await claim(database, OTHER, NOON + HOUR)

    await keep(database, ONE, NOON, ())

    (taken,) = await claim(database)
    assert taken.subject_id == id


async def test_clocks_that_differ_a_little_take_nothing_from_each_other(
    database: Database, owner: Actor
) -> None:
    await plan(database, owner, NOON)
    await claim(database, OTHER, NOON + 5 * SECOND)

    await keep(database, ONE, NOON, ())

    assert await claim(database) == []


async def test_a_job_that_fails_is_tried_again_later_and_keeps_no_value_of_the_error(
    database: Database, owner: Actor
) -> None:
    await plan(database, owner, NOON)
    (claimed,) = await claim(database)

    async with database.writing() as session:
        assert await claims.note_failure(session, claimed, ValueError("PIN 4711"), NOON)

    (job,) = await left(database)
    assert (job.error, job.failures, job.worker) == ("ValueError", 1, None)
    assert await claim(database, now=NOON + SECOND) == []
    (again,) = await claim(database, now=NOON + 2 * SECOND)
    assert again.failures == 1


async def test_a_failure_of_somebody_who_was_overtaken_is_nobodys(
    database: Database, owner: Actor
) -> None:
    await plan(database, owner, NOON)
    (first,) = await claim(database)
    await claim(database, OTHER, NOON + LEASE)

    async with database.writing() as session:
        assert not await claims.note_failure(session, first, ValueError(), NOON)

    assert [(job.worker, job.error) for job in await left(database)] == [("other", None)]


async def test_a_job_that_goes_on_failing_is_told_of_once_and_never_dropped(
    database: Database, owner: Actor
) -> None:
    (id,) = await plan(database, owner, NOON)
    now = NOON

    for _ in range(MOST_ATTEMPTS + 3):
        (claimed,) = await claim(database, now=now)
        async with database.writing() as session:
            await claims.note_failure(session, claimed, KeyError("secret"), now)
        (job,) = await left(database)
        before, now = now, job.due_at

    assert now - before == LONGEST_PAUSE
    (event,) = await told(database, owner)
    assert (event.subject_type, event.subject_id, event.token_id) == ("KeyContract", id, None)
    assert event.facts == {"job": "key_contract", "failures": MOST_ATTEMPTS, "error": "KeyError"}
    assert "12 times in a row" in event.notice
    assert "secret" not in event.notice


async def test_a_job_that_succeeds_begins_to_count_its_failures_anew(
    database: Database, owner: Actor
) -> None:
    await plan(database, owner, NOON)
    (claimed,) = await claim(database)
    async with database.writing() as session:
        await claims.note_failure(session, claimed, ValueError(), NOON)
    (again,) = await claim(database, now=NOON + HOUR)

    await perform(database, again, once_an_hour, NOON + HOUR)

    assert [(job.failures, job.error) for job in await left(database)] == [(0, None)]


async def told(database: Database, owner: Actor) -> list[Any]:
    """List what an organization was told about its jobs."""
    own = Event.organization_id == owner.organization_id
    async with database.reading() as connection:
        found = select(Event).where(own, Event.kind == EventKind.JOB_FAILED)
        return list(await connection.execute(found))


async def test_what_failed_by_a_clock_that_ran_ahead_is_tried_again_soon(
    database: Database, owner: Actor
) -> None:
    await plan(database, owner, NOON)
    (claimed,) = await claim(database, now=NOON + 5 * HOUR)
    async with database.writing() as session:
        await claims.note_failure(session, claimed, OSError(), NOON + 5 * HOUR)

    await keep(database, ONE, NOON)

    (job,) = await left(database)
    assert (job.due_at, job.failures) == (NOON, 1)


async def test_what_has_failed_often_waits_its_pause(database: Database, owner: Actor) -> None:
    await plan(database, owner, NOON)
    (claimed,) = await claim(database)
    async with database.writing() as session:
        await claims.note_failure(session, claimed, OSError(), NOON)
    (before,) = await left(database)

    await keep(database, ONE, NOON)

    (job,) = await left(database)
    assert job.due_at == before.due_at > NOON

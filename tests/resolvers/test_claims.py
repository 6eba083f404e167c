"""Claims: who has a job, what its handler may decide, and that only one settles it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from claiming import ONE, OTHER, claim, once, once_an_hour, perform, replan
from effects import KIND, done, left, plan, prepared
from factories import DAY, HOUR, NOON

from models.accounts import Actor
from models.database import Database
from models.jobs import LEASE
from resolvers import claims, jobs
from resolvers.claims import Holder
from resolvers.work import Work

SECOND = timedelta(seconds=1)


@pytest.fixture
async def owner(own_database: Database) -> Actor:
    """Found an organization that has no jobs."""
    return await prepared(own_database)


@pytest.fixture
def database(own_database: Database) -> Database:
    """Use a database in which nobody else plans anything."""
    return own_database


async def test_jobs_are_claimed_in_the_order_of_their_times(
    database: Database, owner: Actor
) -> None:
    late, early, middle, not_yet = await plan(
        database, owner, NOON, NOON - DAY, NOON - HOUR, NOON + SECOND
    )

    first = await claim(database, at_most=2)
    rest = await claim(database, OTHER, at_most=2)

    assert [one.subject_id for one in first] == [early, middle]
    assert [one.subject_id for one in rest] == [late]
    assert not_yet in [job.subject_id for job in await left(database)]


async def test_what_is_claimed_is_nobody_elses_until_the_lease_ends(
    database: Database, owner: Actor
) -> None:
    await plan(database, owner, NOON)

    (first,) = await claim(database)
    assert await claim(database, OTHER, NOON + LEASE - SECOND) == []
    (second,) = await claim(database, OTHER, NOON + LEASE)

    assert (first.attempt, second.attempt) == (1, 2)
    assert [job.worker for job in await left(database)] == ["other"]


async def test_what_a_worker_cannot_do_it_leaves_alone(database: Database, owner: Actor) -> None:
    await plan(database, owner, NOON)
    newcomer = Holder("newcomer", frozenset())

    assert await claim(database, newcomer) == []
    async with database.reading() as connection:
        assert await claims.next_due(connection, newcomer.kinds) is None
        assert await claims.next_due(connection, ONE.kinds) == NOON


async def test_a_job_with_nothing_left_is_gone(database: Database, owner: Actor) -> None:
    (id,) = await plan(database, owner, NOON)
    (claimed,) = await claim(database)

    await perform(database, claimed, once)

    assert await done(database) == [id]
    assert await left(database) == []


async def test_a_job_with_more_to_come_waits_for_its_next_time(
    database: Database, owner: Actor
) -> None:
    (id,) = await plan(database, owner, NOON)
    (claimed,) = await claim(database)

    await perform(database, claimed, once_an_hour)

    (job,) = await left(database)
    assert (job.subject_id, job.due_at, job.worker) == (id, NOON + HOUR, None)
    assert await claim(database, OTHER, NOON + HOUR - SECOND) == []
    assert len(await claim(database, OTHER, NOON + HOUR)) == 1


async def test_a_handler_that_is_never_done_keeps_no_worker_turning(
    database: Database, owner: Actor
) -> None:
    await plan(database, owner, NOON)
    (claimed,) = await claim(database)

    async def at_once(work: Work, id: UUID) -> datetime:
        return work.now - DAY

    await perform(database, claimed, at_once)

    assert [job.due_at for job in await left(database)] == [NOON + SECOND]


async def test_of_two_who_have_a_job_only_the_last_settles_it(
    database: Database, owner: Actor
) -> None:
    (id,) = await plan(database, owner, NOON)
    (first,) = await claim(database)
    (second,) = await claim(database, OTHER, NOON + LEASE)

    await perform(database, first, once)
    assert await done(database) == []
    await perform(database, second, once)
    await perform(database, second, once)

    assert await done(database) == [id]


async def test_a_claim_from_before_the_job_came_again_settles_nothing(
    database: Database, owner: Actor
) -> None:
    (id,) = await plan(database, owner, NOON)
    (first,) = await claim(database)
    (second,) = await claim(database, OTHER, NOON + LEASE)
    await perform(database, second, once)
    await replan(database, owner, id, NOON)
    await claim(database, OTHER)

    await perform(database, first, once)

    assert await done(database) == [id]


async def test_a_job_that_is_planned_anew_while_it_is_done_is_done_again_at_once(
    database: Database, owner: Actor
) -> None:
    (id,) = await plan(database, owner, NOON)
    (claimed,) = await claim(database)
    await replan(database, owner, id, NOON + HOUR)

    await perform(database, claimed, once)

    assert await done(database) == []
    assert [(job.due_at, job.worker) for job in await left(database)] == [(NOON, None)]


async def test_a_job_that_is_forgotten_while_it_is_done_takes_no_effect(
    database: Database, owner: Actor
) -> None:
    (id,) = await plan(database, owner, NOON)
    (claimed,) = await claim(database)
    async with database.writing() as session:
        await jobs.forget(Work(session, owner, NOON), KIND, [id])

    await perform(database, claimed, once)

    assert await done(database) == []
    assert await left(database) == []


@pytest.mark.parametrize("following", [None, NOON + DAY])
async def test_the_answer_of_a_handler_decides_whatever_is_planned_in_it(
    database: Database, owner: Actor, following: datetime | None
) -> None:
    id, other = await plan(database, owner, NOON, NOON + DAY)
    (claimed,) = await claim(database)

    async def planning(work: Work, id: UUID) -> datetime | None:
        await jobs.schedule_all(work, KIND, {id: NOON + HOUR, other: NOON + 2 * HOUR})
        await jobs.forget(work, KIND, [id])
        return following

    await perform(database, claimed, planning)

    expected = [(other, NOON + 2 * HOUR), *([(id, following)] if following else [])]
    assert [(job.subject_id, job.due_at) for job in await left(database)] == expected


async def test_a_handler_acts_for_the_organization_of_the_job(
    database: Database, owner: Actor
) -> None:
    await plan(database, owner, NOON)
    (claimed,) = await claim(database)
    seen: list[Any] = []

    async def looking(work: Work, id: UUID) -> None:
        seen.append((work.actor.organization_id, work.actor.token_id, work.now))

    await perform(database, claimed, looking, NOON + HOUR)

    assert seen == [(owner.organization_id, None, NOON + HOUR)]

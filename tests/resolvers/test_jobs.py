"""Jobs are planned with what makes them necessary, one for each subject, and forgotten with it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from factories import HOUR, NOON, acting_as, make_stranger
from sqlalchemy import select, update

from models.accounts import Role
from models.base import new_id
from models.database import Database, do_last_acts
from models.jobs import LONGEST_PAUSE, MOST_ATTEMPTS, Job, JobKind, pause_after
from resolvers import jobs, organizations
from resolvers.work import Work

KIND = JobKind.KEY_CONTRACT


async def planned(work: Work) -> list[Any]:
    """List the jobs of an organization, the soonest first, as they will be committed."""
    await work.connection()
    await do_last_acts(work.session)
    columns = Job.subject_id, Job.due_at, Job.attempt, Job.failures, Job.worker, Job.error
    own = select(*columns).where(Job.organization_id == work.actor.organization_id)
    return await work.rows(own.order_by(Job.due_at))


async def test_a_job_is_planned_for_its_time(work: Work) -> None:
    id = new_id()

    await jobs.schedule(work, KIND, id, NOON + HOUR)

    assert await planned(work) == [(id, NOON + HOUR, 0, 0, None, None)]


@pytest.mark.parametrize(("again", "counts"), [(-HOUR, -HOUR), (HOUR, timedelta(0))])
async def test_of_two_moments_the_earlier_one_counts(
    work: Work, again: timedelta, counts: timedelta
) -> None:
    at_once, later = new_id(), new_id()
    await jobs.schedule_all(work, KIND, dict.fromkeys([at_once, later], NOON))
    await jobs.schedule(work, KIND, at_once, NOON + again)
    await planned(work)

    await jobs.schedule(work, KIND, later, NOON + again)

    assert {row.due_at for row in await planned(work)} == {NOON + counts}


async def test_whoever_has_a_job_that_is_planned_anew_is_overtaken_and_it_is_done_at_once(
    work: Work,
) -> None:
    id = new_id()
    await jobs.schedule(work, KIND, id, NOON + HOUR)
    await planned(work)
    claimed = update(Job).where(Job.subject_id == id)
    await work.session.execute(
        claimed.values(attempt=7, failures=3, worker="somebody", error="ValueError")
    )

    await jobs.schedule(work, KIND, id, NOON + HOUR)

    assert await planned(work) == [(id, NOON, 8, 0, None, None)]


async def test_many_are_planned_at_once_also_where_some_are_already(work: Work) -> None:
    known, *others = ids = [new_id() for _ in range(5_000)]
    await jobs.schedule(work, KIND, known, NOON)
    await planned(work)

    await jobs.schedule_all(
        work, KIND, {id: NOON + number * HOUR for number, id in enumerate(ids, 1)}
    )

    found = await planned(work)
    assert [row.subject_id for row in found] == [known, *others]
    assert [row.attempt for row in found] == [1] + [0] * 4_999


async def test_nothing_is_planned_for_nobody(work: Work) -> None:
    await jobs.schedule_all(work, KIND, {})
    await jobs.forget(work, KIND, [])

    assert await planned(work) == []


async def test_what_is_forgotten_is_gone_and_nothing_else(work: Work) -> None:
    kept, *forgotten = [new_id() for _ in range(3)]
    await jobs.schedule_all(work, KIND, dict.fromkeys([kept, *forgotten], NOON))

    await jobs.forget(work, KIND, [*forgotten, new_id()])

    assert [row.subject_id for row in await planned(work)] == [kept]


async def test_nobody_touches_the_jobs_of_another_organization(work: Work) -> None:
    stranger, id = await make_stranger(work), new_id()
    await jobs.schedule(work, KIND, id, NOON + HOUR)
    await planned(work)

    await jobs.schedule(stranger, KIND, id, NOON)
    await planned(stranger)
    await jobs.forget(stranger, KIND, [id])

    assert await planned(work) == [(id, NOON + HOUR, 0, 0, None, None)]
    assert await planned(stranger) == []


async def test_jobs_need_no_permission_of_their_own(work: Work) -> None:
    await jobs.schedule(acting_as(work, Role.VIEWER), KIND, new_id(), NOON)

    assert len(await planned(work)) == 1


async def test_planning_is_heard_when_it_is_committed(database: Database) -> None:
    strokes = database.changes()
    await anext(strokes)
    founder = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, founder, NOON), name="Kotikatu")
    await asyncio.wait_for(anext(strokes), 60)

    async with database.writing() as session:
        await jobs.schedule(Work(session, founder, NOON), KIND, new_id(), NOON + HOUR)

    await asyncio.wait_for(anext(strokes), 60)
    await strokes.aclose()


async def test_planning_that_is_undone_leaves_nothing(database: Database, work: Work) -> None:
    with pytest.raises(RuntimeError):
        async with work.attempt():
            await jobs.schedule(work, KIND, new_id(), NOON)
            raise RuntimeError

    assert await planned(work) == []


def test_the_pauses_grow_to_an_hour_just_when_somebody_is_told() -> None:
    pauses = [pause_after(failures) for failures in range(1, 30)]

    assert pauses[:3] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)]
    assert pauses.index(LONGEST_PAUSE) + 1 == MOST_ATTEMPTS
    assert set(pauses[MOST_ATTEMPTS:]) == {LONGEST_PAUSE}

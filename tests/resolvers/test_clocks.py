"""What goes by the clock of an organization, and what by ours."""

from datetime import datetime
from uuid import UUID

import pytest
from clocked import due_of, owner, plan, sandbox_in
from factories import DAY, HOUR, NOON, make_automat, make_entity, make_key, push
from sqlalchemy import select, update

from models.accounts import Role
from models.base import new_id
from models.errors import Unauthenticated
from models.jobs import Job, JobKind
from models.organizations import OrganizationUnit
from resolvers import accounts, claims, jobs
from resolvers.claims import Holder
from resolvers.work import Work


async def test_what_a_stay_plans_is_kept_by_our_clock(work: Work) -> None:
    here = await sandbox_in(work, 100 * DAY)
    apartment = await make_entity(here)
    await make_key(here, apartment, automat=await make_automat(here))
    stay, _ = await push(here, apartment, starts_at=here.now + 9 * DAY)
    await here.session.info["last_acts"].pop("plan")()

    (due_at,) = await here.scalars(select(Job.due_at).where(Job.organization_id == owner(here)))

    assert due_at == NOON + 8 * DAY  # the PIN goes to the automat a day before
    assert stay.starts_at == NOON + 109 * DAY


async def test_a_plan_goes_by_the_clock_as_it_is_when_it_is_written(work: Work) -> None:
    here = await sandbox_in(work)
    subject_id = new_id()
    await jobs.schedule(here, JobKind.KEY_CONTRACT, subject_id, NOON + 9 * DAY)
    root = OrganizationUnit
    moved = update(root).where(root.id == owner(here)).values(clock_ahead=DAY)
    await (await here.connection()).execute(moved)

    await here.session.info["last_acts"].pop("plan")()

    assert await due_of(here, subject_id) == NOON + 8 * DAY


async def test_a_job_is_done_by_the_clock_of_its_organization(work: Work) -> None:
    here = await sandbox_in(work, 30 * DAY)
    await plan(here, NOON + 30 * DAY)
    seen: list[datetime] = []

    async def looking(then: Work, _id: UUID) -> datetime:
        seen.append(then.now)
        return then.now + DAY

    holder = Holder("somebody", frozenset(JobKind))
    claimed = await claims.claim(work.session, holder, NOON + HOUR, at_most=9_999)
    (claim,) = [one for one in claimed if one.organization_id == owner(here)]
    await claims.perform(work.session, claim, looking, NOON + HOUR)

    assert seen == [NOON + 30 * DAY + HOUR]
    assert await due_of(here, claim.subject_id) == NOON + DAY + HOUR


async def test_a_token_expires_by_our_clock_and_tells_that_of_its_organization(
    work: Work,
) -> None:
    here = await sandbox_in(work, 30 * DAY)
    _, text = await accounts.create_token(here, role=Role.PARTNER, expires_at=NOON + DAY)
    connection = await here.connection()

    actor = await accounts.authenticate(connection, text, NOON)

    assert actor.time(NOON) == NOON + 30 * DAY
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(connection, text, NOON + DAY)

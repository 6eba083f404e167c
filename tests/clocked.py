"""Sandboxes in the transaction of a test, and what is due in them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from factories import NOON
from sqlalchemy import select

from models.base import new_id
from models.jobs import Job, JobKind
from resolvers import clocks, organizations
from resolvers.work import Work


async def sandbox_in(work: Work, ahead: timedelta = timedelta()) -> Work:
    """Found a sandbox in the same transaction; its clock shows NOON and that."""
    founder = replace(organizations.founder(), clock_ahead=ahead)
    here = Work(work.session, founder, founder.time(NOON))
    await organizations.found(here, name="Sandbox", clock_ahead=ahead)
    return here


async def clock_of(work: Work) -> timedelta | None:
    ahead = await clocks.of_organizations(await work.connection(), [work.actor.organization_id])
    return ahead[work.actor.organization_id]


async def due_of(work: Work, subject_id: UUID) -> datetime:
    await work.connection()
    (due_at,) = await work.scalars(select(Job.due_at).where(Job.subject_id == subject_id))
    return due_at


async def plan(work: Work, due_at: datetime, **values: Any) -> UUID:
    """Write down that something is due, by the clock of the organization."""
    subject_id = new_id()
    ahead = work.actor.clock_ahead or timedelta()
    job = Job(
        organization_id=work.actor.organization_id,
        kind=values.pop("kind", JobKind.KEY_CONTRACT),
        subject_id=subject_id,
        due_at=due_at - ahead,
        **values,
    )
    await work.add(job)
    return subject_id


def owner(work: Work) -> UUID:
    return work.actor.organization_id

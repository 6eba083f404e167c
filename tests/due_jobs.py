"""Doing what is due in one organization, as a worker would, at a moment that a test chooses."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from talking import Client

from models.accounts import Actor, Role
from models.jobs import Job
from resolvers import claims
from resolvers.claims import CLAIM_COLUMNS, Claim
from resolvers.timers import ERRANDS, HANDLERS
from resolvers.work import Reading, Work


async def do_what_is_due(client: Client, now: datetime) -> None:
    """Do jobs until none of the organization is due any more."""
    while due := await _due(client, now):
        for claim in due:
            await _perform(client, claim, now)


async def _due(client: Client, now: datetime) -> list[Claim]:
    async with client.database.reading() as connection:
        mine = Job.organization_id == client.organization_id
        found = select(*CLAIM_COLUMNS).where(mine, Job.due_at <= now)
        return [Claim(*row) for row in (await connection.execute(found)).all()]


async def _perform(client: Client, claim: Claim, now: datetime) -> None:
    handler, done = HANDLERS.get(claim.kind), None
    if handler is None:
        errand = ERRANDS[claim.kind]
        async with client.database.reading() as connection:
            reading = Reading(connection, Actor(client.organization_id, Role.ADMIN), now)
            asked = await errand.ask(reading, claim.subject_id)
        if asked is not None:
            done = await errand.do(client.outside, asked)
        handler = partial(_keep, errand, done)
    async with client.database.writing() as session:
        await claims.perform(session, claim, handler, now)


async def _keep(errand: Any, done: Any, work: Work, subject_id: UUID) -> datetime | None:
    following: datetime | None = await errand.keep(work, subject_id, done)
    return following

"""Claiming jobs by hand, as two workers would, at moments that a test chooses."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from effects import KIND, take_effect
from factories import HOUR, NOON

from models.accounts import Actor
from models.database import Database
from resolvers import claims, jobs
from resolvers.claims import Claim, Holder
from resolvers.jobs import Handler
from resolvers.work import Work

ONE, OTHER = (Holder(name, frozenset({KIND})) for name in ("one", "other"))


async def claim(
    database: Database, holder: Holder = ONE, now: datetime = NOON, at_most: int = 10
) -> list[Claim]:
    async with database.writing() as session:
        return await claims.claim(session, holder, now, at_most=at_most)


async def perform(
    database: Database, claimed: Claim, handler: Handler, now: datetime = NOON
) -> None:
    async with database.writing() as session:
        await claims.perform(session, claimed, handler, now)


async def keep(
    database: Database, holder: Holder, now: datetime, in_hand: Sequence[Claim] = ()
) -> None:
    async with database.writing() as session:
        await claims.keep(session, holder, now, in_hand)


async def once(work: Work, id: UUID) -> None:
    await take_effect(work, id)


async def replan(database: Database, owner: Actor, id: UUID, due_at: datetime) -> None:
    async with database.writing() as session:
        await jobs.schedule(Work(session, owner, NOON), KIND, id, due_at)


async def once_an_hour(work: Work, id: UUID) -> datetime:
    await take_effect(work, id)
    return work.now + HOUR

"""Handlers whose effects can be counted: one row for each time that something was done."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from factories import NOON
from sqlalchemy import Column, Integer, MetaData, String, Table, Uuid, delete, func, insert, select

from models.accounts import Actor
from models.base import new_id
from models.database import Database
from models.dialects.row_security import APPLICATION
from models.jobs import LEASE, Job, JobKind
from resolvers import jobs, organizations
from resolvers.jobs import Handler
from resolvers.work import Work
from schema.operating.working import Worker

KIND = JobKind.KEY_CONTRACT
effects = Table(
    "effects",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("subject_id", Uuid()),
    Column("note", String()),
)


class Clock:
    """Goes like any other from a certain moment on, and may be set."""

    def __init__(self, starts_at: datetime = NOON) -> None:
        self._ahead = starts_at - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def set(self, by: timedelta) -> None:
        self._ahead += by


async def take_effect(work: Work, subject_id: UUID, note: str = "") -> None:
    """Do it once."""
    await (await work.connection()).execute(
        insert(effects).values(subject_id=subject_id, note=note)
    )


async def slowly(work: Work, subject_id: UUID) -> None:
    """Do it once, and not at once."""
    await take_effect(work, subject_id)
    await asyncio.sleep(0.005)


def worker(
    database: Database, handler: Handler, clock: Clock | None = None, lease: timedelta = LEASE
) -> Worker:
    return Worker(database, {KIND: handler}, clock or Clock(), lease=lease)


async def prepared(database: Database) -> Actor:
    """Make the table, empty, and an organization that has no jobs."""
    async with database.administering() as connection:
        await connection.run_sync(effects.create, checkfirst=True)
        if not database.is_sqlite:  # jobs are done for an organization, see `models.walls`
            granted = (
                "grant select, insert on effects to {0}; grant usage on effects_number_seq to {0}"
            )
            await connection.exec_driver_sql(granted.format(APPLICATION))
        await connection.execute(delete(effects))
        await connection.execute(delete(Job))
    founder = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, founder, NOON), name="Kotikatu")
    return founder


async def plan(database: Database, owner: Actor, *due_at: datetime) -> list[UUID]:
    """Plan a job for each moment, about subjects that are made up."""
    subjects = {new_id(): moment for moment in due_at}
    async with database.writing() as session:
        await jobs.schedule_all(Work(session, owner, NOON), KIND, subjects)
    return list(subjects)


async def done(database: Database) -> list[UUID]:
    """List what took effect, in order."""
    async with database.reading() as connection:
        rows = await connection.execute(select(effects).order_by(effects.c.number))
        return [row.subject_id for row in rows]


async def times_done(database: Database) -> Counter[UUID]:
    return Counter(await done(database))


async def left(database: Database) -> list[Any]:
    """List the jobs that are left, the soonest first."""
    async with database.reading() as connection:
        return list(await connection.execute(select(Job).order_by(Job.due_at)))


async def how_many_left(database: Database) -> int:
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(Job))).scalar_one()


@asynccontextmanager
async def at_work(*workers: Worker) -> AsyncIterator[None]:
    """Let workers work until the block ends."""
    running = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for worker in workers:
            worker.stop()
        await asyncio.gather(*running)


async def until(
    is_so: Callable[[], Awaitable[bool]], *, seconds: float = 60.0, every: float = 0.05
) -> float:
    """Wait until something is so; tells how long that took."""
    began = time.monotonic()
    while not await is_so():
        assert time.monotonic() < began + seconds, "it did not come about"
        await asyncio.sleep(every)
    return time.monotonic() - began


async def until_none_is_left(database: Database, *, seconds: float = 60.0) -> None:
    async def none_is() -> bool:
        return await how_many_left(database) == 0

    await until(none_is, seconds=seconds)

"""Errands that hang, as when a service or the file store does not answer: nobody else waits."""

import asyncio
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from claiming import once
from effects import KIND, Clock, at_work, plan, prepared, times_done, until
from factories import NOON
from outsides import outside_in

from models.accounts import Actor
from models.base import new_id
from models.database import Database
from models.jobs import JobKind
from resolvers import jobs
from resolvers.outside.ports import Outside
from resolvers.work import Reading, Work
from schema.operating.working import AT_ONCE, ERRANDS_AT_ONCE, Worker


class Hanging:
    """An errand whose service does not answer before it is told to."""

    def __init__(self) -> None:
        self.hanging: set[UUID] = set()
        self.answers = asyncio.Event()

    async def ask(self, reading: Reading, subject_id: UUID) -> UUID:
        return subject_id

    async def do(self, outside: Outside, asked: UUID) -> UUID:
        self.hanging.add(asked)
        await self.answers.wait()
        return asked

    async def keep(self, work: Work, subject_id: UUID, done: Any) -> datetime | None:
        await once(work, subject_id)
        return None


@pytest.fixture
async def owner(own_database: Database) -> Actor:
    """Found an organization that has no jobs."""
    return await prepared(own_database)


async def test_what_has_to_do_with_pins_is_done_at_once_while_all_errands_hang(
    own_database: Database, owner: Actor, tmp_path: Path
) -> None:
    errand, outside = Hanging(), outside_in(tmp_path)
    hanging = [new_id() for _ in range(2 * AT_ONCE)]
    async with own_database.writing() as session:
        due_at = dict.fromkeys(hanging, NOON)
        await jobs.schedule_all(Work(session, owner, NOON), JobKind.SEAL, due_at)
    errands = {JobKind.SEAL: errand}
    worker = Worker(own_database, {KIND: once}, Clock(), errands=errands, outside=outside)

    async def all_hang() -> bool:
        return len(errand.hanging) == ERRANDS_AT_ONCE

    async with at_work(worker):
        await until(all_hang)
        began = time.monotonic()
        ids = await plan(own_database, owner, *[NOON] * 20)

        async def are_done() -> bool:
            return set(ids) == set(await times_done(own_database))

        await until(are_done)
        took = time.monotonic() - began
        assert len(errand.hanging) == ERRANDS_AT_ONCE < worker.at_once
        errand.answers.set()

        async def all_is_done() -> bool:
            return await times_done(own_database) == dict.fromkeys([*ids, *hanging], 1)

        await until(all_is_done)

    assert took < 3

"""`livionkey work` as people start it: it does what is due, and ends when it is told to."""

import asyncio
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from commands import CommandLine
from databases import database_at
from effects import KIND, how_many_left, left, prepared, until, until_none_is_left
from serving import serving

from models.base import new_id
from models.database import Database
from resolvers import jobs
from resolvers.work import Work, system
from schema.operating.working import GRACE_SECONDS


@pytest.fixture
def commands(own_url: str, tmp_path: Path) -> CommandLine:
    """Give a command line on a database of our own."""
    return CommandLine(tmp_path, {"database_url": own_url})


@pytest.fixture
async def database(own_url: str) -> AsyncIterator[Database]:
    """Open that database."""
    async with database_at(own_url) as database:
        yield database


@pytest.fixture
async def organization_id(database: Database) -> UUID:
    """Found an organization."""
    return (await prepared(database)).organization_id


@contextmanager
def at_work(commands: CommandLine) -> Iterator[subprocess.Popen[str]]:
    """Let a worker work until the end of the block, whatever happens in it."""
    process = commands.start("work")
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def ended(process: subprocess.Popen[str], how: signal.Signals) -> int:
    """Send a signal and wait for the end; gives the exit status."""
    process.send_signal(how)
    return await asyncio.to_thread(process.wait, 60)


async def have_begun(commands: CommandLine, workers: int) -> bool:
    """Tell whether so many workers are at work."""
    return (commands.folder / "log").read_text().count(" begins\n") == workers


async def plan(database: Database, organization_id: UUID) -> None:
    """Plan what is due now, about something that is not there: nothing is left of it when done."""
    now = datetime.now(UTC)
    async with database.writing() as session:
        work = Work(session, system(organization_id), now)
        await jobs.schedule(work, KIND, new_id(), now)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_does_what_is_due_and_ends_when_it_is_told_to(
    commands: CommandLine, database: Database, organization_id: UUID, how: signal.Signals
) -> None:
    await plan(database, organization_id)

    with at_work(commands) as worker:
        await until_none_is_left(database)
        await plan(database, organization_id)
        await until_none_is_left(database)
        began = time.monotonic()
        status = await ended(worker, how)

    assert status == 0
    assert time.monotonic() - began < GRACE_SECONDS
    log = (commands.folder / "log").read_text()
    assert "begins" in log
    assert log.splitlines()[-1].endswith("has ended")
    assert "Traceback" not in log


async def test_after_a_worker_was_killed_the_next_goes_on(
    commands: CommandLine, database: Database, organization_id: UUID
) -> None:
    with at_work(commands) as worker:
        await plan(database, organization_id)
        await until_none_is_left(database)
        await ended(worker, signal.SIGKILL)
    await plan(database, organization_id)

    with at_work(commands):
        await until_none_is_left(database)


async def test_a_server_works_itself_on_sqlite_and_leaves_it_to_workers_on_postgresql(
    commands: CommandLine, database: Database, organization_id: UUID
) -> None:
    await plan(database, organization_id)

    with serving(commands) as server:
        if not database.is_sqlite:
            await asyncio.sleep(2)
            assert await how_many_left(database) == 1
            with at_work(commands):
                await until_none_is_left(database)
        await until_none_is_left(database)
        assert server.stop() in {0, -signal.SIGTERM, 128 + signal.SIGTERM}

    assert "Traceback" not in (commands.folder / "log").read_text()


async def test_several_workers_may_work_beside_a_server(
    commands: CommandLine, database: Database, organization_id: UUID
) -> None:
    with serving(commands), at_work(commands) as one, at_work(commands) as other:
        await until(lambda: have_begun(commands, 2 + database.is_sqlite))
        for _ in range(20):
            await plan(database, organization_id)
        await until_none_is_left(database)
        assert [await ended(worker, signal.SIGTERM) for worker in (one, other)] == [0, 0]

    assert await left(database) == []
    log = (commands.folder / "log").read_text()
    assert "Traceback" not in log
    assert "cannot go on" not in log

"""Workers that are killed, and a database that goes away: every job is done once, none is lost."""

import asyncio
import logging
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from away import close
from effects import (
    at_work,
    done,
    left,
    plan,
    prepared,
    slowly,
    times_done,
    until,
    until_none_is_left,
    worker,
)
from factories import NOON

from models.accounts import Actor
from models.database import Database

DYING_WORKERS = Path(__file__).parent.parent / "dying_workers.py"
JOBS, TIMES = 300, 3
KILLING_SECONDS = 6
AWAY_SECONDS = 2.5


@pytest.fixture
async def owner(own_database: Database) -> Actor:
    """Found an organization that has no jobs."""
    return await prepared(own_database)


@pytest.fixture
def database(own_database: Database) -> Database:
    """Use a database in which nobody else plans anything."""
    return own_database


async def test_workers_that_are_killed_at_any_moment_lose_nothing_and_do_nothing_twice(
    database: Database, owner: Actor
) -> None:
    ids = await plan(database, owner, *[datetime.now(UTC)] * JOBS)
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, DYING_WORKERS, url, str(KILLING_SECONDS)]

    with subprocess.Popen(  # noqa: ASYNC220, S603  # our own command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as workers:
        orphans = set[UUID]()
        try:
            async with asyncio.timeout(60):
                while jobs := await left(database):
                    orphans |= {job.id for job in jobs if job.worker and is_dead(job.worker)}
                    await asyncio.sleep(0.05)
        finally:
            killed, _ = await asyncio.to_thread(workers.communicate, "")

    assert await times_done(database) == dict.fromkeys(ids, TIMES)
    assert int(killed) > KILLING_SECONDS
    assert orphans  # some were killed between claim and settling


def is_dead(worker: str) -> bool:
    """Tell whether a worker of this machine has ended."""
    _host, process, _random = worker.split(":")
    return not Path(f"/proc/{process}").exists()


async def test_a_database_that_was_away_finds_the_worker_where_it_was(
    database: Database,
    owner: Actor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("models.database.BUSY_SECONDS", 1)  # 30 s, after which SQLite gives up
    ids = await plan(database, owner, *[NOON] * 400)
    own = Database(database.url.render_as_string(hide_password=False))

    async with at_work(worker(own, slowly)):
        await until(lambda: some_are_done(database), every=0.01)
        open_again = await asyncio.to_thread(close, database)
        await asyncio.sleep(AWAY_SECONDS)
        open_again()
        await database.dispose()  # our own connections were thrown out too
        before = len(await done(database))
        assert before < len(ids)
        await until_none_is_left(database)

    await own.dispose()
    assert await times_done(database) == dict.fromkeys(ids, 1)
    rooms = ("schema.operating.working", "resolvers.waking")
    said = [record.message for record in caplog.records if record.name in rooms]
    assert len([line for line in said if "cannot go on now" in line]) == 1, said
    assert len([line for line in said if "goes on" in line]) == 1, said
    assert not [line for line in said if "\n" in line]
    assert len([one for one in caplog.records if "the bell's" in one.message]) <= 1


async def some_are_done(database: Database) -> bool:
    return len(await done(database)) > 20

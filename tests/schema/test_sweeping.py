"""What runs beside the API and in workers: bytes go, and contacts whose time is over."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import samples
from factories import make_entity, push
from talking import Client, new_client
from uploading import REMOVE, attached, in_store

from models.database import Database
from models.organizations import Contact
from resolvers import organizations
from resolvers.attachments import storing
from resolvers.timers import ERRANDS, HANDLERS
from resolvers.waking import end
from schema import serving
from schema.context import clock
from schema.operating.working import Worker
from schema.serving import sweep_daily

SECONDS = 60


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is as it should be."""
    for _ in range(20 * SECONDS):
        if await done():
            return
        await asyncio.sleep(0.05)
    pytest.fail("it was not done in time")


async def test_a_worker_removes_the_bytes_of_an_attachment(own_database: Database) -> None:
    async with new_client(own_database) as client:
        id, _ = await attached(client, samples.PDF)
        worker = Worker(own_database, HANDLERS, clock, errands=ERRANDS, outside=client.outside)
        working = asyncio.create_task(worker.run())

        await client.ask(REMOVE, input={"id": id})

        async def gone() -> bool:
            return await in_store(client) == []

        await until(gone)
        worker.stop()
        await working


async def lost_file(client: Client) -> Path:
    """Put bytes into the store that lie there since long, without a row."""
    folder = client.outside.files._folder
    assert folder is not None
    stored = await storing.put(client.outside.files, client.organization_id, b"lost", "a/b")
    file = folder / stored.path
    os.utime(file, (0, 0))
    return file


async def test_what_is_due_is_looked_for_once_a_day(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "ROUND_SECONDS", 0.01)
    async with new_client(own_database) as client:
        file = await lost_file(client)
        async with client.working() as work:
            changes: Any = {"contact_retention": timedelta(0)}
            await organizations.update_unit(work, client.organization_id, changes)
            entity = await make_entity(work)
            await push(work, entity, starts_at=work.now, days=None, external_id="stay-1")
        await client.ask(
            'mutation { reservationCancel(input: {externalId: "stay-1"}) { userErrors { code } } }'
        )
        beside = asyncio.create_task(sweep_daily(own_database, client.outside))
        worker = Worker(own_database, HANDLERS, clock, errands=ERRANDS, outside=client.outside)
        working = asyncio.create_task(worker.run())

        async def done() -> bool:
            async with client.working() as work:
                names = {one.name for one in await work.all(work.own(Contact))}
            return not file.exists() and names == {"Erased contact"}

        await until(done)
        worker.stop()
        await working
        await end(beside)

"""A link at work in this process, and automats of an installation for it to talk to."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from brokers import Broker
from outsides import SECRET

from automat_link.connection import Broker as Address
from automat_link.connection import broker_at
from automat_link.link import Link
from models.database import Database
from resolvers.automat_links import authority

PATIENCE_SECONDS = 60.0


def clock() -> datetime:
    return datetime.now(UTC)


async def address(database: Database, broker: Broker) -> Address:
    """Say where links connect, and sign in as `livionkey link` does."""
    ours = await authority.link_identity(database, SECRET, clock())
    pem = f"{ours.certificate}{ours.private_key}"
    return broker_at(broker.link_url, authority=ours.authority, certificate=pem)


@asynccontextmanager
async def linking(
    database: Database, broker: Broker, now: Callable[[], datetime] = clock
) -> AsyncIterator[Link]:
    """Have a link at work for as long as the block lasts."""
    link = Link(database, SECRET, now, broker=partial(address, database, broker))
    running = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        link.stop()
        await running


async def eventually(
    is_so: Callable[[], Awaitable[bool] | bool], seconds: float = PATIENCE_SECONDS
) -> None:
    """Wait until something is so.

    Raises:
        AssertionError: It was not within so many seconds.
    """
    until = time.monotonic() + seconds
    while True:
        found = is_so()
        if found if isinstance(found, bool) else await found:
            return
        assert time.monotonic() < until, "it did not come to be so"
        await asyncio.sleep(0.05)

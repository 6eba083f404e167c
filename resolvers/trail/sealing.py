"""Closing what is complete of the trail, in the order in which it was kept.

Nobody who writes waits for this: a seal takes the events of transactions that are over (see
`models.dialects.commit_order`), reads and hashes them outside of any transaction, and is one new
row. Of two who seal the same at once one is first, and the other goes on behind it
or leaves the rest to that one.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import new_id, table_of
from models.database import Database
from models.dialects.commit_order import horizon
from models.dialects.missing_rows import insert_missing
from models.meanwhile import gently
from models.seals import LEAF_BYTES, EventSeal, leaf_of, leaves_of, seal_digest
from resolvers.clocks import every_system
from resolvers.trail.documents import event_document, seal_document
from resolvers.trail.reading import AT_ONCE, Head, Place, events, head, place_of

REST = 4.0
"""How many times as long as a seal took whoever gives way rests: a fifth of a process seals some
three thousand events a second."""
PART = 200
"""How many events are read at a time: to read a thousand keeps a request waiting for 15 ms."""


class NumbersRunBehind(Exception):
    """The numbers of transactions are lower than those that are sealed; run: livionkey migrate."""


async def seal_all(database: Database, now: datetime, *, gives_way: bool = False) -> int:
    """Seal what is complete of every organization's trail; counts the events.

    Args:
        database: Where the trails are.
        now: The moment, by our clock.
        gives_way: See `seal`.
    """
    return sum(
        [
            await seal(database, one.organization_id, now, gives_way=gives_way)
            for one in await every_system(database)
        ]
    )


async def seal(
    database: Database,
    organization_id: UUID,
    now: datetime,
    *,
    at_most: int = AT_ONCE,
    gives_way: bool = False,
) -> int:
    """Seal what is complete of one organization's trail; counts the events.

    Args:
        database: Where the trail is.
        organization_id: Whose it is.
        now: The moment, by our clock.
        at_most: How many events one seal has.
        gives_way: Whether to rest after each seal, as requests come first, and to leave the others
            to whoever was first with one: of processes that look now and then one is enough.

    Raises:
        NumbersRunBehind: The database was moved, and not told how to go on counting.
    """
    sealed = 0
    while True:
        began = time.monotonic()
        async with database.reading() as connection:
            row = await _next(connection, organization_id, now, at_most)
        if row is None:
            return sealed
        async with database.writing() as session:
            writer = await session.connection()
            missing = insert_missing(table_of(EventSeal), writer.dialect.name)
            kept = await writer.execute(missing.values(row).returning(table_of(EventSeal).c.id))
            is_first = kept.first() is not None
        if not is_first and gives_way:
            return sealed
        sealed += row["count"] if is_first else 0
        if gives_way:
            await asyncio.sleep(REST * (time.monotonic() - began))


async def _next(
    connection: AsyncConnection, organization_id: UUID, now: datetime, at_most: int
) -> dict[str, Any] | None:
    """Make the next seal; None while nothing is complete."""
    last = await head(connection, organization_id)
    below, following = await horizon(connection)
    if following <= last.place.transaction:
        raise NumbersRunBehind(NumbersRunBehind.__doc__)
    found = await _events(connection, organization_id, last.place, below=below, at_most=at_most)
    if not found:
        return None
    leaves = leaves_of([(row.id, leaf_of(event_document(row))) async for row in gently(found)])
    return sealed(organization_id, last, place=place_of(found[-1]), leaves=leaves, now=now)


async def _events(
    connection: AsyncConnection, organization_id: UUID, behind: Place, *, below: int, at_most: int
) -> list[Any]:
    """Read the next events, some at a time; all of them are of transactions that are over."""
    found: list[Any] = []
    while left := at_most - len(found):
        place, some = place_of(found[-1]) if found else behind, min(PART, left)
        part = await events(connection, organization_id, place, below=below, at_most=some)
        found += part
        if len(part) < some:
            break
    return found


def sealed(
    organization_id: UUID, last: Head, *, place: Any, leaves: bytes, now: datetime
) -> dict[str, Any]:
    """Make the row of a seal that holds on to the last one."""
    row = EventSeal(
        id=new_id(),
        organization_id=organization_id,
        number=last.number + 1,
        last_transaction=place.transaction,
        last_event_id=place.event_id,
        count=len(leaves) // LEAF_BYTES,
        leaves=leaves,
        previous=last.digest,
        sealed_at=now.astimezone(UTC),
    )
    row.digest = seal_digest(seal_document(row), leaves)
    return {column.name: getattr(row, column.name) for column in table_of(EventSeal).c}

"""Sealing secrets anew with the first key, in small steps, while everybody goes on with their work.

What is sealed by the first key is passed over, so it may be broken off and begun again at any
time. A row that somebody else holds is left for the next round: nobody waits for anybody.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, String, bindparam, select, type_coerce, update

from models.database import Database
from models.encryption_keys import EncryptionKey, KeyUse
from models.sealed import Sealed
from resolvers.keys_at_rest import sealed_by, sealed_columns

STEP = 500
ROUNDS_APART_SECONDS = 1.0

Told = Callable[[int], None]


async def reseal(database: Database, now: datetime, told: Told = lambda _count: None) -> int:
    """Seal every secret with the first key; counts those that were sealed by another one.

    Args:
        database: Where.
        now: When.
        told: Called after each step with how many it sealed.
    """
    done = 0
    while True:
        for column in sealed_columns():
            done += await _all_of(database, column, told)
        async with database.reading() as connection:
            counts = await sealed_by(connection)
        if not counts.keys() - {database.sealer.names[0]}:
            await _retire_others(database, now)
            return done
        await asyncio.sleep(ROUNDS_APART_SECONDS)


async def _all_of(database: Database, column: Column[Any], told: Told) -> int:
    done, last = 0, UUID(int=0)
    while True:
        count, last = await _step(database, column, last)
        if not count:
            return done
        done += count
        told(count)


async def _step(database: Database, column: Column[Any], last: UUID) -> tuple[int, UUID]:
    """Seal some that come after an id; counts them, and gives the last one."""
    table, first = column.table, database.sealer.names[0]
    by_others = (
        select(table.c.id, column)
        .where(table.c.id > last, type_coerce(column, String).not_like(f"{first}%"))
        .order_by(table.c.id)
        .limit(STEP)
        .with_for_update(skip_locked=True, of=table)
    )
    anew = update(table).where(table.c.id == bindparam("row"))
    async with database.administering() as connection:
        rows = (await connection.execute(by_others)).all()
        if not rows:
            return 0, last
        sealed = [{"row": id, column.name: Sealed(kept.opened(of=id), of=id)} for id, kept in rows]
        await connection.execute(anew.values({column: bindparam(column.name)}), sealed)
    return len(rows), rows[-1].id


async def _retire_others(database: Database, now: datetime) -> None:
    """Let it be known that no secret needs any other key; each may be needed for old copies."""
    row = EncryptionKey
    others = update(row).where(
        row.use == KeyUse.SEALING,
        row.name != database.sealer.names[0],
        row.retired_at.is_(None),
    )
    async with database.administering() as connection:
        await connection.execute(others.values(retired_at=now))

"""What a database itself says: how much was written."""

import asyncio
from collections.abc import Awaitable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.database import Database

SETTLED_SECONDS = 12.0
"""PostgreSQL's processes tell of their writes when they have been idle for ten seconds."""
WRITES = {
    "postgresql": "select relname, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_user_tables",
    "sqlite": "pragma data_version",
}
"""SQLite tells a connection how often others have changed the file, not how many rows."""


async def writes_of(database: Database, act: Awaitable[None]) -> dict[str, int]:
    """Count what the database writes while something is done, by table."""
    async with database.reading() as connection:
        settling = 0.0 if database.is_sqlite else SETTLED_SECONDS
        await asyncio.sleep(settling)
        before = await _counted(connection)
        await act
        await asyncio.sleep(settling)
        after = await _counted(connection)
    return {name: count - before[name] for name, count in after.items() if count != before[name]}


async def _counted(connection: AsyncConnection) -> dict[str, int]:
    rows = (await connection.execute(text(WRITES[connection.dialect.name]))).all()
    return {row[0] if len(row) == 2 else "all": row[-1] for row in rows}

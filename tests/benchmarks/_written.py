"""What a database itself says: how much was written."""

import asyncio
from collections.abc import Awaitable

from sqlalchemy import text

from models.database import Database

SETTLED_SECONDS = 12.0
"""PostgreSQL's processes tell of their writes when they have been idle for ten seconds."""
WRITES = {
    "postgresql": "select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) "
    "from pg_stat_user_tables",
    "sqlite": "pragma data_version",
}
"""SQLite tells a connection how often others have changed the file, not how many rows."""


async def writes_of(database: Database, act: Awaitable[None]) -> int:
    """Count what the database writes while something is done."""
    async with database.reading() as connection:
        count = text(WRITES[connection.dialect.name])
        settling = 0.0 if database.is_sqlite else SETTLED_SECONDS
        await asyncio.sleep(settling)
        before: int = (await connection.execute(count)).scalar_one()
        await act
        await asyncio.sleep(settling)
        after: int = (await connection.execute(count)).scalar_one()
    return after - before

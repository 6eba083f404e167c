"""What a database itself says: how much was written, and whether anything overlaps."""

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
FOREVER = {"postgresql": "timestamptz 'infinity'", "sqlite": "9223372036854775807"}
LIVE = "state in ('planned', 'syncing', 'ready')"
RULES = {
    "lockers": ("locker_contracts", "locker_id", "starts_at", LIVE),
    "PINs": ("locker_contracts", "automat_id, pin", "sync_at", f"{LIVE} and pin is not null"),
    "keys": ("key_allocations", "key_id", "starts_at", "live and exclusive"),
}


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


async def overlaps(database: Database) -> dict[str, int]:
    """Count what begins before another of the same is over, without the help of any constraint.

    Sorted by their begin, some overlap exactly when one of them begins before the latest end of
    those before it.
    """
    async with database.reading() as connection:
        forever = FOREVER[connection.dialect.name]
        return {
            what: (await connection.execute(text(_overlapping(*rule, forever)))).scalar_one()
            for what, rule in RULES.items()
        }


def _overlapping(table: str, same: str, begins: str, alive: str, forever: str) -> str:
    return f"""
        select count(*) from (
          select {begins} as begins, max(coalesce(ends_at, {forever})) over (
            partition by {same} order by {begins}, id
            rows between unbounded preceding and 1 preceding) as taken_until
          from {table} where {alive}
        ) as held where begins < taken_until"""

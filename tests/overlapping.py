"""What is held twice, asked of a database without the help of any constraint.

Sorted by their begin, some overlap exactly when one of them begins before the latest end of those
before it.
"""

from sqlalchemy import text

from models.database import Database

FOREVER = {"postgresql": "timestamptz 'infinity'", "sqlite": "9223372036854775807"}
LIVE = "state in ('planned', 'syncing', 'ready')"
RULES = {
    "lockers": ("locker_contracts", "locker_id", "starts_at", f"{LIVE} and locker_id is not null"),
    "PINs": (
        *("locker_contracts", "automat_id, pin_mark", "sync_at"),
        f"{LIVE} and pin_mark is not null",
    ),
    "keys": ("key_allocations", "key_id", "starts_at", "live and exclusive"),
}
OVERLAPPING = """
    select count(*) from (
      select {begins} as begins, max(coalesce(ends_at, {forever})) over (
        partition by {same} order by {begins}, id
        rows between unbounded preceding and 1 preceding) as taken_until
      from {table} where {alive}
    ) as held where begins < taken_until"""


async def overlaps(database: Database) -> dict[str, int]:
    """Count what begins before another of the same is over."""
    async with database.reading() as connection:
        forever = FOREVER[connection.dialect.name]
        return {
            what: (await connection.execute(text(_question(*rule, forever)))).scalar_one()
            for what, rule in RULES.items()
        }


def _question(table: str, same: str, begins: str, alive: str, forever: str) -> str:
    return OVERLAPPING.format(table=table, same=same, begins=begins, alive=alive, forever=forever)

"""When each token was used last: noted by whoever lets it in, written once a minute at most."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, or_, update

from models.accounts import Token
from models.base import table_of
from models.database import Database

EACH = timedelta(minutes=1)


class Uses:
    """Gathers uses in memory, so that no request waits for a note of it.

    What one process has gathered is lost when it is killed: at most a minute's uses.

    Args:
        database: Where they are written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[UUID, datetime] = {}

    def note(self, token_id: UUID | None, now: datetime) -> None:
        """Note that a token was used, by our clock."""
        if token_id is not None:
            self._noted[token_id] = now

    async def write(self) -> None:
        """Write what was noted, but for tokens that were used less than a minute before."""
        noted, self._noted = self._noted, {}
        if not noted:
            return
        row = table_of(Token)
        stale = or_(
            row.c.last_used_at.is_(None), row.c.last_used_at <= bindparam("before", type_=EARLIER)
        )
        used = update(row).where(row.c.id == bindparam("used_id"), stale)
        rows = [
            {"used_id": id, "last_used_at": at, "before": at - EACH}
            for id, at in sorted(noted.items())  # everybody locks in one order
        ]
        async with self._database.administering() as connection:
            await connection.execute(used.values(last_used_at=bindparam("last_used_at")), rows)


EARLIER = table_of(Token).c.last_used_at.type

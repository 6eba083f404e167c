"""The yardstick: what the database alone takes to keep rows by somebody else's key."""

from itertools import count
from types import TracebackType
from typing import Self

from sqlalchemy import text

from models.database import Database

TABLE = (
    "create table bare_rows (source text not null, external_id text not null, "
    "document text not null, primary key (source, external_id))"
)
UPSERT = text(
    "insert into bare_rows values ('partner', :external_id, :document) "
    "on conflict (source, external_id) do update set document = excluded.document"
)
DOCUMENT = "x" * 300


class BareRows:
    """Keeps rows of 300 characters in a table of its own, each transaction on its own connection.

    Args:
        database: Where.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.numbers = count()

    async def __aenter__(self) -> Self:
        """Make the table."""
        async with self.database.administering() as connection:
            await connection.exec_driver_sql(TABLE)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take it away again."""
        async with self.database.administering() as connection:
            await connection.exec_driver_sql("drop table bare_rows")

    async def keep_one(self) -> None:
        """Keep one row in a transaction of its own."""
        await self.keep(1)

    async def keep(self, rows: int) -> None:
        """Keep rows in one transaction."""
        async with self.database.writing() as session:
            connection = await session.connection()
            told = [
                {"external_id": f"stay-{next(self.numbers)}", "document": DOCUMENT}
                for _ in range(rows)
            ]
            await connection.execute(UPSERT, told)

"""The order in which transactions were kept, of rows that are only added: for sealing them.

Each row has the number of the transaction that wrote it. On PostgreSQL that is the transaction's
own id, and all transactions below the oldest one that still runs are over: of their rows no more
can come to light. So whoever goes no further than that sees every row once, and no writer waits for
anybody. On SQLite there is one writer at a time: rows are numbered one by one.

A database that was copied into another cluster of PostgreSQL (`pg_dump`) has numbers that are
higher than the ids of transactions there; `go_on_counting` lets new ones follow the old.
"""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, Uuid, bindparam, func, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import Base, table_of
from models.dialects.many_rows import insert_rows

END_OF_TIME = 2**63 - 1
NUMBER = "transaction_number"


def functions(ahead: int = 0) -> list[str]:
    """Write the functions that count on PostgreSQL: this transaction's number, and the horizon.

    Args:
        ahead: By how much the numbers are ahead of the ids of transactions.
    """
    counted = (
        (NUMBER, "pg_current_xact_id()", "volatile"),
        ("transaction_horizon", "pg_snapshot_xmin(pg_current_snapshot())", "stable"),
    )
    return [
        f"""create or replace function {name}() returns bigint language sql {kind} as $$
        select {id}::text::bigint + {ahead} $$"""
        for name, id, kind in counted
    ]


def go_on_counting(connection: Connection) -> None:
    """Let numbers follow those that are there, where a database came from another cluster."""
    last, now = f"(select coalesce(max({NUMBER}), 0) from events)", f"{NUMBER}()"  # noqa: S608 - ours
    behind = connection.execute(text(f"select {last} - {now}")).scalar_one()
    if behind < 0:
        return
    id = connection.execute(text("select pg_current_xact_id()::text::bigint")).scalar_one()
    last_number = connection.execute(text(f"select {last}")).scalar_one()
    for statement in functions(ahead=last_number + 1 - id):
        connection.execute(text(statement))


class Horizon(NamedTuple):
    """How far the transactions of a database are.

    Args:
        below: All with a smaller number are over. What is read in a later statement has all rows
            of those.
        next: None has this number yet, or a higher one.
    """

    below: int
    next: int


_HORIZON = text("""
    select transaction_horizon() as below, transaction_horizon()
      + pg_snapshot_xmax(now)::text::bigint - pg_snapshot_xmin(now)::text::bigint as next
    from pg_current_snapshot() as now
""")


async def horizon(connection: AsyncConnection) -> Horizon:
    """Tell how far the transactions are now."""
    if connection.dialect.name != "postgresql":
        return Horizon(END_OF_TIME, END_OF_TIME)
    return Horizon(*(await connection.execute(_HORIZON)).one())


async def insert_in_order(
    connection: AsyncConnection, model: type[Base], rows: list[dict[str, Any]]
) -> None:
    """Write new rows, which get their numbers from the database.

    Args:
        connection: A connection that may write.
        model: Whose rows; it has the column `transaction_number` and belongs to organizations.
        rows: All with the same columns.
    """
    if connection.dialect.name == "postgresql":
        await insert_rows(connection, model, rows)
        return
    insert = _numbered(table_of(model))
    await connection.execute(insert, [row | {"owner": row["organization_id"]} for row in rows])


def _numbered(table: Table) -> sqlite.Insert:
    """Give each row the number after the last one of its organization."""
    number, mine = table.c[NUMBER], table.c.organization_id == bindparam("owner", type_=Uuid())
    last = select(number).where(mine).order_by(number.desc()).limit(1).scalar_subquery()
    return sqlite.insert(table).values({NUMBER: func.coalesce(last, 0) + 1})

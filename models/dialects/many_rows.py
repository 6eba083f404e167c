"""Many new rows in one statement: on PostgreSQL they are sent along as one JSON text.

Sent one by one, a thousand pushes are twelve thousand statements, and telling the server of each
takes a fifth of the driver's and the server's time. SQLite is called, not sent to, and takes rows
as they are.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import JSON, Column, Dialect, String, Table, bindparam, cast, column, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import Base, table_of
from models.dialects.missing_rows import Insert
from models.dialects.plans import kept_plans

Row = dict[str, Any]
Ending = Callable[[Insert], Insert]
"""What is said at the end of an insert: `on conflict`. Made once, so that it is the same object."""


def as_it_is(insert: Insert) -> Insert:
    """Say nothing: a row that cannot be is refused."""
    return insert


def unless_there(insert: Insert) -> Insert:
    """Pass over rows that break a unique constraint."""
    return insert.on_conflict_do_nothing()


async def insert_rows(
    connection: AsyncConnection,
    model: type[Base],
    rows: Sequence[Row],
    *,
    ending: Ending = as_it_is,
    **told: Any,
) -> None:
    """Write new rows in their order.

    Args:
        connection: A connection that may write.
        model: Whose rows.
        rows: All with the same columns; one that is left out has its default.
        ending: What happens to rows that are there already.
        told: The values of the parameters in `ending`.
    """
    if not rows:
        return
    table, dialect = table_of(model), connection.dialect
    if dialect.name == "postgresql":
        whole = _whole(table, rows)
        statement = _insert(table, tuple(whole[0]), ending)
        async with kept_plans(connection):
            await connection.execute(statement, told | {"rows": _written(table, dialect, whole)})
    else:
        await connection.execute(ending(sqlite.insert(table)), [told | row for row in rows])


def _whole(table: Table, rows: Sequence[Row]) -> list[Row]:
    """Give rows what SQLAlchemy only adds to those that it sends one by one."""
    columns = [column for column in table.c if column.default and column.name not in rows[0]]
    return [row | {column.name: _default(column) for column in columns} for row in rows]


def _default(column: Column[Any]) -> Any:
    """Give a column's default, which is a value or makes one."""
    default: Any = column.default
    return default.arg(None) if default.is_callable else default.arg


@cache
def _insert(table: Table, names: tuple[str, ...], ending: Ending) -> Insert:
    """Make the statement, once: making it takes longer than to write a few rows."""
    columns = [column(name, table.c[name].type) for name in names]
    rows = cast(bindparam("rows", type_=String()), JSON())
    sent = func.json_to_recordset(rows).table_valued(*columns, name="sent")
    from_sent = select(*sent.render_derived(with_types=True).c)
    insert = postgresql.insert(table).from_select(names, from_sent, include_defaults=False)
    return ending(insert)


def _written(table: Table, dialect: Dialect, rows: Sequence[Row]) -> str:
    """Write rows as JSON, each value as its column's type has it; documents stay documents."""
    types = {name: table.c[name].type.dialect_impl(dialect) for name in rows[0]}
    processors = {
        name: process
        for name, type in types.items()
        if not isinstance(type, JSON) and (process := type.bind_processor(dialect)) is not None
    }
    for_types = [
        row | {name: process(row[name]) for name, process in processors.items()} for row in rows
    ]
    return orjson.dumps(for_types).decode()

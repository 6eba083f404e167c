"""Many new rows in one statement: on PostgreSQL each column of them is sent along as one array.

Sent one by one, a thousand pushes are twelve thousand statements, and telling the server of each
takes a fifth of the driver's and the server's time. What is the same in all rows, such as whose
they are and when, is sent only once. SQLite is called, not sent to, and takes rows as they are.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Dialect,
    String,
    Table,
    TableValuedAlias,
    bindparam,
    cast,
    column,
    func,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from models.base import Base, table_of
from models.dialects.missing_rows import Insert
from models.dialects.plans import kept_plans
from models.dialects.position import Position

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
        columns = _columns(table, rows)
        same = tuple(name for name, values in columns.items() if _are_one(values))
        statement = _insert(table, tuple(columns), same, ending)
        once = {name: columns[name][:1] for name in same}
        async with kept_plans(connection):
            await connection.execute(statement, told | _arrays(table, dialect, columns | once))
    else:
        await connection.execute(ending(sqlite.insert(table)), [told | row for row in rows])


def _columns(table: Table, rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Give the values of each column, also those that SQLAlchemy only adds to single rows."""
    given = {name: [row[name] for row in rows] for name in rows[0]}
    missing = [column for column in table.c if column.default and column.name not in given]
    return given | {column.name: [_default(column) for _ in rows] for column in missing}


def _default(column: Column[Any]) -> Any:
    """Give a column's default, which is a value or makes one."""
    default: Any = column.default
    return default.arg(None) if default.is_callable else default.arg


def _are_one(values: list[Any]) -> bool:
    return all(value is values[0] for value in values)


@cache
def _insert(table: Table, names: tuple[str, ...], same: tuple[str, ...], ending: Ending) -> Insert:
    """Make the statement, once: making it takes longer than to write a few rows."""
    others = tuple(name for name in names if name not in same)
    sent = [_sent(table, some) for some in (same, others) if some]
    columns = {one.name: _as_in(table, one) for some in sent for one in some.c}
    rows = sent[0] if len(sent) == 1 else sent[0].join(sent[1], true())
    from_sent = select(*(columns[name] for name in names)).select_from(rows)
    insert = postgresql.insert(table).from_select(names, from_sent, include_defaults=False)
    return ending(insert)


def _sent(table: Table, names: tuple[str, ...]) -> TableValuedAlias:
    columns = [column(name, _sent_as(table.c[name].type)) for name in names]
    arrays = [
        cast(bindparam(_parameter(one.name), type_=String()), postgresql.ARRAY(one.type))
        for one in columns
    ]
    return func.unnest(*arrays).table_valued(*columns).render_derived()


def _sent_as(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Tell of which type an array is; places are sent as texts, for theirs has colons in it."""
    return String() if isinstance(kind, Position) else kind


def _as_in(table: Table, sent: ColumnElement[Any]) -> ColumnElement[Any]:
    kind = table.c[sent.name].type
    return cast(sent, kind) if isinstance(kind, Position) else sent


def _parameter(name: str) -> str:
    return f"all_{name}"


def _arrays(table: Table, dialect: Dialect, columns: dict[str, list[Any]]) -> dict[str, str]:
    """Write columns as arrays, each value as its column's type has it."""
    return {
        _parameter(name): array_of_values(_for_type(table.c[name].type, dialect, values))
        for name, values in columns.items()
    }


def _for_type(kind: TypeEngine[Any], dialect: Dialect, values: list[Any]) -> list[Any]:
    type = kind.dialect_impl(dialect)
    process = _document if isinstance(type, JSON) else type.bind_processor(dialect)
    return [process(value) for value in values] if process else values


def _document(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def array_of_values(values: list[Any]) -> str:
    r"""Write an array for PostgreSQL, whatever is in the texts.

    It is written as JSON, of which only the brackets are others, and what stands for characters
    that are no letters: a line feed is `\n` in JSON, and itself in an array.
    """
    written = orjson.dumps(values).decode()[1:-1]
    if "\\" in written.replace(r"\\", "").replace(r"\"", ""):
        written = _ESCAPED.sub(_as_itself, written)
    return f"{{{written}}}"


_ESCAPED = re.compile(r"\\(u[0-9a-f]{4}|.)")


def _as_itself(found: re.Match[str]) -> str:
    escaped = found.group()
    return escaped if escaped in {r"\\", r"\""} else orjson.loads(f'"{escaped}"')

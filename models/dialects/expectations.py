"""What SQLite is to expect of an index: how many rows it finds, written as if they were counted.

Without such numbers SQLite takes ten rows to be of the same organization, as for any column, and
rather reads a whole organization in order than the one contract that is asked for. They are not
counted (`analyze`), as a database grows from nothing while it is used: plans are the same from the
first row on. See https://www.sqlite.org/fileformat2.html#stat1tab
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Enum, MetaData, Table

ROWS = 1_000_000
"""How many each table has."""
CHOICES = 4
"""Among how many values those of a column are spread of which there are few: kinds, states."""
SAME = 10
"""How many rows have the same value in any other column; each further column halves them."""
WHOSE = "organization_id"
"""The column that all rows may have in common."""

_FORGET = "delete from sqlite_stat1"
_EXPECT = "insert into sqlite_stat1 (tbl, idx, stat) values (?, ?, ?)"


def expect(connection: Connection, metadata: MetaData) -> None:
    """Write down what to expect of every index; connections that are opened from now on read it."""
    connection.exec_driver_sql("analyze sqlite_schema")  # makes the table and counts nothing
    connection.exec_driver_sql(_FORGET)
    for table in metadata.sorted_tables:
        for name, is_unique, columns in _indexes(connection, table):
            found = rows_found(columns, is_unique=is_unique)
            stat = " ".join(str(rows) for rows in (ROWS, *found))
            connection.exec_driver_sql(_EXPECT, (table.name, name, stat))


def _indexes(connection: Connection, table: Table) -> Iterator[tuple[str, bool, list[Column[Any]]]]:
    """List the indexes of a table that are over columns, those of its constraints among them."""
    listed = connection.exec_driver_sql(f"pragma index_list('{table.name}')").all()
    for _, name, is_unique, *_rest in listed:
        parts = connection.exec_driver_sql(f"pragma index_info('{name}')").all()
        columns = [table.c[part.name] for part in parts if part.name in table.c]
        if len(columns) == len(parts):
            yield name, bool(is_unique), columns


def rows_found(columns: Sequence[Column[Any]], *, is_unique: bool) -> list[int]:
    """Tell how many rows have the same values in the first column, in the first two, and so on."""
    found, rows = [], ROWS
    for column in columns:
        if isinstance(column.type, Enum | Boolean):
            rows = rows // CHOICES or 1
        elif column.name != WHOSE:
            rows = SAME if rows > SAME else rows // 2 or 1
        found.append(rows)
    return [*found[:-1], 1] if is_unique else found

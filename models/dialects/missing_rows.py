"""Rows that are added unless they are there; each database has its own `on conflict`."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = postgresql.Insert | sqlite.Insert


def insert_into(table: Table, dialect_name: str) -> Insert:
    """Begin an insert that can say what to do `on conflict`."""
    return postgresql.insert(table) if dialect_name == "postgresql" else sqlite.insert(table)


def insert_missing(table: Table, dialect_name: str) -> Insert:
    """Write an insert that passes over rows whose primary key exists."""
    return insert_into(table, dialect_name).on_conflict_do_nothing()


def insert_or_replace(
    table: Table, dialect_name: str, *, same: Sequence[str], where: ColumnElement[bool]
) -> Insert:
    """Write an insert that takes the place of a row with the same values, if that fulfils `where`.

    On PostgreSQL it waits for whoever is just inserting such a row, and acts on what came of that.

    Args:
        table: Where to.
        dialect_name: Which database.
        same: The columns of a unique constraint.
        where: Which rows may be replaced; another one stays, and no row is returned.
    """
    insert = insert_into(table, dialect_name)
    new = {column.name: insert.excluded[column.name] for column in table.columns}
    return insert.on_conflict_do_update(index_elements=same, set_=new, where=where)

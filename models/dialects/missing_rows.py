"""Rows that are added unless they are there; each database has its own `on conflict`."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(table: Table, dialect_name: str) -> postgresql.Insert | sqlite.Insert:
    """Begin an insert that can say what to do `on conflict`."""
    if dialect_name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def insert_missing(table: Table, dialect_name: str) -> postgresql.Insert | sqlite.Insert:
    """Write an insert that passes over rows whose primary key exists."""
    return insert_into(table, dialect_name).on_conflict_do_nothing()

"""Rows that are added unless they are there; each database has its own `on conflict`."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_missing(table: Table, dialect_name: str) -> postgresql.Insert | sqlite.Insert:
    """Write an insert that passes over rows whose primary key exists."""
    if dialect_name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()

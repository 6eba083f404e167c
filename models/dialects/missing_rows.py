"""Rows that are added unless they are there: `on conflict do nothing`, one class for each database."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_missing(table: Table, dialect_name: str) -> postgresql.Insert | sqlite.Insert:
    """Write an insert that passes over rows whose primary key exists."""
    if dialect_name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()

"""Rows that were just loaded are counted, as PostgreSQL does by itself after a while."""

from models.database import Database


async def count_rows(database: Database) -> None:
    """Have PostgreSQL count its rows; SQLite is told once what to expect, see `migrate`."""
    if not database.is_sqlite:
        async with database.administering() as connection:
            await connection.exec_driver_sql("analyze")

"""Bring a database up to date, with Alembic and without an `alembic.ini`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from models.database import Database
from models.dialects.commit_order import go_on_counting
from models.dialects.expectations import expect
from models.tables import metadata
from models.walls import raise_walls

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_NUMBER = 7_411_933_150
"""Any number, the same everywhere: whoever migrates holds PostgreSQL's advisory lock of it."""


async def migrate(database: Database) -> str | None:
    """Run every migration that is missing, all in one transaction; a second caller waits.

    Returns:
        What an administrator of the database has to do for the second wall, see `models.walls`;
        None when there is nothing to do.
    """
    async with database.administering() as connection:
        to_do = await connection.run_sync(_upgrade)
    await database.dispose()  # those who are connected do not know yet whether there is a wall
    return to_do


async def is_migrated(database: Database) -> bool:
    """Tell whether the database has the newest form."""
    async with database.reading() as connection:
        return await connection.run_sync(_current) == newest()


def newest() -> str | None:
    """Name the newest migration."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def configuration(connection: Connection) -> Config:
    """Point Alembic at our migrations and at an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> str | None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("set local lock_timeout = 0"))
        connection.execute(text(f"select pg_advisory_xact_lock({LOCK_NUMBER})"))
    command.upgrade(configuration(connection), "head")
    if connection.dialect.name == "postgresql":
        go_on_counting(connection)
    else:
        expect(connection, metadata)
    return raise_walls(connection)

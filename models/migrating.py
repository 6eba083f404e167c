"""Bring a database up to date, with Alembic and without an `alembic.ini`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from models.database import Database
from models.dialects.commit_order import go_on_counting

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_NUMBER = 7_411_933_150
"""Any number, the same everywhere: whoever migrates holds PostgreSQL's advisory lock of it."""


async def migrate(database: Database) -> None:
    """Run every migration that is missing, all in one transaction; a second caller waits."""
    async with database.administering() as connection:
        await connection.run_sync(_upgrade)


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


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("set local lock_timeout = 0"))
        connection.execute(text(f"select pg_advisory_xact_lock({LOCK_NUMBER})"))
    command.upgrade(configuration(connection), "head")
    if connection.dialect.name == "postgresql":
        go_on_counting(connection)

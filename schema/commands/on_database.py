"""How commands work on the configured database."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from models.database import Database
from models.errors import InvalidInput
from models.migrating import is_migrated
from resolvers.keys_at_rest import come_with
from schema.context import clock
from schema.operating.keys_at_rest import sealer_for
from schema.settings import settings, without_password

Result = TypeVar("Result")

MISSING_EXTENSION = {"42501", "0A000", "58P01"}
"""SQLSTATEs of CREATE EXTENSION: not allowed, not available, its files are not there."""


def on_database(
    job: Callable[[Database], Awaitable[Result]], *, must_be_migrated: bool = True
) -> Result:
    """Run a job on the configured database, and close the database whatever happens.

    Raises:
        InvalidInput: The database cannot be reached, or is not migrated.
    """
    return asyncio.run(_on_database(job, must_be_migrated=must_be_migrated))


async def _on_database(
    job: Callable[[Database], Awaitable[Result]], *, must_be_migrated: bool
) -> Result:
    url = settings().database_url
    try:
        database = Database(url, sealer=sealer_for(settings()))
    except (ArgumentError, ValueError) as error:  # a port that is no number is a ValueError
        raise InvalidInput("LIVIONKEY_DATABASE_URL is not the address of a database.") from error
    if database.is_sqlite:
        check_file(url, database.url.database or ":memory:")
    try:
        if must_be_migrated and not await is_migrated(database):
            raise InvalidInput(
                f"The database {without_password(url)} is not migrated; run: livionkey migrate"
            )
        if must_be_migrated:
            await come_with(database, clock())
        return await job(database)
    except OperationalError as error:
        raise unreachable(url) from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            raise InvalidInput(f"{without_password(url)} is no database of SQLite.") from error
        if getattr(error.orig, "sqlstate", None) not in MISSING_EXTENSION:
            raise
        raise InvalidInput(
            "PostGIS is missing: install postgresql-postgis on the server, and let a superuser run "
            '"create extension postgis; create extension btree_gist" in the database.'
        ) from error
    finally:
        await database.dispose()


def check_file(url: str, path: str) -> None:
    """Refuse a file that cannot be opened before aiosqlite tries to in a thread of its own.

    That thread would outlive the command's event loop, and say so in many lines.

    Raises:
        InvalidInput: There is no such folder, or it is not ours.
    """
    try:
        sqlite3.connect(path).close()
    except sqlite3.Error as error:
        raise unreachable(url) from error


def unreachable(url: str) -> InvalidInput:
    """Say that a database does not answer."""
    return InvalidInput(
        f"The database {without_password(url)} cannot be reached; is it there, and are name and "
        "password right?"
    )

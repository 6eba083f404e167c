"""The bell that says "something changed": NOTIFY on PostgreSQL, the file's data version on SQLite.

Whoever listens hears at least one stroke after each commit, maybe fewer strokes than commits, and
one after each gap in the connection: a stroke means "look again", and carries nothing else.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import Protocol

import psycopg
from sqlalchemy import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

CHANNEL = "livionkey_changes"
RINGING = "ringing"
"""Mark in the options of a connection, which end with its transaction."""
POLL_SECONDS = 0.5
RECONNECT_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Bell(Protocol):
    """How a database tells everybody who listens that something was committed."""

    async def ring(self, connection: AsyncConnection) -> None:
        """Ring when the transaction of this connection commits, and only then."""
        ...

    def changes(self) -> AsyncGenerator[None]:
        """Yield once for every stroke, beginning with one for what was missed."""
        ...


class PostgresBell:
    """LISTEN and NOTIFY, on a connection of its own that is thrown away afterwards."""

    def __init__(self, url: URL) -> None:
        self._conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def ring(self, connection: AsyncConnection) -> None:
        """Let the commit notify, see `commit_ringing`."""
        await connection.execution_options(**{RINGING: True})

    async def changes(self) -> AsyncGenerator[None]:
        """Listen for ever, and over a lost connection."""
        lost = False
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True
                ) as connection:
                    await connection.execute(f"listen {CHANNEL}")
                    lost = False
                    yield
                    async for _ in connection.notifies():
                        yield
            except psycopg.OperationalError:
                if not lost:
                    logger.warning("the bell's connection was lost; listening again soon")
                lost = True
                await asyncio.sleep(RECONNECT_SECONDS)


def commit_ringing(connection: Connection) -> None:
    """Notify and commit in one message, where the bell is to ring; both happen or neither does."""
    if connection.get_execution_options().get(RINGING):
        connection.exec_driver_sql(f"notify {CHANNEL}; commit")


class SqliteBell:
    """SQLite's `data_version`, which changes when another connection commits to the file."""

    def __init__(self, readers: AsyncEngine) -> None:
        self._readers = readers

    async def ring(self, connection: AsyncConnection) -> None:
        """Nothing to do: the commit itself is seen in the file."""

    async def changes(self) -> AsyncGenerator[None]:
        """Look at the version of the file twice a second."""
        seen = -1
        async with self._readers.connect() as connection:
            while True:
                version = (await connection.exec_driver_sql("pragma data_version")).scalar_one()
                if version != seen:
                    seen = version
                    yield
                await asyncio.sleep(POLL_SECONDS)

"""The database: two doors and a bell. `reading()` cannot write, `writing()` is one transaction.

On SQLite one writer at a time holds the file (BEGIN IMMEDIATE) while four readers look at the
last commit (WAL); on PostgreSQL both doors are pools of connections. The rest of the project does
not know which of them it talks to.
"""

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from models.changes import WatchedSession
from models.dialects.bell import Bell, PostgresBell, SqliteBell, commit_ringing
from models.dialects.echo import Echo
from models.dialects.interrupts import interruptible
from models.dialects.nearest_index import install_functions
from models.dialects.plans import PLANNED_ONCE
from models.dialects.row_security import ORGANIZATION, begin_for, look_for_wall, stand_for
from models.errors import InvalidInput
from models.sealer import Sealer, give_sealer, sealer_of
from models.telling import RINGS, TELLS_LATER, tell, write_told

BUSY_SECONDS = 30
UNDONE, LAST_ACTS = "undone", "last_acts"
"""Marks in `session.info`: nothing is to be kept, what is to be done just before the commit, by
name."""
SESSION_OPTIONS = "-c TimeZone=UTC -c jit=off -c lock_timeout=30s"
READ_ONLY = "-c default_transaction_read_only=on"
LOGGERS_OF_VALUES = ("aiosqlite", "sqlalchemy.engine.Engine")
"""They repeat parameters and rows on the level DEBUG, PINs and return codes among them."""


class Database:
    """One database and the ways into it. Close it with `dispose`: SQLite's threads keep running.

    Args:
        url: `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://...`.
        pool_size: How many connections each door keeps on PostgreSQL.
        sealer: What secrets are kept with; those of the process when left out.
        statement_seconds: How long a statement may take on PostgreSQL, whoever waits for it;
            without a bound when left out, as for migrations and jobs. On SQLite a statement ends
            with the task that waits for it.

    Raises:
        InvalidInput: The address is of another kind of database.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        statement_seconds: float | None = None,
        sealer: Sealer | None = None,
    ) -> None:
        keep_values_out_of_logs()
        self.url = parsed(url)
        self.is_sqlite = self.url.drivername.startswith("sqlite")
        self._writers, self._readers = (
            sqlite_engines(self.url)
            if self.is_sqlite
            else postgres_engines(self.url, pool_size, statement_seconds)
        )
        for engine in (self._writers, self._readers):
            give_sealer(engine.dialect, sealer)
        self._bell: Bell = SqliteBell(self._readers) if self.is_sqlite else PostgresBell(self.url)
        self.echo = Echo(self._bell.changes)
        """The same bell for any number of listeners, over one connection."""

    @property
    def sealer(self) -> Sealer:
        """What secrets here are kept with."""
        return sealer_of(self._writers.dialect)

    @asynccontextmanager
    async def reading(self, organization_id: UUID | None = None) -> AsyncIterator[AsyncConnection]:
        """Open a connection that cannot write; each statement sees the newest commit.

        Args:
            organization_id: For whom: on PostgreSQL no row of anybody else is there then, see
                `models.dialects.row_security`. None for what looks across organizations.
        """
        async with self._readers.connect() as connection:
            await stand_for(connection, organization_id)
            yield connection

    @asynccontextmanager
    async def at_one_moment(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection that cannot write, all of whose statements see the same commit.

        For what compares many rows over a while. Meanwhile the database keeps what others remove:
        PostgreSQL in its tables, SQLite in the file of its log.
        """
        async with self.reading() as connection:
            await connection.exec_driver_sql(
                "BEGIN" if self.is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ"
            )
            try:
                yield connection
            finally:
                await connection.exec_driver_sql("COMMIT")

    @asynccontextmanager
    async def writing(
        self, organization_id: UUID | None = None, *, frequent: bool = False
    ) -> AsyncIterator[AsyncSession]:
        """Open one transaction: all of it is kept when the block ends, nothing when it raises.

        With the mark `UNDONE` nothing is kept either, and nothing is raised.

        Args:
            organization_id: For whom, as above: nobody else's rows can be seen or written.
            frequent: Whether such a transaction is opened all the time, for few rows: then its
                statements are planned once for all, see `models.dialects.plans`, and its events are
                written with the commit.
        """
        options = {ORGANIZATION: organization_id, PLANNED_ONCE: frequent}
        async with AsyncSession(
            self._writers,
            expire_on_commit=False,
            execution_options=options,
            sync_session_class=WatchedSession,
        ) as session:
            with suppress(_Undone):
                async with session.begin():
                    session.info[TELLS_LATER] = frequent
                    yield session
                    if session.info.get(UNDONE):
                        raise _Undone
                    await session.flush()
                    await do_last_acts(session)
                    await tell(session)
                    await write_told(session)
                    if session.info.get(RINGS):
                        await self._bell.ring(await session.connection())

    @asynccontextmanager
    async def administering(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction for migrations and bulk loads, without objects and without a bell."""
        async with self._writers.begin() as connection:
            yield connection

    def changes(self) -> AsyncGenerator[None]:
        """Yield after every commit of anybody, see `models.dialects.bell`."""
        return self._bell.changes()

    async def dispose(self) -> None:
        """Close every connection; new ones are made when they are needed."""
        await self._writers.dispose()
        await self._readers.dispose()


class _Undone(Exception):
    """Ends a transaction of which nothing is to be kept."""


async def do_last_acts(session: AsyncSession) -> None:
    """Do what is to be done just before the commit."""
    for act in session.info.pop(LAST_ACTS, {}).values():
        await act()


def keep_values_out_of_logs() -> None:
    """Let no line into any log that repeats what is stored, whatever level is set."""
    for name in LOGGERS_OF_VALUES:
        logging.getLogger(name).addFilter(repeats_no_values)


def repeats_no_values(record: logging.LogRecord) -> bool:
    """Tell whether a line may be logged; statements may, their parameters are hidden."""
    return record.levelno > logging.DEBUG


def parsed(url: str) -> URL:
    """Read a database's address and name the driver that we use for it."""
    parts = make_url(url)
    match parts.get_backend_name():
        case "sqlite":
            return parts.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            return parts.set(drivername="postgresql+psycopg")
        case other:
            raise InvalidInput(
                f"LIVIONKEY_DATABASE_URL begins with {other}: use sqlite:/// or postgresql://."
            )


def write_json(value: Any) -> str:
    """Write JSON as both databases keep it."""
    return orjson.dumps(value).decode()


def postgres_engines(
    url: URL, pool_size: int, statement_seconds: float | None
) -> tuple[AsyncEngine, AsyncEngine]:
    """Make the two pools; readers commit each statement and may not write.

    Writers are in autocommit for the driver, because we say BEGIN ourselves, see `begin_for`.
    """
    options = SESSION_OPTIONS
    if statement_seconds is not None:
        options += f" -c statement_timeout={round(statement_seconds * 1_000)}"
    common: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": 10,
        "pool_pre_ping": False,
        "hide_parameters": True,
        "json_serializer": write_json,
        "json_deserializer": orjson.loads,
    }
    writers = create_async_engine(url, connect_args={"options": options}, **common)
    readers = create_async_engine(
        url,
        isolation_level="AUTOCOMMIT",
        connect_args={"options": f"{options} {READ_ONLY}"},
        **common,
    )
    event.listen(writers.sync_engine, "connect", let_us_begin)
    event.listen(writers.sync_engine, "begin", begin_for)
    event.listen(writers.sync_engine, "commit", commit_ringing)
    for engine in (writers, readers):
        event.listen(engine.sync_engine, "connect", look_for_wall)
    return writers, readers


def let_us_begin(connection: Any, _record: object) -> None:
    """Let the driver begin no transaction of itself on a new connection of PostgreSQL."""
    connection.autocommit = True


def sqlite_engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """Make a pool with one writer and one with four readers."""
    common: dict[str, Any] = {
        "poolclass": AsyncAdaptedQueuePool,
        "max_overflow": 0,
        "hide_parameters": True,
        "json_serializer": write_json,
        "json_deserializer": orjson.loads,
        "pool_timeout": BUSY_SECONDS,
        "connect_args": {"timeout": BUSY_SECONDS, "async_creator_fn": interruptible},
    }
    writers = create_async_engine(url, pool_size=1, **common)
    readers = create_async_engine(url, pool_size=4, isolation_level="AUTOCOMMIT", **common)
    event.listen(writers.sync_engine, "connect", prepare_writer)
    event.listen(writers.sync_engine, "begin", begin_immediate)
    event.listen(readers.sync_engine, "connect", prepare_reader)
    return writers, readers


def prepare_writer(connection: Any, _record: object) -> None:
    """Set a new SQLite connection up for writing."""
    connection.isolation_level = None  # we say BEGIN ourselves, see `begin_immediate`
    run(connection, "pragma journal_mode = wal", "pragma synchronous = normal")
    run(connection, "pragma foreign_keys = on", "pragma temp_store = memory")
    install_functions(connection)


def prepare_reader(connection: Any, _record: object) -> None:
    """Set a new SQLite connection up for reading; a statement that would write is refused."""
    run(connection, "pragma temp_store = memory", "pragma query_only = on")


def run(connection: Any, *statements: str) -> None:
    """Run statements on a new SQLite connection."""
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    cursor.close()


def begin_immediate(connection: Connection) -> None:
    """Take the file's write lock at once, so that no transaction fails half-way for want of it."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")

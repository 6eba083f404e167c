"""Statements that end when nobody waits for them any more.

On PostgreSQL psycopg tells the server itself. SQLite runs a statement in a thread that knows
nothing of those who wait; so it would go on, and its connection with it.
"""

import asyncio
from typing import Any

import aiosqlite


class Interruptible(aiosqlite.Connection):
    """A connection to SQLite whose statement is interrupted when its task is cancelled.

    SQLAlchemy closes it then. As Python may still hold on to the statement, which keeps a closed
    connection and its locks alive, the transaction is ended before.
    """

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # is not typed
        except asyncio.CancelledError:
            if self._connection is not None:
                self._connection.interrupt()
                self._tx.put_nowait((None, self._connection.rollback))
            raise


def interruptible(database: str, **options: Any) -> Interruptible:
    """Make a connection to a file, in a thread that ends with the process."""
    plain = aiosqlite.connect(database, **options)
    connection = Interruptible(plain._connector, plain._iter_chunk_size)  # noqa: SLF001  # as it does
    connection._thread.daemon = True  # noqa: SLF001  # as SQLAlchemy does with those that it makes
    return connection

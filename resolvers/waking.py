"""What everything that runs beside the API shares: it hears the bell, and bears with a gap."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from types import TracebackType
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from models.database import Database

AWAY = (OperationalError, InterfaceError, NoConnectionLeft, OSError)
"""What is raised while a database cannot be reached, wherever in our code it is asked."""
DEAF_SECONDS = 1.0
CANCEL_AGAIN_SECONDS = 5.0

logger = logging.getLogger(__name__)


@asynccontextmanager
async def hearing(database: Database, wake: asyncio.Event) -> AsyncIterator[None]:
    """Set an event after every commit of anybody, for as long as the block lasts."""
    listening = asyncio.create_task(_listen(database, wake))
    try:
        yield
    finally:
        await end(listening)


async def _listen(database: Database, wake: asyncio.Event) -> None:
    while True:
        with suppress(SQLAlchemyError):  # whoever is woken looks at the database too, and says so
            async with aclosing(database.changes()) as strokes:
                async for _ in strokes:
                    wake.set()
        await asyncio.sleep(DEAF_SECONDS)


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until they have ended.

    Once is not enough: whoever waits for an answer by `asyncio.wait_for` in the moment in which it
    comes, as clients of brokers do, takes the answer and loses the cancellation (Python 3.11).
    """
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=CANCEL_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


async def nap(wake: asyncio.Event, seconds: float) -> None:
    """Wait until woken, but not longer than so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wake.wait()
    wake.clear()


class Patience:
    """Goes on after an error: one line in the log when it begins, one when it is over.

    No error's own text is logged: databases quote whole rows in it.

    Args:
        who: Who goes on.
    """

    def __init__(self, who: str) -> None:
        self.who = who
        self.tried = False

    def __enter__(self) -> None:
        """Begin what may fail."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Bear any error of the block; its end without one is the end of the trouble."""
        if error is None:
            if self.tried:
                logger.warning("%s goes on", self.who)
            self.tried = False
            return False
        if not isinstance(error, Exception):
            return False
        if not self.tried:
            told = type(error).__name__ if isinstance(error, AWAY) else with_place(error)
            logger.warning("%s cannot go on now, and tries again: %s", self.who, told)
        self.tried = True
        return True


def with_place(error: Exception) -> str:
    """Name an error, and the place in the code."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"

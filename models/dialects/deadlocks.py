"""Transactions that a database gives up for another one's sake; they are begun again.

PostgreSQL ends one of those that wait for each other in a circle (40P01), and those that would not
fit into any order (40001): nothing was wrong with them but the moment. On SQLite writers wait in
line from their first statement on, so none is ever given up.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from secrets import SystemRandom
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

GIVEN_UP = {"40P01", "40001"}
PAUSES_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8)
"""About how long to wait before each new try; after these the error stands."""

logger = logging.getLogger(__name__)

Done = TypeVar("Done")


async def begun_again(transaction: Callable[[], Awaitable[Done]]) -> Done:
    """Do a whole transaction, and again from its beginning while the database gives it up.

    Args:
        transaction: Opens it, does everything in it and commits; may be called six times.
    """
    for pause in PAUSES_SECONDS:
        try:
            return await transaction()
        except DBAPIError as error:
            if not was_given_up(error):
                raise
            logger.info("a transaction was given up and is begun again: %s", sqlstate(error))
        await asyncio.sleep(pause * SystemRandom().uniform(0.5, 1.5))
    return await transaction()


def was_given_up(error: DBAPIError) -> bool:
    """Tell whether a database gave a transaction up that may well succeed another time."""
    return sqlstate(error) in GIVEN_UP


def sqlstate(error: DBAPIError) -> str | None:
    """Give PostgreSQL's code of an error; SQLite has none."""
    return getattr(error.orig, "sqlstate", None)

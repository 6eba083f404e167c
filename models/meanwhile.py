"""What Python does while the database is busy: one connection takes one statement at a time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterable
from typing import Any, TypeVar

Done = TypeVar("Done")
Prepared = TypeVar("Prepared")
Thing = TypeVar("Thing")

AT_A_TIME = 8
"""After so many things others have their turn: the database may have answered meanwhile."""


async def beside(
    statements: Awaitable[Done], preparing: Coroutine[Any, Any, Prepared]
) -> tuple[Done, Prepared]:
    """Run statements, and prepare what comes after them meanwhile.

    Args:
        statements: What the database does.
        preparing: What Python does; it asks the database nothing, and goes through many things
            `gently`. It is given up when a statement fails.
    """
    task = asyncio.create_task(preparing)
    try:
        return await statements, await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def gently(things: Iterable[Thing]) -> AsyncIterator[Thing]:
    """Go through things, and let others have their turn after every few of them."""
    for number, thing in enumerate(things):
        if number % AT_A_TIME == 0:
            await asyncio.sleep(0)
        yield thing

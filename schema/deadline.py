"""A deadline for an operation, which says which of its fields were running when it came."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from graphql.pyutils import Path

from schema.answers import Refused

GiveUp = Callable[[asyncio.Task[Any] | None], None]
AT_MOST = 5
"""How many of the fields that were running are named."""
DEEPEST = 200
"""How many awaits are followed."""


@asynccontextmanager
async def deadline(seconds: float, give_up: GiveUp | None) -> AsyncIterator[None]:
    """Cancel what goes on in this block when its time is over; statements are cancelled with it.

    Which fields are running is looked up only then, in the coroutines that wait: it costs those
    nothing that come in time.

    Args:
        seconds: How long it may take.
        give_up: Ends what runs beside the task that it is given, such as the loading of rows.

    Raises:
        Refused: It took longer.
    """
    task = asyncio.current_task()
    running: list[list[str | int]] = []

    def look() -> None:
        running.extend(running_fields(task))
        if give_up is not None:
            give_up(task)

    looking = asyncio.get_running_loop().call_later(seconds, look)  # comes before the next one
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise too_long(seconds, running) from error
    finally:
        looking.cancel()


def too_long(seconds: float, running: list[list[str | int]]) -> Refused:
    """Say that it took too long, and which fields were running."""
    fields = [".".join(map(str, path)) for path in running]
    while_running = f" while {' and '.join(fields)} was running" if fields else ""
    return Refused(
        HTTPStatus.SERVICE_UNAVAILABLE,
        f"It took longer than {seconds:g} seconds and was given up{while_running}.",
        code="TIMEOUT",
        more={"fields": fields},
    )


def running_fields(task: asyncio.Task[Any] | None) -> list[list[str | int]]:
    """Tell the fields that a task waits for: the deepest of each branch, each once."""
    found: dict[tuple[str | int, ...], None] = {}
    for path in deepest_paths(task, None):
        found[tuple(path.as_list())] = None
    return [list(path) for path in found][:AT_MOST]


def deepest_paths(task: asyncio.Task[Any] | None, above: Path | None) -> Iterator[Path]:
    """Follow what a task waits for, and give the last field of each way."""
    if task is None or task.done():
        return
    path: Path | None = above
    awaited: Any = task.get_coro()
    for _ in range(DEEPEST):
        if not inspect.iscoroutine(awaited):
            break
        path = path_in(awaited) or path
        awaited = awaited.cr_await
    waited_for = getattr(task, "_fut_waiter", None)
    children = getattr(waited_for, "_children", ())
    tasks = [one for one in (waited_for, *children) if isinstance(one, asyncio.Task)]
    if not tasks and path is not None:
        yield path
    for one in tasks:
        yield from deepest_paths(one, path)


def path_in(coroutine: Any) -> Path | None:
    """Find the field that a coroutine of the executor is about."""
    path = coroutine.cr_frame.f_locals.get("path") if coroutine.cr_frame else None
    return path if isinstance(path, Path) else None

"""A deadline for an operation, which says which of its fields were running when it came."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from types import FrameType
from typing import Any

from graphql.pyutils import Path

from schema.answers import Refused

GiveUp = Callable[[asyncio.Task[Any] | None], None]
AT_MOST = 5
"""How many of the fields that were running are named."""
ASKED_GENERATOR = "async_generator_asend"
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

    looking = asyncio.get_running_loop().call_later(seconds, look)  # comes before the next one
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        if give_up is not None:
            give_up(task)
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
    for frame in frames_of(task.get_coro()):
        path = path_in(frame) or path
    waited_for = getattr(task, "_fut_waiter", None)
    children = getattr(waited_for, "_children", ())
    tasks = [one for one in (waited_for, *children) if isinstance(one, asyncio.Task)]
    if not tasks and path is not None:
        yield path
    for one in tasks:
        yield from deepest_paths(one, path)


def frames_of(awaited: Any) -> Iterator[FrameType]:
    """Give the frames of what waits for each other, from the outermost one on."""
    for _ in range(DEEPEST):
        if inspect.iscoroutine(awaited):
            frame, inner = awaited.cr_frame, awaited.cr_await
        elif inspect.isasyncgen(awaited):
            frame, inner = awaited.ag_frame, awaited.ag_await
        else:
            return
        if frame is None:
            return
        yield frame
        awaited = generator_in(frame) if type(inner).__name__ == ASKED_GENERATOR else inner


def generator_in(frame: FrameType) -> Any:
    """Find the generator whose next item a frame waits for, which it knows by some name."""
    known = (value for value in frame.f_locals.values() if inspect.isasyncgen(value))
    return next((generator for generator in known if generator.ag_running), None)


def path_in(frame: FrameType) -> Path | None:
    """Find the field that a frame of the executor is about."""
    path = frame.f_locals.get("path")
    return path if isinstance(path, Path) else None

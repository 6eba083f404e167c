"""One pair of ears for any number of listeners: the bell takes a connection for each that hears it.

Displays and other watchers come and go by the hundred, so they share one.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError

DEAF_SECONDS = 1.0


class Echo:
    """Passes the strokes of a bell on; it listens while somebody listens to it.

    Args:
        changes: Yields once for every stroke, see `models.dialects.bell`.
    """

    def __init__(self, changes: Callable[[], AsyncGenerator[None]]) -> None:
        self._changes = changes
        self._waking: set[asyncio.Event] = set()
        self._listening: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def waking(self, wake: asyncio.Event) -> AsyncIterator[None]:
        """Set an event after every commit of anybody, and at once for what was missed."""
        self._waking.add(wake)
        wake.set()
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            self._waking.discard(wake)
            if not self._waking:
                await self._stop()

    async def _listen(self) -> None:
        while True:
            with suppress(SQLAlchemyError):  # whoever is woken meets the same, and says so
                async with aclosing(self._changes()) as strokes:
                    async for _ in strokes:
                        for wake in self._waking:
                            wake.set()
            await asyncio.sleep(DEAF_SECONDS)

    async def _stop(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

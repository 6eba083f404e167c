"""One pair of ears for any number of listeners: everybody is woken, and nobody leaves it open."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from effects import until
from sqlalchemy.exc import OperationalError

from models.dialects import echo
from models.dialects.echo import Echo


class Bell:
    """A bell that a test strikes by hand."""

    def __init__(self) -> None:
        self.listeners = 0
        self.heard = 0
        self.strike = asyncio.Event()
        self.is_broken = False

    async def changes(self) -> AsyncGenerator[None]:
        """Yield once at first and then for each stroke."""
        self.listeners += 1
        self.heard += 1
        try:
            yield
            while True:
                await self.strike.wait()
                self.strike.clear()
                if self.is_broken:
                    self.is_broken = False
                    raise OperationalError("listen", None, Exception("gone"))
                yield
        finally:
            self.listeners -= 1


async def woken(*events: asyncio.Event) -> None:
    for event in events:
        await asyncio.wait_for(event.wait(), 30)
        event.clear()


async def listened_to(bell: Bell) -> None:
    """Wait until somebody listens, and was told of what was missed."""

    async def is_so() -> bool:
        return bell.listeners == 1

    await until(is_so)
    await asyncio.sleep(0.01)


async def test_everybody_is_woken_at_once_and_by_every_stroke_over_one_listener() -> None:
    bell = Bell()
    ears = Echo(bell.changes)
    first, second = asyncio.Event(), asyncio.Event()

    async with ears.waking(first), ears.waking(second):
        await listened_to(bell)
        await woken(first, second)
        bell.strike.set()
        await woken(first, second)
        assert bell.listeners == 1

    assert bell.listeners == 0


async def test_who_has_left_is_not_woken_and_the_last_one_stops_the_listening() -> None:
    bell = Bell()
    ears = Echo(bell.changes)
    first, second = asyncio.Event(), asyncio.Event()

    async with ears.waking(first):
        async with ears.waking(second):
            await listened_to(bell)
        first.clear()
        second.clear()
        bell.strike.set()
        await woken(first)
        assert not second.is_set()
    assert bell.listeners == 0

    async with ears.waking(second):
        await listened_to(bell)
    assert bell.listeners == 0


async def test_listening_goes_on_after_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    bell = Bell()
    ears = Echo(bell.changes)
    wake = asyncio.Event()
    monkeypatch.setattr(echo, "DEAF_SECONDS", 0.01)

    async with ears.waking(wake):
        await listened_to(bell)
        await woken(wake)
        bell.is_broken = True
        bell.strike.set()
        await woken(wake)

    assert bell.heard == 2

"""What can happen to a fleet, each told in a few lines: `livionkey simulate --scenario NAME`."""

import asyncio
import random
from collections.abc import Callable, Coroutine

from automat_link.simulator.faults import FAULTS
from automat_link.simulator.fleet import Fleet
from automat_link.simulator.guests import Guests

Scenario = Callable[[Fleet], Coroutine[None, None, None]]
SMALLEST_PAUSE, LONGEST_PAUSE = 1.0, 5.0
"""Seconds between two guests at one automat."""
MISTYPED = 0.05
"""How many guests mistype their PIN at first, 0 to 1."""


async def quiet(_fleet: Fleet) -> None:
    """Let nothing happen but what somebody does by hand, or from afar."""


async def guests(
    fleet: Fleet, *, seed: int | None = None, pause: tuple[float, float] | None = None
) -> None:
    """Let guests come for as long as it lasts: they type PINs, take keys and bring them back.

    Args:
        fleet: Where they come.
        seed: The same one makes the same guests.
        pause: How many seconds lie between two guests at one automat, from and to.
    """
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    between = pause or (SMALLEST_PAUSE, LONGEST_PAUSE)
    coming = [
        _come_and_go(Guests(one.cabinet), random.Random(chance.random()), between)  # noqa: S311 - as above
        for one in fleet.automats
    ]
    await asyncio.gather(*coming)


async def power_cut(fleet: Fleet, *, seconds: float = 30.0) -> None:
    """Switch all off at once, and on again after a while.

    Args:
        fleet: Which automats.
        seconds: How long they are without power.
    """
    await fleet.all_connected()
    await fleet.cut_power()
    await asyncio.sleep(seconds)
    fleet.start()
    await fleet.all_connected()


async def reconnect_storm(fleet: Fleet, *, times: int = 5, seconds: float = 10.0) -> None:
    """Cut the network of all at once, and mend it, again and again.

    Args:
        fleet: Which automats.
        times: How often.
        seconds: How long it is cut each time.
    """
    for _ in range(times):
        await fleet.all_connected()
        for one in fleet.automats:
            one.network.cut()
        await asyncio.sleep(seconds)
        for one in fleet.automats:
            one.network.mend()
    await fleet.all_connected()


async def faults(fleet: Fleet, *, seconds: float = 10.0) -> None:
    """Let one thing after the other go wrong with all at once, and be well again.

    Args:
        fleet: Which automats.
        seconds: How long each of them lasts.
    """
    await fleet.all_connected()
    for fault in FAULTS.values():
        for on in (True, False):
            for one in fleet.automats:
                fault.switch(one.cabinet, on)
            await asyncio.sleep(seconds)


async def _come_and_go(guests: Guests, chance: random.Random, pause: tuple[float, float]) -> None:
    while True:
        await asyncio.sleep(chance.uniform(*pause))
        if chance.random() < MISTYPED:
            guests.mistype()
        _one_comes(guests, chance)


def _one_comes(guests: Guests, chance: random.Random) -> None:
    """Let one guest come: most are patient, so keys are out for a while."""
    returning = guests.next_to_bring_back()
    if returning is not None and chance.random() < 0.3:
        guests.bring_back(*returning)
        return
    fetching = guests.next_to_fetch()
    if fetching is not None:
        guests.fetch(fetching)


SCENARIOS: dict[str, Scenario] = {
    "quiet": quiet,
    "guests": guests,
    "power-cut": power_cut,
    "reconnect-storm": reconnect_storm,
    "faults": faults,
}

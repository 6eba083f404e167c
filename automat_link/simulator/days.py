"""A day of guests on a clock that somebody moves: what takes a day happens in a minute.

The moment at which each guest comes is drawn from the time in which their PIN opens. The clock goes
from one of these moments to the next, and stands there until the automats know what time it is, the
guests have come, and the server has heard of it.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.firmware import Firmware
from automat_link.simulator.fleet import Fleet
from automat_link.simulator.guests import Guests
from models.automat_reports import CodeKind
from models.codes import CodeUse
from models.doors import Known

DAY = timedelta(days=1)
LONGEST_STEP = timedelta(hours=2)
"""Guests with PINs that are new are thought of after so long at the latest."""
LONGEST_WAIT = timedelta(hours=4)
"""So long after their PIN opens guests come at the latest, and so long before it closes they bring
the key at the earliest; half of the time where that is less."""
WRONG_BY = timedelta(seconds=3)
"""A clock that is wrong by less is not put right."""
LOOK_SECONDS = 0.05

logger = logging.getLogger(__name__)


class Time(Protocol):
    """The clock of those whose automats these are."""

    async def pass_by(self, by: timedelta) -> datetime:
        """Move it ahead, and wait until all that was due on the way has been done.

        Returns:
            What it shows then.
        """


@dataclass(frozen=True, slots=True)
class Visit:
    """What one guest did.

    Args:
        automat: Where, by the name that people call it.
        locker_index: At which locker.
        brings: Whether they brought the key; else they took it.
        at: When, by the clock of the automat.
    """

    automat: str
    locker_index: int
    brings: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """When the guest with one PIN comes: to take the key, to bring it; None for not with it."""

    takes_at: datetime | None
    brings_at: datetime | None


class PlannedGuests:
    """The guests of one automat, who each know when they come.

    Args:
        name: What people call the automat.
        cabinet: The automat.
        chance: Draws the moments.
    """

    def __init__(self, name: str, cabinet: Cabinet, chance: random.Random) -> None:
        self._name, self._cabinet, self._chance = name, cabinet, chance
        self._guests = Guests(cabinet)
        self._plans: dict[tuple[str, datetime | None], Plan] = {}

    def next_at(self) -> datetime | None:
        """Tell when the next of them means to come; None for nobody."""
        now = self._cabinet.clock.now()
        plans = [self._plan(one) for one in self._pins()]
        moments = [at for plan in plans for at in (plan.takes_at, plan.brings_at)]
        return min((at for at in moments if at is not None and at > now), default=None)

    def come(self) -> list[Visit]:
        """Let all come whose time it is."""
        visits = [self._comes(one) for one in self._pins()]
        return [one for one in visits if one is not None]

    def _comes(self, code: Known) -> Visit | None:
        plan, now = self._plan(code), self._cabinet.clock.now()
        if _is_time(plan.takes_at, now) and self._guests.may_fetch(code):
            return self._visit(code, brings=False) if self._guests.fetch(code) else None
        held = self._guests.held_for(code) if _is_time(plan.brings_at, now) else None
        if held is not None and self._guests.bring_back(code, held):
            return self._visit(code, brings=True)
        return None

    def _visit(self, code: Known, *, brings: bool) -> Visit:
        return Visit(self._name, code.locker_index, brings, self._cabinet.clock.now())

    def _pins(self) -> list[Known]:
        return [one for one in self._cabinet.codes.known if one.kind is CodeKind.PIN]

    def _plan(self, code: Known) -> Plan:
        of_it = code.id, code.closes_at
        if of_it not in self._plans:
            self._plans[of_it] = self._drawn(code)
        return self._plans[of_it]

    def _drawn(self, code: Known) -> Plan:
        opens = max(code.opens_at, self._cabinet.clock.now())
        closes = code.closes_at or opens + DAY
        wait = min(LONGEST_WAIT, (closes - opens) / 2)
        takes, brings = (self._chance.uniform(0.1, 0.9) for _ in range(2))
        return Plan(
            None if code.use is CodeUse.RETURN else opens + takes * wait,
            None if code.use is CodeUse.FETCH else closes - brings * wait,
        )


def _is_time(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


async def day(
    fleet: Fleet, time: Time, *, lasts: timedelta = DAY, seed: int | None = None
) -> list[Visit]:
    """Let guests come for a day, or for as long as is said.

    Args:
        fleet: Where they come.
        time: The clock that is moved; the server tells the automats what it shows.
        lasts: How long, by that clock.
        seed: The same one makes the same guests.

    Returns:
        What they did, in order.
    """
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    everybody = [PlannedGuests(name, fleet[name].cabinet, chance) for name in fleet]
    await fleet.all_connected()
    now = await time.pass_by(timedelta(seconds=1))
    ends, visits = now + lasts, list[Visit]()
    while True:
        await _all(fleet, partial(_knows_the_time, now))
        for guests in everybody:
            visits += guests.come()
        await _all(fleet, _is_heard)
        if now >= ends:
            break
        now = await time.pass_by(_until_the_next(everybody, now, ends) - now + WRONG_BY)
    brought = sum(one.brings for one in visits)
    logger.info("guests took %d keys and brought %d back", len(visits) - brought, brought)
    return visits


def _until_the_next(everybody: list[PlannedGuests], now: datetime, ends: datetime) -> datetime:
    moments = [guests.next_at() for guests in everybody]
    coming = [at for at in moments if at is not None and at > now]
    return min([ends, now + LONGEST_STEP, *coming])


async def _all(fleet: Fleet, is_so: Callable[[Firmware], bool]) -> None:
    """Wait until something is so with all automats that are connected."""
    while True:
        if all(is_so(one) for one in fleet.automats if one.connected.is_set()):
            return
        await asyncio.sleep(LOOK_SECONDS)


def _knows_the_time(now: datetime, one: Firmware) -> bool:
    return one.cabinet.clock.now() > now - WRONG_BY


def _is_heard(one: Firmware) -> bool:
    return one.cabinet.log.oldest_number > one.cabinet.log.last_number

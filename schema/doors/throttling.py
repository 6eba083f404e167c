"""How often somebody may be wrong: codes that people type are short enough to be guessed.

Whoever is right is never asked to wait where `wrong` is told of wrong ones alone: many people share
one address, and not all of them guess. Where a right guess is worth more, a guess is counted before
it is looked at, and forgiven when it was right; then many at once are no more than one by one.
"""

import ipaddress
from collections import OrderedDict, deque
from datetime import datetime
from http import HTTPStatus

from resolvers.guesses import Guesses
from schema.answers import Refused

WINDOW_SECONDS = 60.0
MOST_ADDRESSES = 10_000


class Throttle:
    """Counts who was wrong how often within the last minute, or another time, in this process.

    An address of IPv6 counts as its /64, which is what one household has.

    Args:
        at_most: How often somebody may be wrong within that time.
        window_seconds: The time; a minute unless it is given.
    """

    def __init__(self, at_most: int, window_seconds: float = WINDOW_SECONDS) -> None:
        self._at_most = at_most
        self._window_seconds = window_seconds
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def wrong(self, address: str | None, now: float) -> None:
        """Note that somebody was wrong.

        Args:
            address: The network address that they come from, or what else they are counted by.
            now: The time in seconds, on a clock that only goes forward.

        Raises:
            Refused: They were wrong too often; it says for how long they have to wait.
        """
        self._check(address, now)
        place = place_of(address)
        self._wrong.setdefault(place, deque(maxlen=self._at_most)).append(now)
        self._wrong.move_to_end(place)
        while len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)

    def forgive(self, address: str | None, then: float) -> None:
        """Take back what was counted before it was known to be right.

        Args:
            address: What `wrong` was told.
            then: The time that it was told.
        """
        times = self._wrong.get(place_of(address), deque())
        if then in times:
            times.remove(then)

    def _check(self, address: str | None, now: float) -> None:
        times = self._wrong.get(place_of(address), deque())
        while times and times[0] <= now - self._window_seconds:
            times.popleft()
        if len(times) >= self._at_most:
            wait = times[0] + self._window_seconds - now
            raise too_many(self._at_most, self._window_seconds, wait)


class SharedThrottle:
    """Counts guesses in the database: for all processes together, and through restarts.

    Args:
        guesses: Counts them.
    """

    def __init__(self, guesses: Guesses) -> None:
        self._guesses = guesses

    async def guess(self, by: str, now: datetime) -> None:
        """Note a guess before it is looked at.

        Args:
            by: What it is counted by.
            now: The moment.

        Raises:
            Refused: There were too many; it says for how long they have to wait.
        """
        wait = await self._guesses.count(by, now)
        if wait is not None:
            bound = self._guesses.bound
            raise too_many(bound.at_most, bound.within.total_seconds(), wait.total_seconds())

    async def forgive(self, by: str, then: datetime) -> None:
        """Take back what was counted before it was known to be right."""
        await self._guesses.forgive(by, then)


def too_many(at_most: int, window_seconds: float, wait_seconds: float) -> Refused:
    """Say that somebody was wrong too often, and for how long they have to wait."""
    minutes = round(window_seconds / 60)
    time = "a minute" if minutes == 1 else f"{minutes} minutes"
    return Refused(
        HTTPStatus.TOO_MANY_REQUESTS,
        f"That was wrong {at_most} times within {time}; wait a little.",
        code="TOO_MANY_REQUESTS",
        headers={"retry-after": str(int(wait_seconds) + 1)},
    )


def place_of(address: str | None) -> str:
    """Tell whose an address is."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((found, 64), strict=False))
    return str(found)

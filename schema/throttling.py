"""How often somebody may be wrong: codes that people type are short enough to be guessed.

Whoever is right is never asked to wait: many people share one address, and not all of them guess.
"""

import ipaddress
from collections import OrderedDict, deque
from http import HTTPStatus

from schema.answers import Refused

WINDOW_SECONDS = 60.0
MOST_ADDRESSES = 10_000


class Throttle:
    """Counts who was wrong how often within the last minute, in this process.

    An address of IPv6 counts as its /64, which is what one household has.

    Args:
        at_most: How often somebody may be wrong within a minute.
    """

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def wrong(self, address: str | None, now: float) -> None:
        """Note that somebody was wrong.

        Args:
            address: The network address that they come from.
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

    def _check(self, address: str | None, now: float) -> None:
        times = self._wrong.get(place_of(address), deque())
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        if len(times) >= self._at_most:
            wait = str(int(times[0] + WINDOW_SECONDS - now) + 1)
            raise Refused(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"That was wrong {self._at_most} times within a minute; wait a little.",
                code="TOO_MANY_REQUESTS",
                headers={"retry-after": wait},
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

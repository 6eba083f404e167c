"""The clock of an automat: wrong at first perhaps, put right by the server, moved in sandboxes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from automat_link.messages.base import FIRST_MOMENT

SMALLEST_CORRECTION = timedelta(seconds=2)
"""A message takes a while on its way: what differs by less is not put right."""


def moved(at: datetime, by: timedelta) -> datetime:
    """Move a moment, and leave it where it is when there is none to move it to."""
    try:
        there = at + by
    except OverflowError:
        return at
    return max(there, FIRST_MOMENT)


def real_time() -> datetime:
    """Tell what time it is."""
    return datetime.now(UTC)


class Clock:
    """A clock that goes as fast as real time, and may be ahead of it or behind.

    Args:
        skew: How far it is ahead of real time at first.
        stubborn: Whether it stays wrong: no correction takes hold.
        real: Tells real time.
    """

    def __init__(
        self,
        *,
        skew: timedelta = timedelta(0),
        stubborn: bool = False,
        real: Callable[[], datetime] = real_time,
    ) -> None:
        self.ahead = skew
        self.times_set = 0
        """How often it was put right."""
        self.stubborn = stubborn
        self._real = real

    def now(self) -> datetime:
        """Tell what time it is by this clock."""
        return self._real() + self.ahead

    def move(self, by: timedelta) -> None:
        """Put it forward, or back."""
        self.ahead += by

    def correct(self, at: datetime, *, fresh: bool) -> timedelta:
        """Put it right by what the server said.

        Args:
            at: What time it was there.
            fresh: Whether it was said just now. What lay at the broker may be old, so it only puts
                forward a clock that is behind it.

        Returns:
            How far it was moved.
        """
        wrong = at - self.now()
        if self.stubborn or abs(wrong) < SMALLEST_CORRECTION:
            return timedelta(0)
        if wrong < timedelta(0) and not fresh:
            return timedelta(0)
        self.ahead += wrong
        self.times_set += 1
        return wrong

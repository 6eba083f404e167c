"""How much each automat may say, so that one that says too much is not heard instead of all others.

What is too much is passed over, which loses nothing: reports are asked for again, states come
again, and so do answers, with the command.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

AT_ONCE = 10_000
"""As many reports as an automat keeps: who was away for days says them without a pause."""
EACH_SECOND = 100.0
"""On average. Fifty people at one automat say less."""


@dataclass(slots=True)
class Left:
    """What one automat may still say.

    Args:
        messages: How many.
        at: When that was so.
    """

    messages: float
    at: float


class Allowance:
    """Counts what automats say.

    Args:
        at_once: How many messages of one automat are heard without a pause.
        each_second: How many on average.
        now: Tells the time, in seconds.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        each_second: float = EACH_SECOND,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once, self._each_second, self._now = at_once, each_second, now
        self._left: dict[UUID, Left] = {}

    def take(self, link_id: UUID) -> bool:
        """Tell whether one more message of an automat is to be heard, and count it if it is."""
        now = self._now()
        left = self._left.setdefault(link_id, Left(self._at_once, now))
        grown = left.messages + (now - left.at) * self._each_second
        left.messages, left.at = min(self._at_once, grown), now
        if left.messages < 1:
            return False
        left.messages -= 1
        return True

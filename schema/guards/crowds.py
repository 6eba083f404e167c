"""How much one client may have going on at once in this process, and all of them together."""

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from http import HTTPStatus

from schema.answers import Refused


class Crowd:
    """Counts what is going on.

    Args:
        what: What it is, for people.
        each: How much of it one client may have at once.
        together: How much of it there may be in this process.
    """

    def __init__(self, what: str, *, each: int, together: int) -> None:
        self._what = what
        self._each = each
        self._together = together
        self._present: Counter[Hashable] = Counter()
        self._all = 0

    @contextmanager
    def joined(self, who: Hashable) -> Iterator[None]:
        """Let one more in for as long as the block lasts.

        Raises:
            Refused: There is no room.
        """
        self.enter(who)
        try:
            yield
        finally:
            self.leave(who)

    def enter(self, who: Hashable) -> None:
        """Let one more in.

        Raises:
            Refused: There is no room.
        """
        if self._present[who] >= self._each:
            raise no_room(f"You have {self._each} {self._what} already; wait until one is done.")
        if self._all >= self._together:
            raise no_room(f"There is no room for more {self._what} just now; try again soon.")
        self._present[who] += 1
        self._all += 1

    def leave(self, who: Hashable) -> None:
        """Let one go."""
        self._all -= 1
        self._present[who] -= 1
        if not self._present[who]:
            del self._present[who]


def no_room(message: str) -> Refused:
    """Refuse one more."""
    return Refused(
        HTTPStatus.TOO_MANY_REQUESTS,
        message,
        code="TOO_MANY_REQUESTS",
        headers={"retry-after": "1"},
        more={"retryAfterSeconds": 1},
    )

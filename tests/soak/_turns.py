"""Whose turn it is, over several processes; the clock of a run moves on with every turn."""

from datetime import datetime, timedelta
from multiprocessing.context import SpawnContext

from factories import NOON

STEP = timedelta(seconds=30)
"""How far the clock moves on with each operation."""


class Turns:
    """Counts operations for every process at once.

    Args:
        context: How the processes are started.
        total: After how many operations there is no turn any more.
    """

    def __init__(self, context: SpawnContext, total: int) -> None:
        self.total = total
        self._taken = context.Value("q", 0)
        self._stopped = context.Event()

    def take(self, count: int) -> int | None:
        """Take the next turns; gives the number of the first, None when all is over."""
        with self._taken.get_lock():
            first: int = self._taken.value
            if first >= self.total or self._stopped.is_set():
                return None
            self._taken.value = first + count
            return first

    def stop(self) -> None:
        """Let nobody take another turn."""
        self._stopped.set()

    def now(self) -> datetime:
        """Tell the time: that of the turn that comes next."""
        return moment(self._taken.value)


def moment(turn: float) -> datetime:
    """Tell when a turn is."""
    return NOON + turn * STEP

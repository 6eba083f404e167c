"""Who came in a moment ago: remembered, so that the database is spared the same question."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from models.accounts import Actor

Known = TypeVar("Known")

REMEMBERED = timedelta(seconds=5)
"""How long a credential that was taken back may still open the door of a busy process."""
AT_MOST = 10_000


def may_be_remembered(actor: Actor) -> bool:
    """Tell whether somebody stays the same for five seconds, whatever other processes do.

    Those of sandboxes do not, nor those who reach only some units: with each of them comes what
    the clock there shows now, or which units lie below by now.
    """
    return actor.clock_ahead is None and actor.units is None


class Memory(Generic[Known]):
    """Remembers what was found for a key, for five seconds."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[Known, datetime]] = OrderedDict()

    def recall(self, key: str, now: datetime) -> Known | None:
        """Give what was found; None when that is too long ago, or never was."""
        known = self._known.get(key)
        return known[0] if known and now < known[1] else None

    def remember(
        self, key: str, found: Known, now: datetime, *, until: datetime | None = None
    ) -> None:
        """Remember what was found, no longer than until a moment, where one is given."""
        end = now + REMEMBERED
        self._known[key] = found, min(end, until or end)
        self._known.move_to_end(key)
        while len(self._known) > AT_MOST:
            self._known.popitem(last=False)

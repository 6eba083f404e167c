"""What has been taken while many stays are planned together, before any of it is written.

Stays that are pushed in one call are planned one after the other against the same look at the
database. Whatever an earlier one takes is not free for a later one, and whatever a stay held before
it was changed is free for itself alone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models.times import Window

Owner = object
"""Whoever takes something: any object that lives as long as the bookings, by its identity."""


@dataclass(frozen=True, slots=True)
class Taken:
    """That somebody takes something over a window."""

    owner: Owner
    window: Window


@dataclass(frozen=True, slots=True)
class Brought(Taken):
    """That somebody brings a key back over a window, to a locker of an automat."""

    automat_id: UUID
    locker_index: int


class Bookings:
    """Lockers and keys that are taken."""

    def __init__(self) -> None:
        self._lockers: dict[UUID, dict[int, list[Taken]]] = {}
        self._left: dict[UUID, dict[int, list[Taken]]] = {}
        self._keys: dict[UUID, list[Taken]] = {}
        self._brought: dict[UUID, list[Brought]] = {}
        self._owned: dict[int, list[tuple[list[Any], Taken]]] = {}

    def take_locker(self, owner: Owner, automat_id: UUID, index: int, window: Window) -> None:
        """Take a locker over a window."""
        lockers = self._lockers.setdefault(automat_id, {})
        self._take(lockers.setdefault(index, []), Taken(owner, window))

    def leave_locker(self, owner: Owner, automat_id: UUID, index: int, at: datetime) -> None:
        """Note that the key which lies in a locker is taken out of it before a moment."""
        lockers = self._left.setdefault(automat_id, {})
        self._take(lockers.setdefault(index, []), Taken(owner, Window(at, None)))

    def lockers_left(self, automat_id: UUID, before: datetime) -> int:
        """Give the lockers of an automat whose keys are taken out before a moment, as bits."""
        lockers = self._left.get(automat_id)
        return _taken_in(lockers, Window.moment(before)) if lockers else 0

    def take_key(self, owner: Owner, key_id: UUID, window: Window) -> None:
        """Take a key over a window."""
        self._take(self._keys.setdefault(key_id, []), Taken(owner, window))

    def bring_key(self, key_id: UUID, brought: Brought) -> None:
        """Note where a key comes back to."""
        self._take(self._brought.setdefault(key_id, []), brought)

    def key_brought(self, key_id: UUID, before: datetime) -> Brought | None:
        """Tell where a key was brought last of what is over before a moment."""
        over = [
            brought
            for brought in self._brought.get(key_id, ())
            if brought.window.ends_at is not None and brought.window.ends_at <= before
        ]
        return max(over, key=lambda brought: brought.window.starts_at, default=None)

    def _take(self, shelf: list[Any], taken: Taken) -> None:
        shelf.append(taken)
        self._owned.setdefault(id(taken.owner), []).append((shelf, taken))

    def release(self, owner: Owner) -> None:
        """Give back all that somebody has taken."""
        for shelf, taken in self._owned.pop(id(owner), ()):
            shelf.remove(taken)

    def lockers_taken(self, automat_id: UUID, window: Window) -> int:
        """Give the lockers of an automat that are taken for part of a window, as bits."""
        lockers = self._lockers.get(automat_id)
        return _taken_in(lockers, window) if lockers else 0

    def locker_windows(self, automat_id: UUID, *, but_of: Owner) -> dict[int, list[Window]]:
        """List when lockers of an automat are taken by others than one owner."""
        return {
            index: [taken.window for taken in shelf if taken.owner is not but_of]
            for index, shelf in self._lockers.get(automat_id, {}).items()
        }

    def key_taken(self, key_id: UUID, window: Window) -> Window | None:
        """Give the first window in which a key is taken for part of a window, if any."""
        clashes = [
            taken.window for taken in self._keys.get(key_id, ()) if taken.window.overlaps(window)
        ]
        return min(clashes, key=lambda clash: clash.starts_at, default=None)

    def has_taken(self, key_id: UUID) -> bool:
        """Tell whether anybody has taken a key, or brings it back, whenever."""
        return bool(self._keys.get(key_id) or self._brought.get(key_id))

    def key_windows(self, key_id: UUID, *, but_of: Owner) -> list[Window]:
        """List when a key is taken by others than one owner."""
        return [taken.window for taken in self._keys.get(key_id, ()) if taken.owner is not but_of]


def _taken_in(lockers: dict[int, list[Taken]], window: Window) -> int:
    return sum(
        1 << index
        for index, shelf in lockers.items()
        if any(taken.window.overlaps(window) for taken in shelf)
    )

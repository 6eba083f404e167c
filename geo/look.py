"""What a choice asks of the automats: the one door through which it sees the world.

A choice is a function of a look and a wish, and of nothing else. `geo.snapshot.Snapshot` looks into
the database, `geo.recording.Recording` looks through another look and remembers what it saw, and
`geo.remembered.Remembered` answers out of what was remembered, so that a choice can be made again.
"""

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

from geo.candidates import Facts
from models.places import Coordinates
from models.times import Window

Metres = Mapping[UUID, float | None]
"""How far automats are, in the order in which they are looked at."""


class Look(Protocol):
    """A look at the automats of organizations."""

    async def nearest(self, here: Coordinates, count: int) -> Metres:
        """Give the automats nearest to a place; fewer than `count` when there are no more."""
        ...

    async def preferred(self, area: str, here: Coordinates, count: int) -> Metres:
        """Give the automats nearest to a place that stand in an area; fewer as above."""
        ...

    async def facts(self, metres: Metres, window: Window) -> list[Facts]:
        """Give what is known of automats over a window, in the order of `metres`."""
        ...

    async def measured(self, automat_ids: Collection[UUID], here: Coordinates | None) -> Metres:
        """Measure how far certain automats are, nearest first; those without a place come last.

        An automat that may not be used is left out. Distances within 1 mm are a tie.
        """
        ...

    async def members(self, group_id: UUID) -> frozenset[UUID]:
        """List the automats of a device group that are still installed."""
        ...

    async def without_place(self) -> Metres:
        """Give automats whose address could not be placed."""
        ...

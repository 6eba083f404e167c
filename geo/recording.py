"""A look that remembers what was seen through it, so that a decision can say what it was made of.

It keeps references and works nothing out: most decisions are written down much later, or never.
"""

from collections.abc import Collection
from uuid import UUID

from geo.candidates import Facts
from geo.look import Look, Metres
from models.places import Coordinates
from models.times import Window


class Recording:
    """Looks through another look at what one choice asks for.

    Args:
        look: The other look.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self.near: dict[Coordinates, Metres] = {}
        """The longest list of the automats nearest to a place."""
        self.inside: dict[Coordinates, Metres] = {}
        """The same of those in the policy's preferred area."""
        self.measures: dict[Coordinates | None, dict[UUID, float | None]] = {}
        """How far certain automats are from a place."""
        self.groups: dict[UUID, frozenset[UUID]] = {}
        self.nowhere: Metres = {}
        self.facts_over: dict[Window, list[Facts]] = {}

    async def nearest(self, here: Coordinates, count: int) -> Metres:
        """Give the automats nearest to a place."""
        found = await self._look.nearest(here, count)
        if len(found) >= len(self.near.get(here, ())):
            self.near[here] = found
        return found

    async def preferred(self, area: str, here: Coordinates, count: int) -> Metres:
        """Give the automats nearest to a place that stand in an area."""
        found = await self._look.preferred(area, here, count)
        if len(found) >= len(self.inside.get(here, ())):
            self.inside[here] = found
        return found

    async def facts(self, metres: Metres, window: Window) -> list[Facts]:
        """Give what is known of automats over a window."""
        found = await self._look.facts(metres, window)
        self.facts_over.setdefault(window, []).extend(found)
        return found

    async def measured(self, automat_ids: Collection[UUID], here: Coordinates | None) -> Metres:
        """Measure how far certain automats are."""
        found = await self._look.measured(automat_ids, here)
        self.measures.setdefault(here, {}).update(found)
        return found

    async def members(self, group_id: UUID) -> frozenset[UUID]:
        """List the automats of a device group."""
        self.groups[group_id] = found = await self._look.members(group_id)
        return found

    async def without_place(self) -> Metres:
        """Give automats whose address could not be placed."""
        self.nowhere = found = await self._look.without_place()
        return found

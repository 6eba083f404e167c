"""A look for very many choices: it asks for nothing twice, and measures nothing twice."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from geo.candidates import Facts
from geo.look import Metres
from geo.looking import FIRST_LOOK
from geo.snapshot import Snapshot
from models.places import Coordinates
from models.times import Window


@dataclass(slots=True)
class NearGroups:
    """A snapshot, for entities whose groups' automats are mostly the nearest ones anyway.

    A geodesic takes longer than all the rest of a choice in a group, and its automats are nearly
    always among those that were just found to be near. Which automats have no place is asked once.
    """

    snapshot: Snapshot
    nowhere: Metres | None = None

    async def measured(self, automat_ids: Collection[UUID], here: Coordinates | None) -> Metres:
        """Measure how far certain automats are, nearest first; see `geo.look.Look`."""
        near = {} if here is None else await self.snapshot.nearest(here, FIRST_LOOK)
        if all(id in near for id in automat_ids):
            return {id: metres for id, metres in near.items() if id in automat_ids}
        return await self.snapshot.measured(automat_ids, here)

    async def nearest(self, here: Coordinates, count: int) -> Metres:
        """Give the automats nearest to a place."""
        return await self.snapshot.nearest(here, count)

    async def preferred(self, area: str, here: Coordinates, count: int) -> Metres:
        """Give the automats nearest to a place that stand in an area."""
        return await self.snapshot.preferred(area, here, count)

    async def facts(self, metres: Metres, window: Window) -> list[Facts]:
        """Give what is known of automats over a window."""
        return await self.snapshot.facts(metres, window)

    async def members(self, group_id: UUID) -> frozenset[UUID]:
        """List the automats of a device group."""
        return await self.snapshot.members(group_id)

    async def without_place(self) -> Metres:
        """Give automats whose address could not be placed."""
        if self.nowhere is None:
            self.nowhere = await self.snapshot.without_place()
        return self.nowhere

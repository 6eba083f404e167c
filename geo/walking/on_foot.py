"""Automats as somebody sees them who walks: the same look, with distances on foot."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial
from typing import Protocol
from uuid import UUID

from geo.candidates import Facts
from geo.look import Look, Metres
from geo.walking.distances import Walk, Walker
from geo.walking.loaded import walker
from models.places import Coordinates
from models.settings import UnitSettings
from models.times import Window


class PlacedLook(Look, Protocol):
    """A look that also knows where automats stand."""

    async def places(self, automat_ids: Collection[UUID]) -> Mapping[UUID, Coordinates]:
        """Tell where certain automats stand; one without a place is left out."""
        ...


def as_people_go(look: PlacedLook, settings: UnitSettings) -> Look:
    """Give the look by which a policy chooses: on foot where it says so and a network is loaded."""
    measuring = walker() if settings.walking_distance else None
    return look if measuring is None else OnFoot(look, measuring)


class OnFoot:
    """Looks through another look, and measures how far people walk.

    It is exact: a way is never shorter than the straight line, so when the straight line to the
    next automat is longer than all the ways that are wanted, nobody behind it is nearer on foot.

    Args:
        look: The other look.
        walker: Measures.
    """

    def __init__(self, look: PlacedLook, walker: Walker) -> None:
        self._look, self._walker = look, walker
        self._walks: dict[UUID, Walk] = {}

    async def nearest(self, here: Coordinates, count: int) -> Metres:
        """Give the automats nearest to a place on foot."""
        return await self._nearest(here, count, partial(self._look.nearest, here))

    async def preferred(self, area: str, here: Coordinates, count: int) -> Metres:
        """Give the automats nearest to a place on foot that stand in an area."""
        return await self._nearest(here, count, partial(self._look.preferred, area, here))

    async def _nearest(
        self, here: Coordinates, count: int, straight: Callable[[int], Awaitable[Metres]]
    ) -> Metres:
        many = 2 * count
        while True:
            lines = await straight(many)
            ways = await self._on_foot(lines, here)
            wanted = dict(list(ways.items())[:count])
            farthest = max((metres or 0.0 for metres in wanted.values()), default=0.0)
            last = list(lines.values())[-1] if lines else None
            if len(lines) < many or (last is not None and last > farthest):
                return wanted
            many *= 2

    async def measured(self, automat_ids: Collection[UUID], here: Coordinates | None) -> Metres:
        """Measure how far certain automats are on foot, nearest first."""
        lines = await self._look.measured(automat_ids, here)
        return lines if here is None else await self._on_foot(lines, here)

    async def _on_foot(self, lines: Metres, here: Coordinates) -> Metres:
        """Measure ways where there were straight lines; those without a place come last."""
        places = await self._look.places(lines)
        walks = self._walker.walks(here, list(places.values()))
        known = dict(zip(places, walks, strict=True))
        self._walks |= known
        # sorting keeps the order of the lines where two ways are equally long
        placed = sorted((one for one in lines if one in known), key=lambda one: known[one].metres)
        nowhere = dict.fromkeys(id for id in lines if id not in known)
        return {id: known[id].metres for id in placed} | nowhere

    async def facts(self, metres: Metres, window: Window) -> list[Facts]:
        """Give what is known of automats over a window, and how their distances were measured."""
        return [
            one._replace(distance_kind=self._walks[one.automat.id].kind)
            if one.metres is not None and one.automat.id in self._walks
            else one
            for one in await self._look.facts(metres, window)
        ]

    async def members(self, group_id: UUID) -> frozenset[UUID]:
        """List the automats of a device group that are still installed."""
        return await self._look.members(group_id)

    async def without_place(self) -> Metres:
        """Give automats whose address could not be placed."""
        return await self._look.without_place()

"""The automats nearest to a place that pass a filter, however many nearer ones do not.

The nearest ones are looked at in growing numbers until enough have passed or no more can. So an
answer is never short of automats that are a little farther away.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from geo.areas import Area
from geo.candidates import Facts
from geo.look import Look
from geo.position import distance_metres
from geo.walking.distances import longest
from models.automats import AutomatModel, is_online
from models.errors import InvalidInput
from models.opening_hours import OpeningHours
from models.places import Coordinates
from models.times import Window

FIRST_LOOK, MORE = 16, 4
"""How many automats are looked at first, and by how much more each time."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What an automat has to be to be shown.

    Args:
        models: One of these cabinets; None for any.
        with_free_locker: Whether a locker has to be free over the whole window.
        online: Whether it must have given a sign of life in the last 90 seconds.
        within: Where it has to stand; None for anywhere.
        farthest_metres: How far away it may be, as it is measured; None for any distance.
        open_at: When people have to get to it; None for whenever. Hours that are not known do not
            stand against it, unless `with_unknown_hours` is false.
        with_unknown_hours: Whether `open_at` lets those pass whose hours nobody has said.
        among: Only these; None for all of the organization's.
    """

    models: frozenset[AutomatModel] | None = None
    with_free_locker: bool = False
    online: bool = False
    within: Area | None = None
    farthest_metres: float | None = None
    open_at: datetime | None = None
    with_unknown_hours: bool = True
    among: frozenset[UUID] | None = None

    def check(self) -> None:
        """Refuse a filter that makes no sense.

        Raises:
            InvalidInput: The largest distance is negative.
        """
        if self.farthest_metres is not None and not self.farthest_metres >= 0:
            message = "The largest distance must not be negative."
            raise InvalidInput(message, path=("max_distance_metres",))

    @property
    def asks_for_much(self) -> bool:
        """Whether many near automats may have to be looked at to find a few that pass."""
        return self != Filter(farthest_metres=self.farthest_metres)

    def passes(self, facts: Facts, now: datetime) -> bool:
        """Tell whether an automat passes, but for its distance."""
        automat = facts.automat
        place = automat.position
        return (
            (self.among is None or automat.id in self.among)
            and (self.models is None or automat.model in self.models)
            and (not self.with_free_locker or facts.free_lockers > 0)
            and (not self.online or is_online(automat.last_seen_at, now))
            and (self.within is None or (place is not None and self.within.holds(place)))
            and (self.open_at is None or self._may_be_open(automat, self.open_at))
        )

    def _may_be_open(self, automat: Any, at: datetime) -> bool:
        hours = OpeningHours.of(automat)
        return self.with_unknown_hours if hours is None else hours.is_open_at(at)

    def reach(self, here: Coordinates) -> float:
        """Tell how far away in a straight line one that passes can be at most, in metres."""
        return min(self._farthest(), self._to_the_end_of_the_area(here))

    def reach_on_foot(self, here: Coordinates) -> float:
        """Tell how far away on foot one that passes can be at most, in metres."""
        return min(self._farthest(), longest(self._to_the_end_of_the_area(here)))

    def _farthest(self) -> float:
        return math.inf if self.farthest_metres is None else self.farthest_metres

    def _to_the_end_of_the_area(self, here: Coordinates) -> float:
        if self.within is None:
            return math.inf
        middle, radius = self.within.circle()
        return distance_metres(here, middle) + radius


ANY = Filter()


async def nearest_passing(
    look: Look,
    here: Coordinates,
    window: Window,
    now: datetime,
    *,
    count: int,
    passing: Filter,
    reach: float,
) -> dict[UUID, float | None]:
    """Find the nearest automats that pass, with their distances in metres, nearest first.

    Args:
        look: The automats; whole rows of them where the filter asks when they are open.
        here: Where to measure from.
        window: When a locker has to be free, where that is asked for.
        now: The moment that counts as now.
        count: How many at most.
        passing: What an automat has to be.
        reach: How far away one that passes can be at most, in metres, as `look` measures.
    """
    found: dict[UUID, float | None] = {}
    looked_at, wanted = 0, max(count, FIRST_LOOK)
    while True:
        near = await look.nearest(here, wanted)
        within_reach = {id: far for id, far in near.items() if far is not None and far <= reach}
        new = {id: within_reach[id] for id in list(within_reach)[looked_at:]}
        for facts in await look.facts(new, window):
            if passing.passes(facts, now):
                found[facts.automat.id] = facts.metres
        is_all = len(near) < wanted or len(within_reach) < len(near)
        if len(found) >= count or is_all:
            return dict(list(found.items())[:count])
        looked_at, wanted = wanted, wanted * MORE

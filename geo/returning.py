"""Where a key of a long stay comes back to: the automat that it is fetched from, or another one.

The return of a long stay lies weeks or months ahead, so it does not decide where the key is
fetched. It is at the same automat when that has a free locker in the return window (R11). Otherwise
it is at the nearest other one that has, or, where the unit keeps to one device group, at another
one of the group; never farther from the automat of the fetch than the unit allows. Where the unit
wants keys back at that automat, there is no other one, and the return does decide: see
`geo.judging_returns`.
"""

import math
from dataclasses import dataclass, replace
from uuid import UUID

from geo.candidates import Candidate, Facts
from geo.decisions import Wish
from geo.judging import Judge
from geo.key_supply import NO_KEYS
from geo.look import Look, Metres
from geo.looking import FIRST_LOOK, MORE
from geo.modes import way_of
from geo.policies import is_too_far
from models.places import Coordinates
from models.selections import SelectionMethod
from models.times import Window


async def choose_return(
    look: Look, wish: Wish, fetched_from: UUID, window: Window, *, lockers: int, own: int
) -> Candidate | None:
    """Choose an automat to which keys come back over a window; None when none has room.

    Args:
        look: The automats.
        wish: What was wanted of the fetch.
        fetched_from: The automat of the fetch.
        window: When the lockers would be held.
        lockers: How many keys come back together.
        own: The lockers that the keys leave at the fetch, as bits: they are not in the way.
    """
    supply = replace(NO_KEYS, needed=lockers)
    judge = Judge(SelectionMethod.NAMED_AUTOMAT, window, wish.now, wish.settings, supply)
    place = None
    for known in await look.facts({fetched_from: None}, window):
        place = known.automat.position
        left = known._replace(by_keys=known.by_keys & ~own)
        if not (same := judge.judged(left)).rejections:
            return same
    if wish.automat_id is not None or not wish.settings.return_elsewhere:
        return None
    search = _Search(look, replace(judge, origin=wish.origin), fetched_from, place)
    group_id = way_of(wish).group_id
    if wish.origin is not None and not (group_id and wish.settings.one_device_group):
        return await search.nearest(wish.origin)
    return await search.among(await look.members(group_id) if group_id else frozenset())


@dataclass(frozen=True, slots=True)
class _Search:
    """Looks for another automat with room, not too far from that of the fetch.

    Args:
        look: The automats.
        judge: Who judges them.
        fetched_from: The automat of the fetch.
        place: Where that stands, if it is known.
    """

    look: Look
    judge: Judge
    fetched_from: UUID
    place: Coordinates | None

    async def nearest(self, origin: Coordinates) -> Candidate | None:
        """Look at near ones, and at more of them until one has room or none can have it."""
        search = replace(self, judge=replace(self.judge, method=SelectionMethod.NEAREST))
        reach, count, looked = await self._reach(origin), FIRST_LOOK, set[UUID]()
        while True:
            near = await self.look.nearest(origin, count)
            found = await search.first({id: far for id, far in near.items() if id not in looked})
            if found is not None or len(near) < count:
                return found
            farthest = list(near.values())[-1] or 0.0
            if farthest > reach or is_too_far(farthest, self.judge.settings):
                return None
            looked |= near.keys()
            count *= MORE

    async def among(self, members: frozenset[UUID]) -> Candidate | None:
        """Look at the automats of a device group."""
        search = replace(self, judge=replace(self.judge, method=SelectionMethod.DEVICE_GROUP))
        return await search.first(await self.look.measured(members, self.judge.origin))

    async def _reach(self, origin: Coordinates) -> float:
        """Tell how far from somebody an automat can be that is near to that of the fetch."""
        limit = self.judge.settings.return_elsewhere_metres
        far = (await self.look.measured({self.fetched_from}, origin)).get(self.fetched_from)
        return math.inf if limit is None or far is None else far + limit

    async def first(self, metres: Metres) -> Candidate | None:
        """Give the first of some that has room."""
        near = await self._not_beyond(metres)
        judged = [
            self.judge.judged(facts)
            for facts in _ordered(await self.look.facts(near, self.judge.window))
        ]
        return next((candidate for candidate in judged if candidate.is_suitable), None)

    async def _not_beyond(self, metres: Metres) -> Metres:
        """Keep to automats not too far from that of the fetch; none where its place is not known.

        Their distances stay those from where people come.
        """
        limit = self.judge.settings.return_elsewhere_metres
        if limit is None:
            return metres
        if self.place is None:
            return {}
        around = await self.look.measured(metres.keys(), self.place)
        near = {id for id, far in around.items() if far is not None and far <= limit}
        return {id: far for id, far in metres.items() if id in near}


def _ordered(facts: list[Facts]) -> list[Facts]:
    if any(known.metres is not None for known in facts):
        return facts
    return sorted(facts, key=lambda known: -known.free_share)

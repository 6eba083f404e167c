"""Where a key of a long stay comes back to: the automat that it is fetched from, or another one.

The return of a long stay lies weeks or months ahead, so it does not decide where the key is
fetched. It is at the same automat when that has a free locker in the return window (R11). Otherwise
it is at the nearest other one that has, or, where the unit keeps to one device group, at another
one of the group; never farther from the automat of the fetch than the unit allows. Where the unit
wants keys back at that automat, there is no other one, and the return does decide: see
`geo.judging_returns`.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from geo.candidates import Candidate, Facts
from geo.decisions import Wish
from geo.judging import Judge
from geo.key_supply import NO_KEYS
from geo.look import Look, Metres
from geo.looking import FIRST_LOOK, MORE
from geo.modes import way_of
from models.places import Coordinates
from models.selections import SelectionMethod
from models.times import Window

MOST_LOOKED_AT = 1_000
"""With so many near ones that have no room the search ends; it is tried again before the return."""


@dataclass(frozen=True, slots=True)
class Others:
    """Automats that a key may come back to instead.

    Args:
        method: By which rule they are looked at.
        metres: How far they are from where people are.
        are_all: Whether there are no more of them.
    """

    method: SelectionMethod
    metres: Metres
    are_all: bool


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
        left = replace(known, by_keys=known.by_keys & ~own)
        if not (same := judge.judged(left)).rejections:
            return same
    if wish.automat_id is not None or not wish.settings.return_elsewhere:
        return None
    count = FIRST_LOOK
    while True:
        others = await _others(look, wish, place, count)
        here = replace(judge, method=others.method, origin=wish.origin)
        facts = _ordered(await look.facts(others.metres, window))
        found = next((one for one in map(here.judged, facts) if one.is_suitable), None)
        if found is not None or others.are_all or count >= MOST_LOOKED_AT:
            return found
        count *= MORE


async def _others(look: Look, wish: Wish, place: Coordinates | None, count: int) -> Others:
    """Give the automats that are looked at, so many of them; none of them too far from the fetch.

    Args:
        look: The automats.
        wish: What was wanted of the fetch.
        place: Where the automat of the fetch stands; where that is not known and the unit limits
            how far the return may be from it, there are none.
        count: How many near ones are looked at.
    """
    limit, group_id = wish.settings.return_elsewhere_metres, way_of(wish).group_id
    if wish.origin is not None and not (group_id and wish.settings.one_device_group):
        return await _nearest(look, wish, wish.origin, place, count)
    members = await look.members(group_id) if group_id else frozenset()
    metres = await look.measured(members, wish.origin)
    if limit is not None:
        near = set() if place is None else _not_beyond(await look.measured(members, place), limit)
        metres = {id: far for id, far in metres.items() if id in near}
    return Others(SelectionMethod.DEVICE_GROUP, metres, are_all=True)


async def _nearest(
    look: Look, wish: Wish, origin: Coordinates, place: Coordinates | None, count: int
) -> Others:
    limit, largest = wish.settings.return_elsewhere_metres, wish.settings.largest_distance_metres
    if limit is None:
        metres = await look.nearest(origin, count)
        are_all = _reaches(metres, count, largest)
        return Others(SelectionMethod.NEAREST, metres, are_all=are_all)
    around = {} if place is None else await look.nearest(place, count)
    metres = await look.measured(_not_beyond(around, limit), origin)
    return Others(SelectionMethod.NEAREST, metres, are_all=_reaches(around, count, limit))


def _reaches(near: Metres, count: int, limit: float | None) -> bool:
    """Tell whether no more automats come into question than so many near ones."""
    farthest = list(near.values())[-1] if near else None
    return len(near) < count or (limit is not None and farthest is not None and farthest > limit)


def _not_beyond(metres: Metres, limit: float) -> set[UUID]:
    return {id for id, far in metres.items() if far is not None and far <= limit}


def _ordered(facts: list[Facts]) -> list[Facts]:
    if any(known.metres is not None for known in facts):
        return facts
    return sorted(facts, key=lambda known: -known.free_share)

"""Where a key of a long stay comes back to: the automat that it is fetched from, or another one.

The return of a long stay lies weeks or months ahead, so it does not decide where the key is
fetched. It is at the same automat when that has a free locker in the return window (R11). Otherwise
it is at the nearest other one that has, or, where the unit keeps to one device group, at another
one of the group; never farther from the automat of the fetch than the unit allows. Where the unit
wants keys back at that automat, there is no other one, and the return does decide: see
`geo.judging_returns`.
"""

from dataclasses import replace
from uuid import UUID

from geo.candidates import Candidate, Facts
from geo.decisions import Wish
from geo.judging import Judge
from geo.key_supply import NO_KEYS
from geo.look import Look, Metres
from geo.looking import FIRST_LOOK
from geo.modes import way_of
from models.places import Coordinates
from models.selections import SelectionMethod
from models.times import Window

Others = tuple[SelectionMethod, Metres]
"""By which rule automats are looked at, and how far they are."""


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
    limit = wish.settings.return_elsewhere_metres
    method, metres = others = await _others(look, wish)
    if limit is not None:
        metres = await _within(look, wish, limit, place, others)
    judge = replace(judge, method=method, origin=wish.origin)
    judged = [judge.judged(facts) for facts in _ordered(await look.facts(metres, window))]
    return next((candidate for candidate in judged if candidate.is_suitable), None)


async def _others(look: Look, wish: Wish) -> Others:
    group_id = way_of(wish).group_id
    if wish.origin is not None and not (group_id and wish.settings.one_device_group):
        return SelectionMethod.NEAREST, await look.nearest(wish.origin, FIRST_LOOK)
    members = await look.members(group_id) if group_id else frozenset()
    return SelectionMethod.DEVICE_GROUP, await look.measured(members, wish.origin)


async def _within(
    look: Look, wish: Wish, limit: float, place: Coordinates | None, others: Others
) -> Metres:
    """Keep to automats not too far from that of the fetch; none where its place is not known."""
    method, metres = others
    if place is None:
        return {}
    if method is SelectionMethod.NEAREST:
        around = await look.nearest(place, FIRST_LOOK)
        return await look.measured(_not_beyond(around, limit), wish.origin)
    near = _not_beyond(await look.measured(metres.keys(), place), limit)
    return {id: far for id, far in metres.items() if id in near}


def _not_beyond(metres: Metres, limit: float) -> set[UUID]:
    return {id for id, far in metres.items() if far is not None and far <= limit}


def _ordered(facts: list[Facts]) -> list[Facts]:
    if any(known.metres is not None for known in facts):
        return facts
    return sorted(facts, key=lambda known: -known.free_share)

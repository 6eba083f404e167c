"""Where a key of a long stay comes back to: the automat that it is fetched from, or another one.

The return of a long stay lies weeks or months ahead, so it does not decide where the key is
fetched. It is at the same automat when that has a free locker in the return window (R11). Otherwise
it is at the nearest other one that has, or, where the unit keeps to one device group, at another
one of the group.
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
    for known in await look.facts({fetched_from: None}, window):
        left = replace(known, by_keys=known.by_keys & ~own)
        if not (same := judge.judged(left)).rejections:
            return same
    if wish.automat_id is not None:
        return None
    method, metres = await _others(look, wish)
    judge = replace(judge, method=method, origin=wish.origin)
    judged = [judge.judged(facts) for facts in _ordered(await look.facts(metres, window))]
    return next((candidate for candidate in judged if candidate.is_suitable), None)


async def _others(look: Look, wish: Wish) -> tuple[SelectionMethod, Metres]:
    group_id = way_of(wish).group_id
    if wish.origin is not None and not (group_id and wish.settings.one_device_group):
        return SelectionMethod.NEAREST, await look.nearest(wish.origin, FIRST_LOOK)
    members = await look.members(group_id) if group_id else frozenset()
    return SelectionMethod.DEVICE_GROUP, await look.measured(members, wish.origin)


def _ordered(facts: list[Facts]) -> list[Facts]:
    if any(known.metres is not None for known in facts):
        return facts
    return sorted(facts, key=lambda known: -known.free_share)

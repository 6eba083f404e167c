"""Which automat to choose, and why not the others.

The first rule that applies decides (G3-G5):

1. an automat is named; 2. a mechanical key lies in one; 3. a device group is named; 4. the entity
has a place that is exact enough: the nearest of all; 5. the entity's own device group; 6. none.

Within a rule the nearest suitable automat is chosen, or in a group the one with the largest share
of free lockers where places are not known.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from geo.candidates import Candidate
from geo.decisions import NEXT_AFTER_CHOSEN, Decision, Wish, decided, refusal_of
from geo.judging import Judge
from geo.snapshot import Metres, Snapshot
from models.errors import NoSuitableAutomat
from models.places import Coordinates
from models.selections import SelectionMethod

FIRST_LOOK = 16


async def choose(snapshot: Snapshot, wish: Wish) -> Decision:
    """Choose an automat for a wish by the first rule that applies."""
    if wish.automat_id is not None:
        return await _among(snapshot, wish, SelectionMethod.NAMED_AUTOMAT, {wish.automat_id})
    if wish.supply.is_bound:
        decision = await _where_the_key_lies(snapshot, wish)
        if decision.chosen or not wish.supply.may_be_brought:
            return decision
        note = "No key that lies in an automat can be fetched there; one from a desk is taken."
        wish = replace(wish, supply=wish.supply.brought(), notes=(*wish.notes, note))
    if wish.device_group_id is not None:
        return await _in_group(snapshot, wish, wish.device_group_id)
    if wish.origin is not None:
        return await _nearest(snapshot, wish, wish.origin)
    if wish.own_device_group_id is not None:
        return await _in_group(snapshot, wish, wish.own_device_group_id)
    return _nothing_applies(wish)


async def first_looks(snapshot: Snapshot, wishes: Sequence[Wish]) -> list[Metres]:
    """Give the automats that each of several choices looks at first, for `Snapshot.prefetch`."""
    places = [wish.origin for wish in wishes if wish.origin is not None and _is_nearest(wish)]
    await snapshot.know_nearest(places, FIRST_LOOK)
    certain = [{wish.automat_id} if wish.automat_id else wish.supply.inside for wish in wishes]
    await snapshot.know_automats(id for ids in certain for id in ids if id is not None)
    bound = [wish for wish in wishes if wish.supply.is_bound]
    await snapshot.know_distances(
        (wish.origin, id) for wish in bound if wish.origin for id in wish.supply.inside
    )
    return [await _first_look(snapshot, wish) for wish in wishes]


def _is_nearest(wish: Wish) -> bool:
    """Tell whether the nearest automats are what a choice looks at first."""
    return not (wish.automat_id or wish.supply.is_bound or wish.device_group_id)


async def _first_look(snapshot: Snapshot, wish: Wish) -> Metres:
    if wish.automat_id is not None:
        return {wish.automat_id: None}
    if wish.supply.is_bound:
        return dict.fromkeys(wish.supply.inside)
    if _is_nearest(wish) and wish.origin is not None:
        near = await snapshot.nearest(wish.origin, FIRST_LOOK)
        return near | dict.fromkeys(wish.supply.inside.keys() - near.keys())
    group_id = wish.device_group_id or wish.own_device_group_id
    return {} if group_id is None else dict.fromkeys(await snapshot.members(group_id))


async def _where_the_key_lies(snapshot: Snapshot, wish: Wish) -> Decision:
    group = None
    if wish.device_group_id is not None:
        group = await snapshot.members(wish.device_group_id)
    if wish.supply.is_spread:
        return await _spread(snapshot, wish, group)
    method = SelectionMethod.KEY_LOCATION
    return await _among(snapshot, wish, method, set(wish.supply.inside), group=group)


async def _spread(snapshot: Snapshot, wish: Wish, group: frozenset[UUID] | None) -> Decision:
    """Fetch certain keys that lie in several automats, each from where it lies."""
    metres = await snapshot.measured(wish.supply.inside, wish.origin)
    judged = []
    for facts in await snapshot.facts(metres, wish.window):
        here = replace(wish, supply=wish.supply.in_one(facts.automat.id))
        judged.append(_judge(here, SelectionMethod.KEY_LOCATION, group).judged(facts))
    note = f"The keys lie in {len(metres)} automats; each is fetched where it lies."
    wish = replace(wish, notes=(*wish.notes, note))
    decision = decided(wish, SelectionMethod.KEY_LOCATION, judged)
    if all(candidate.is_suitable for candidate in judged):
        return replace(decision, also=tuple(decision.candidates[1:]))
    unsuitable = [candidate for candidate in judged if not candidate.is_suitable]
    refusal = refusal_of(SelectionMethod.KEY_LOCATION, unsuitable)
    return replace(decision, chosen=None, refusal=refusal)


async def _in_group(snapshot: Snapshot, wish: Wish, group_id: UUID) -> Decision:
    automat_ids = await snapshot.members(group_id)
    return await _among(snapshot, wish, SelectionMethod.DEVICE_GROUP, automat_ids)


async def _among(
    snapshot: Snapshot,
    wish: Wish,
    method: SelectionMethod,
    automat_ids: set[UUID] | frozenset[UUID],
    *,
    group: frozenset[UUID] | None = None,
) -> Decision:
    metres = await snapshot.measured(automat_ids, wish.origin)
    facts = await snapshot.facts(metres, wish.window)
    if method is SelectionMethod.DEVICE_GROUP and wish.origin is None:
        facts.sort(key=lambda known: -known.free_share)
    judge = _judge(wish, method, group)
    return decided(wish, method, [judge.judged(known) for known in facts])


async def _nearest(snapshot: Snapshot, wish: Wish, origin: Coordinates) -> Decision:
    judge = _judge(wish, SelectionMethod.NEAREST)
    if wish.supply.interchangeable:
        return await _nearest_with_a_key(snapshot, wish, origin, judge)
    judged: list[Candidate] = []
    count = FIRST_LOOK
    while True:
        near = await snapshot.nearest(origin, count)
        new = {id: near[id] for id in list(near)[len(judged) :]}
        judged += [judge.judged(known) for known in await snapshot.facts(new, wish.window)]
        if len(near) < count:
            nowhere = await snapshot.without_place()
            judged += [judge.judged(one) for one in await snapshot.facts(nowhere, wish.window)]
            break
        if _has_enough(judged) or judge.is_too_far(judged[-1].metres):
            break
        count *= 4
    return decided(wish, SelectionMethod.NEAREST, judged)


async def _nearest_with_a_key(
    snapshot: Snapshot, wish: Wish, origin: Coordinates, judge: Judge
) -> Decision:
    metres = dict(await snapshot.nearest(origin, FIRST_LOOK))
    with_keys = await snapshot.measured(wish.supply.inside, origin)
    metres |= {id: distance for id, distance in with_keys.items() if id not in metres}
    facts = await snapshot.facts(metres, wish.window)
    return decided(wish, SelectionMethod.NEAREST, [judge.judged(known) for known in facts])


def _judge(wish: Wish, method: SelectionMethod, group: frozenset[UUID] | None = None) -> Judge:
    return Judge(method, wish.window, wish.now, wish.settings, wish.supply, group)


def _has_enough(judged: list[Candidate]) -> bool:
    chosen = next((at for at, one in enumerate(judged) if one.is_suitable), None)
    return chosen is not None and len(judged) > chosen + NEXT_AFTER_CHOSEN


def _nothing_applies(wish: Wish) -> Decision:
    why = wish.notes[-1] if wish.notes else "The entity has no address."
    refusal = NoSuitableAutomat(
        f"No automat can be chosen: {why} Give the entity an exact address, a device group, or "
        "name an automat."
    )
    return Decision(None, None, (), 0, wish.notes, wish.origin, refusal, wish.supply)

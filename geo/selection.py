"""Which automat to choose, and why not the others.

The first rule that applies decides (G3-G5):

1. an automat is named; 2. a mechanical key lies in one; 3. a device group is named; 4. the entity
has a place that is exact enough: the nearest of all; 5. the entity's own device group; 6. none.

In which order 3 to 5 come is the policy's to say, see `geo.modes`. Within a rule the nearest
suitable automat is chosen, or in a group the one with the largest share of free lockers where
places are not known; the policy may prefer others, see `geo.policies`.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from geo.candidates import Candidate
from geo.decisions import Decision, Wish, decided
from geo.judging import Judge
from geo.look import Look, Metres
from geo.looking import FIRST_LOOK, Looking, facts_of
from geo.modes import in_its_mode, is_watched, way_of
from geo.policies import in_order_of_preference
from geo.recording import Recording
from geo.refusals import refusal_of
from geo.snapshot import Snapshot
from models.addressed import PlacementProblem
from models.errors import (
    AddressAmbiguous,
    AddressNotFound,
    ErrorCode,
    LivionKeyError,
    NoSuitableAutomat,
)
from models.places import Coordinates
from models.selections import SelectionMethod


async def choose(look: Look, wish: Wish) -> Decision:
    """Choose an automat for a wish by the first rule that applies; remember what was seen."""
    recording = Recording(look)
    decision = await _choose(recording, wish)
    return replace(decision, wish=wish, seen=recording)


async def _choose(look: Look, wish: Wish) -> Decision:
    wish = in_its_mode(wish)
    if wish.automat_id is not None:
        return await _among(look, wish, SelectionMethod.NAMED_AUTOMAT, {wish.automat_id})
    if wish.supply.is_bound:
        decision = await _where_the_key_lies(look, wish)
        if decision.chosen or not wish.supply.may_be_brought:
            return decision
        note = "No key that lies in an automat can be fetched there; one from a desk is taken."
        wish = replace(wish, supply=wish.supply.brought(), notes=(*wish.notes, note))
    way = way_of(wish)
    if way.group_id is not None:
        return await _in_group(look, wish, way.group_id)
    if way.method is SelectionMethod.NEAREST and wish.origin is not None:
        return await _nearest(look, wish, wish.origin)
    return _nothing_applies(wish)


async def first_looks(snapshot: Snapshot, wishes: Sequence[Wish]) -> list[Metres]:
    """Give the automats that each of several choices looks at first, for `Snapshot.prefetch`."""
    wishes = [in_its_mode(wish) for wish in wishes]
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
    """Tell whether the nearest automats are what a choice looks at first, or watches."""
    if wish.automat_id or wish.supply.is_bound:
        return False
    return way_of(wish).method is SelectionMethod.NEAREST or is_watched(wish)


async def _first_look(snapshot: Snapshot, wish: Wish) -> Metres:
    if wish.automat_id is not None:
        return {wish.automat_id: None}
    if wish.supply.is_bound:
        return dict.fromkeys(wish.supply.inside)
    group_id = way_of(wish).group_id
    first = dict.fromkeys(await snapshot.members(group_id) if group_id else ())
    if _is_nearest(wish) and wish.origin is not None:
        near = await snapshot.nearest(wish.origin, FIRST_LOOK)
        return near | first | dict.fromkeys(wish.supply.inside.keys() - near.keys())
    return first


async def _where_the_key_lies(look: Look, wish: Wish) -> Decision:
    group = None
    if wish.device_group_id is not None:
        group = await look.members(wish.device_group_id)
    if wish.supply.is_spread:
        return await _spread(look, wish, group)
    method = SelectionMethod.KEY_LOCATION
    return await _among(look, wish, method, set(wish.supply.inside), group=group)


async def _spread(look: Look, wish: Wish, group: frozenset[UUID] | None) -> Decision:
    """Fetch certain keys that lie in several automats, each from where it lies."""
    metres = await look.measured(wish.supply.inside, wish.origin)
    judged = []
    for facts in await facts_of(look, wish, metres):
        here = replace(wish, supply=wish.supply.in_one(facts.automat.id))
        judged.append(_judge(here, SelectionMethod.KEY_LOCATION, group).judged(facts))
    note = f"The keys lie in {len(metres)} automats; each is fetched where it lies."
    wish = replace(wish, notes=(*wish.notes, note))
    decision = decided(wish, SelectionMethod.KEY_LOCATION, judged)
    if all(candidate.is_suitable for candidate in judged):
        return replace(decision, also=tuple(decision.candidates[1:]))
    unsuitable = [candidate for candidate in judged if not candidate.is_suitable]
    refusal = refusal_of(SelectionMethod.KEY_LOCATION, unsuitable)
    return replace(decision, chosen=None, refusal=refusal, counterfactuals=())


async def _in_group(look: Look, wish: Wish, group_id: UUID) -> Decision:
    automat_ids = await look.members(group_id)
    decision = await _among(look, wish, SelectionMethod.DEVICE_GROUP, automat_ids)
    if wish.origin is None or not is_watched(wish):
        return decision
    return replace(decision, shadow=await _nearest(look, wish, wish.origin))


async def _among(
    look: Look,
    wish: Wish,
    method: SelectionMethod,
    automat_ids: set[UUID] | frozenset[UUID],
    *,
    group: frozenset[UUID] | None = None,
) -> Decision:
    metres = await look.measured(automat_ids, wish.origin)
    facts = await facts_of(look, wish, metres)
    if method is SelectionMethod.DEVICE_GROUP and wish.origin is None:
        facts.sort(key=lambda known: -known.free_share)
    judge = _judge(wish, method, group)
    judged: Sequence[Candidate] = [judge.judged(known) for known in facts]
    if method is SelectionMethod.DEVICE_GROUP:
        judged = in_order_of_preference(judged, wish.settings)
    return decided(wish, method, judged)


async def _nearest(look: Look, wish: Wish, origin: Coordinates) -> Decision:
    judge = _judge(wish, SelectionMethod.NEAREST)
    if wish.supply.interchangeable:
        judged = await _with_a_key(look, wish, origin, judge)
    else:
        judged = await _near(look, wish, origin, judge)
    judged = in_order_of_preference(judged, wish.settings)
    return decided(wish, SelectionMethod.NEAREST, judged)


async def _near(look: Look, wish: Wish, origin: Coordinates, judge: Judge) -> Sequence[Candidate]:
    """Judge as many near automats as it takes to know which is chosen.

    Where an area is preferred those in it come first. The few that are nearest are looked at in any
    case, so that it is seen why they are not taken.
    """
    looking = Looking(look, wish, judge)
    if wish.settings.preferred_area is not None:
        await looking.through(partial(look.preferred, wish.settings.preferred_area, origin))
    if looking.is_settled:
        await looking.at(await look.nearest(origin, FIRST_LOOK))
    elif await looking.through(partial(look.nearest, origin)):
        await looking.at(await look.without_place())
    return looking.judged


async def _with_a_key(
    look: Look, wish: Wish, origin: Coordinates, judge: Judge
) -> Sequence[Candidate]:
    metres = dict(await look.nearest(origin, FIRST_LOOK))
    with_keys = await look.measured(wish.supply.inside, origin)
    metres |= {id: distance for id, distance in with_keys.items() if id not in metres}
    return [judge.judged(known) for known in await facts_of(look, wish, metres)]


def _judge(wish: Wish, method: SelectionMethod, group: frozenset[UUID] | None = None) -> Judge:
    return Judge(
        method=method,
        window=wish.window,
        now=wish.now,
        settings=wish.settings,
        supply=wish.supply,
        group=group,
        return_window=wish.return_here,
        origin=wish.origin,
    )


def _nothing_applies(wish: Wish) -> Decision:
    refusal = _no_address(wish) if wish.no_place is None else _not_placed(wish.no_place)
    return Decision(None, None, (), 0, wish.notes, wish.origin, refusal, wish.supply)


def _not_placed(problem: PlacementProblem) -> LivionKeyError:
    """Name the address as the reason, also when nobody could be asked."""
    ambiguous = problem.code is ErrorCode.ADDRESS_AMBIGUOUS
    kind = AddressAmbiguous if ambiguous else AddressNotFound
    return kind(problem.message)


def _no_address(wish: Wish) -> LivionKeyError:
    why = wish.notes[-1] if wish.notes else "The entity has no address."
    return NoSuitableAutomat(
        f"No automat can be chosen: {why} Give the entity an exact address, a device group, or "
        "name an automat."
    )

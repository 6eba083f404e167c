"""Which automat to choose, and why not the others.

The first rule that applies decides (G3-G5):

1. an automat is named; 2. a mechanical key lies in one; 3. a device group is named; 4. the entity
has a place that is exact enough: the nearest of all; 5. the entity's own device group; 6. none.

Within a rule the nearest suitable automat is chosen, or in a group the one with the largest share
of free lockers where places are not known.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.candidates import Candidate, facts_of, lockers_to_fetch_from, measured
from geo.judging import Judge
from geo.key_supply import KeySupply
from geo.nearest import nearest_automats
from models.automats import Automat, AutomatState, DeviceGroupAutomat
from models.errors import LivionKeyError, NoFreeLocker, NoSuitableAutomat
from models.places import Coordinates
from models.selections import RejectionCode, SelectionMethod
from models.settings import UnitSettings
from models.times import Window

FIRST_LOOK = 16
NEXT_AFTER_CHOSEN = 10
MOST_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Wish:
    """What an automat is wanted for.

    Args:
        organization_id: Whose automats may be used.
        window: The whole time that a locker would be held.
        now: The moment of the choice.
        settings: The policy of the entity's unit.
        supply: Where the keys are.
        origin: Where the entity is, if it is known exactly enough.
        notes: Why the origin is not known, and the like.
        automat_id: Use this automat and no other.
        device_group_id: Look only among this group's automats.
        own_device_group_id: The entity's group, for when nothing else applies.
        ignoring: A reservation whose own locker contracts count as free.
    """

    organization_id: UUID
    window: Window
    now: datetime
    settings: UnitSettings
    supply: KeySupply
    origin: Coordinates | None
    notes: tuple[str, ...] = ()
    automat_id: UUID | None = None
    device_group_id: UUID | None = None
    own_device_group_id: UUID | None = None
    ignoring: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A choice and its reasons; `refusal` says why no automat was chosen."""

    method: SelectionMethod | None
    chosen: Candidate | None
    candidates: tuple[Candidate, ...]
    examined: int
    notes: tuple[str, ...]
    origin: Coordinates | None
    refusal: LivionKeyError | None
    supply: KeySupply

    def refused(self, refusal: LivionKeyError) -> "Decision":
        """Give the same decision with a better reason for choosing nothing."""
        return replace(self, refusal=refusal)


async def choose(connection: AsyncConnection, wish: Wish) -> Decision:
    """Choose an automat for a wish by the first rule that applies."""
    if wish.automat_id is not None:
        return await _among(connection, wish, SelectionMethod.NAMED_AUTOMAT, {wish.automat_id})
    if wish.supply.is_bound:
        decision = await _where_the_key_lies(connection, wish)
        if decision.chosen or not wish.supply.may_be_brought:
            return decision
        note = "No key that lies in an automat can be fetched there; one from a desk is taken."
        wish = replace(wish, supply=wish.supply.brought(), notes=(*wish.notes, note))
    if wish.device_group_id is not None:
        return await _in_group(connection, wish, wish.device_group_id)
    if wish.origin is not None:
        return await _nearest(connection, wish, wish.origin)
    if wish.own_device_group_id is not None:
        return await _in_group(connection, wish, wish.own_device_group_id)
    return _nothing_applies(wish)


async def _where_the_key_lies(connection: AsyncConnection, wish: Wish) -> Decision:
    group = None
    if wish.device_group_id is not None:
        group = await members(connection, wish.device_group_id)
    method = SelectionMethod.KEY_LOCATION
    return await _among(connection, wish, method, set(wish.supply.inside), group=group)


async def _in_group(connection: AsyncConnection, wish: Wish, group_id: UUID) -> Decision:
    automat_ids = await members(connection, group_id)
    return await _among(connection, wish, SelectionMethod.DEVICE_GROUP, automat_ids)


async def _among(
    connection: AsyncConnection,
    wish: Wish,
    method: SelectionMethod,
    automat_ids: set[UUID],
    *,
    group: set[UUID] | None = None,
) -> Decision:
    metres = await measured(connection, automat_ids, wish.origin)
    facts = await facts_of(connection, metres, wish.window, ignoring=wish.ignoring)
    if method is SelectionMethod.DEVICE_GROUP and wish.origin is None:
        facts.sort(key=lambda known: -known.free_share)
    judge = await _judge(connection, wish, method, group)
    return _decision(wish, method, [judge.judged(known) for known in facts])


async def _nearest(connection: AsyncConnection, wish: Wish, origin: Coordinates) -> Decision:
    judge = await _judge(connection, wish, SelectionMethod.NEAREST, None)
    if wish.supply.interchangeable:
        return await _nearest_with_a_key(connection, wish, origin, judge)
    judged: list[Candidate] = []
    count = FIRST_LOOK
    while True:
        seen = {candidate.automat.id for candidate in judged}
        near = await nearest_automats(
            connection, origin, organization_ids=[wish.organization_id], count=count
        )
        new: dict[UUID, float | None] = {
            found.automat_id: found.metres for found in near if found.automat_id not in seen
        }
        facts = await facts_of(connection, new, wish.window, ignoring=wish.ignoring)
        judged += [judge.judged(known) for known in facts]
        if len(near) < count:
            judged += await _without_place(connection, wish, judge)
            break
        if _has_enough(judged) or judge.is_too_far(judged[-1].metres):
            break
        count *= 4
    return _decision(wish, SelectionMethod.NEAREST, judged)


async def _nearest_with_a_key(
    connection: AsyncConnection, wish: Wish, origin: Coordinates, judge: Judge
) -> Decision:
    near = await nearest_automats(
        connection, origin, organization_ids=[wish.organization_id], count=FIRST_LOOK
    )
    with_keys = await measured(connection, wish.supply.inside, origin)
    metres: dict[UUID, float | None] = {found.automat_id: found.metres for found in near}
    metres |= {id: distance for id, distance in with_keys.items() if id not in metres}
    facts = await facts_of(connection, metres, wish.window, ignoring=wish.ignoring)
    return _decision(wish, SelectionMethod.NEAREST, [judge.judged(known) for known in facts])


async def _without_place(connection: AsyncConnection, wish: Wish, judge: Judge) -> list[Candidate]:
    rows = await connection.execute(
        select(Automat.id)
        .where(
            Automat.organization_id == wish.organization_id,
            Automat.position.is_(None),
            Automat.state != AutomatState.UNINSTALLED,
        )
        .order_by(Automat.installed_at, Automat.id)
        .limit(MOST_CANDIDATES)
    )
    metres: dict[UUID, float | None] = {row.id: None for row in rows}
    facts = await facts_of(connection, metres, wish.window, ignoring=wish.ignoring)
    return [judge.judged(known) for known in facts]


async def _judge(
    connection: AsyncConnection,
    wish: Wish,
    method: SelectionMethod,
    group: set[UUID] | None,
) -> Judge:
    lockers = [option.locker_id for options in wish.supply.inside.values() for option in options]
    known = [locker_id for locker_id in lockers if locker_id is not None]
    open_lockers: set[UUID] = set()
    if known:
        open_lockers = await lockers_to_fetch_from(
            connection, known, wish.window, ignoring=wish.ignoring
        )
    return Judge(
        method=method,
        window=wish.window,
        now=wish.now,
        settings=wish.settings,
        supply=wish.supply,
        open_lockers=open_lockers,
        group=group,
    )


def _has_enough(judged: list[Candidate]) -> bool:
    chosen = next((at for at, one in enumerate(judged) if one.is_suitable), None)
    return chosen is not None and len(judged) > chosen + NEXT_AFTER_CHOSEN


def _decision(wish: Wish, method: SelectionMethod, judged: list[Candidate]) -> Decision:
    chosen_at = next((at for at, one in enumerate(judged) if one.is_suitable), None)
    shown = judged if chosen_at is None else judged[: chosen_at + 1 + NEXT_AFTER_CHOSEN]
    ranked = ranking(shown)
    chosen = ranked[0] if chosen_at is not None else None
    return Decision(
        method=method,
        chosen=chosen,
        candidates=tuple(ranked[:MOST_CANDIDATES]),
        examined=len(judged),
        notes=wish.notes,
        origin=wish.origin,
        refusal=None if chosen else _refusal(method, judged),
        supply=wish.supply,
    )


def ranking(judged: list[Candidate]) -> list[Candidate]:
    """Give candidates their ranks: the suitable ones first, otherwise in the order they have."""
    ordered = sorted(judged, key=lambda candidate: not candidate.is_suitable)
    return [replace(candidate, rank=at) for at, candidate in enumerate(ordered, start=1)]


def _refusal(method: SelectionMethod, judged: list[Candidate]) -> LivionKeyError:
    if not judged:
        return NoSuitableAutomat(f"There is no automat to choose from ({method.value}).")
    only_full = [
        candidate
        for candidate in judged
        if {rejection.code for rejection in candidate.rejections} == {RejectionCode.FULL_IN_WINDOW}
    ]
    worst = (only_full or judged)[0]
    kind = NoFreeLocker if only_full else NoSuitableAutomat
    reasons = " ".join(rejection.message for rejection in worst.rejections)
    return kind(
        f"None of the {len(judged)} automats that were examined can serve. "
        f"{worst.automat.name}: {reasons}"
    )


def _nothing_applies(wish: Wish) -> Decision:
    why = wish.notes[-1] if wish.notes else "The entity has no address."
    refusal = NoSuitableAutomat(
        f"No automat can be chosen: {why} Give the entity an exact address, a device group, or "
        "name an automat."
    )
    return Decision(None, None, (), 0, wish.notes, wish.origin, refusal, wish.supply)


async def members(connection: AsyncConnection, group_id: UUID) -> set[UUID]:
    """List the automats of a device group that are still installed."""
    rows = await connection.execute(
        select(DeviceGroupAutomat.automat_id)
        .join(Automat, Automat.id == DeviceGroupAutomat.automat_id)
        .where(
            DeviceGroupAutomat.device_group_id == group_id,
            Automat.state != AutomatState.UNINSTALLED,
        )
    )
    return {row.automat_id for row in rows}

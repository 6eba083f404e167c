"""Contracts whose locker or key is not where it should be: brought together again."""

from models.automats import Automat, Locker, LockerState
from models.contracts import (
    KeyAllocation,
    KeyContract,
    KeyContractStatus,
    LockerContract,
    LockerContractKind,
)
from models.dialects.among import among
from models.errors import NoKeyForEntity
from models.keys import Key, KeyKind, KeyStatus
from models.reservations import MOVING
from models.stays import HOLD_STEP
from models.times import Window
from resolvers import rivals
from resolvers.handover.tasks import ask_to_insert
from resolvers.planning.existing import stay_of
from resolvers.planning.planner import decide
from resolvers.planning.stays import Plan
from resolvers.planning.targets import aim
from resolvers.planning.wishes import nothing
from resolvers.planning.writing import write
from resolvers.upkeep.running import Running
from resolvers.work import Work


async def name_keys(work: Work, running: Running) -> None:
    """Name the keys that do not lie in lockers from which any key might have been taken (R69d).

    Such a locker is for that key from then on: it follows the key, or the key is brought to it.
    Nothing is to be done where another key lies there that will do.
    """
    for one in running.live:
        allocation = running.allocation_of(one)
        if one.key_id is not None or allocation is None:
            continue
        key = running.keys[allocation.key_id]
        if not key.is_stored or key.locker_id == one.locker_id:
            continue
        inside = await work.first(work.own(Key).where(Key.locker_id == one.locker_id))
        if inside is None or not _will_do(one, inside):
            one.key_id = key.id
            await work.save()
            await aim(work, [key.id])
            await ask_to_insert(work, key)


def _will_do(one: LockerContract, key: Key) -> bool:
    """Tell whether a key is one for which a locker is held: where any will do, any of its kind."""
    if one.key_id is not None:
        return key.id == one.key_id
    return key.kind is KeyKind.ELECTROMECHANICAL


async def meet_keys(work: Work, running: Running) -> None:
    """Let a key be fetched from the locker in which it really lies (G25)."""
    for one in running.live:
        key = running.keys.get(one.key_id) if one.key_id else None
        if key is None or one.kind is LockerContractKind.RETURN or running.is_fetched(one):
            continue
        if key.automat_id == one.automat_id and key.locker_id not in {None, one.locker_id}:
            await _follow(work, one, key)


async def _follow(work: Work, one: LockerContract, key: Key) -> None:
    reason = f"The key {key.code} lies in another locker than was planned."
    (automat,) = await work.locked(Automat, [one.automat_id])
    locker = await work.get(Locker, key.locker_id)
    window = Window(one.starts_at, one.ends_at)  # whose time is over may not be looked after yet
    for rival in await rivals.rivals_of(work, one, locker.id, window):
        if key.shared and await rivals.is_needed_there(work, rival):
            return  # whoever has the locker comes for the same key, and would only move us again
        if not await rivals.make_way(work, rival, reason=reason):
            return
    await rivals.move(work, automat, one, locker.index, reason=reason)


async def make_room(work: Work, running: Running) -> None:
    """Leave lockers in which somebody else's key lies, before anybody stands before them."""
    soon = work.now + HOLD_STEP
    concerned = [one for one in running.live if one.starts_at < soon]
    lockers = {one.locker_id for one in concerned}
    inside = await work.all(work.own(Key).where(among(Key.locker_id, lockers))) if lockers else []
    found = {key.locker_id: key for key in inside}
    for one in concerned:
        other = found.get(one.locker_id)
        if other is not None and not _will_do(one, other):
            await work.locked(Automat, [one.automat_id])
            await rivals.make_way(work, one, reason=f"The key {other.code} lies in its locker.")


async def leave_broken_lockers(work: Work, running: Running) -> None:
    """Leave lockers that are out of order before somebody stands before them (G10).

    Another locker of the automat will do; where none is free, another automat is looked for at
    once, see `finding`. A key that lies in the locker keeps its contract there.
    """
    due = [one for one in running.live if one.sync_at <= work.now]
    for one in due:
        locker = await work.get(Locker, one.locker_id)
        allocation = running.allocation_of(one)
        key = running.keys[allocation.key_id] if allocation else None
        is_inside = key is not None and key.locker_id == one.locker_id
        if locker.state is LockerState.OUT_OF_ORDER and not is_inside:
            await work.locked(Automat, [one.automat_id])
            await rivals.make_way(work, one, reason="Its locker is out of order.")


async def replace_missing_keys(work: Work, running: Running) -> bool:
    """Give a stay that begins soon another key when its own is missing; says whether it has one.

    Missing is what is not back in time, and what is nowhere that we know of. Where no other key can
    be had all stays as it is: the key may still come in time, and people were told (G12).
    """
    starts_at = running.contract.starts_at
    is_soon = work.now - HOLD_STEP < starts_at < work.now + HOLD_STEP
    if running.reservation is None or running.key_is_out or not is_soon:
        return False
    if not await _is_key_missing(work, running):
        return False
    stay = await stay_of(work, running.reservation)
    stay.by_fact = True
    (planned,) = await decide(work, [stay])
    if not isinstance(planned, Plan) or planned.waits_for is not None:
        return False
    await write(work, [planned])
    return True


async def promise_again(work: Work, running: Running) -> bool:
    """Promise a stay keys again that were handed out and are back before it begins.

    It is still to come, so nobody is to stand before a closed door then. Says whether it has them.
    """
    contract, reservation = running.contract, running.reservation
    is_early = contract.status is KeyContractStatus.ACTIVE and work.now < contract.starts_at
    if reservation is None or reservation.status not in MOVING or not is_early:
        return False
    if running.key_is_out or not await have_come_back(work, contract):
        return False
    stay = await stay_of(work, reservation)
    stay.by_fact = True
    (planned,) = await decide(work, [stay])
    if not isinstance(planned, Plan):
        planned = Plan(stay, nothing(stay, NoKeyForEntity(planned.message)))
    await write(work, [planned])
    return True


async def have_come_back(work: Work, contract: KeyContract) -> bool:
    """Tell whether a key of a contract was handed out, and has been brought back since."""
    row = KeyAllocation
    theirs = work.own(row).where(row.key_contract_id == contract.id, row.returned_at.is_not(None))
    return await work.first(theirs.limit(1)) is not None


async def _is_key_missing(work: Work, running: Running) -> bool:
    statuses = {key.status for key in running.keys.values()}
    if KeyStatus.OVERDUE in statuses:
        return True
    out = {key.id for key in running.keys.values() if key.status is KeyStatus.OUT}
    if not out:
        return False
    row = KeyAllocation
    held = work.own(row).where(among(row.key_id, out), row.live, row.fetched_at.is_not(None))
    return bool(out - {one.key_id for one in await work.all(held)})

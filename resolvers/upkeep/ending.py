"""Windows that pass, stays that end, and keys that are not back."""

from contextlib import nullcontext
from datetime import datetime

from models.automats import Automat
from models.contracts import (
    KeyAllocation,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
from models.events import EventKind
from models.keys import KeyStatus
from models.stays import HOLD_STEP
from models.times import Window, earlier
from resolvers import codes, rivals
from resolvers.planning.running_out import telling_of_taken
from resolvers.planning.targets import aim
from resolvers.transitions import move_key, move_locker_contract
from resolvers.upkeep.next_stays import look_after_next_stays
from resolvers.upkeep.running import Running
from resolvers.work import Work

HOLD_AHEAD = HOLD_STEP / 2
"""So long before a locker would be given up it is held for another step."""


async def pass_windows(work: Work, running: Running) -> None:
    """Hold on to lockers whose window has passed with the key still in them, or still out."""
    for one in running.live:
        allocation = running.allocation_of(one)
        if allocation is None or not _passes(one, work.now):
            continue
        if running.is_late(allocation, work.now):
            await _wait_for_return(work, one)
        elif allocation.fetched_at is None and one.kind is not LockerContractKind.RETURN:
            await _wait_for_fetch(work, running, one, allocation)


def _passes(one: LockerContract, now: datetime) -> bool:
    """Tell whether a window has passed, or will have before we look again at what is held on."""
    if one.ends_at is None:
        return False
    is_held_on = one.return_only or one.unused_at is not None
    return one.ends_at <= (now + HOLD_AHEAD if is_held_on else now)


async def _wait_for_fetch(
    work: Work, running: Running, one: LockerContract, allocation: KeyAllocation
) -> None:
    """Tell that a key was not fetched, and keep it ready as long as the stay lasts (G8)."""
    key = running.keys[allocation.key_id]
    is_first = one.unused_at is None
    if is_first:
        one.unused_at = work.now
        work.record(
            EventKind.KEY_NOT_FETCHED,
            key,
            notice=f"The key {key.code} was not fetched by {one.ends_at}.",
            key_contract_id=one.key_contract_id,
            automat_id=one.automat_id,
            locker_id=one.locker_id,
        )
    stay_ends_at = running.contract.ends_at
    if stay_ends_at is None or work.now < stay_ends_at:
        until = earlier(work.now + HOLD_STEP, stay_ends_at)
        await hold_longer(work, one, until=until, is_first=is_first)


async def _wait_for_return(work: Work, one: LockerContract) -> None:
    """Keep a locker and its PIN for the return of a key that should be back (G12)."""
    is_first, one.return_only = not one.return_only, True
    await hold_longer(work, one, until=work.now + HOLD_STEP, is_first=is_first)


async def hold_longer(work: Work, one: LockerContract, *, until: datetime, is_first: bool) -> None:
    """Hold a locker for longer than was promised; whoever was to have it then makes way.

    That there is one less free locker now is told the first time only, not at every step.
    """
    if one.locker_id is None or one.ends_at is None or until <= one.ends_at:
        return
    (automat,) = await work.locked(Automat, [one.automat_id])
    over = Window(one.ends_at, until)
    reason = f"Its locker at {automat.name} is held longer for a key that is not back or fetched."
    for rival in await rivals.rivals_of(work, one, one.locker_id, over):
        if not await rivals.make_way(work, rival, reason=reason):
            await _go_elsewhere(work, one, until=until)
            return
    watched = telling_of_taken(work, automat.id, over) if is_first else nullcontext()
    async with watched:
        one.ends_at = until
        await _keep(work, one)


async def _go_elsewhere(work: Work, one: LockerContract, *, until: datetime) -> None:
    """Find another locker, for another key lies in this one, and somebody comes for it."""
    one.locker_id, one.starts_at, one.ends_at = None, work.now, until
    if not await rivals.make_way(work, one, reason="Another key lies in its locker."):
        await rivals.fail(work, one, reason="Another key lies in its locker.")
    await _keep(work, one)


async def _keep(work: Work, one: LockerContract) -> None:
    await work.save()
    await codes.renew(work, [one.id])
    work.record(
        EventKind.LOCKER_CONTRACT_HELD_LONGER,
        one,
        until=one.ends_at,
        return_only=one.return_only,
        key_contract_id=one.key_contract_id,
    )


async def count_overdue(work: Work, running: Running) -> None:
    """Tell that keys are not back although they should be (G11, R94)."""
    overdue_at = running.contract.overdue_at
    if overdue_at is None or work.now < overdue_at:
        return
    for allocation in running.allocations:
        key = running.keys[allocation.key_id]
        if allocation.fetched_at is None or key.status is not KeyStatus.OUT:
            continue
        move_key(key, KeyStatus.OVERDUE)
        work.record(
            EventKind.KEY_NOT_RETURNED,
            key,
            notice=f"The key {key.code} should have been back by {running.contract.ends_at}.",
            key_contract_id=running.contract.id,
        )
        await look_after_next_stays(work, key)


async def finish(work: Work, running: Running) -> None:
    """Free what a stay still holds when its end is reached, but for keys that are out."""
    ends_at = running.contract.ends_at
    if ends_at is None or work.now < ends_at:
        return
    over = [one for one in running.lockers if not running.is_fetched(one)]
    for one in over:
        used = one.kind is LockerContractKind.DEFAULT
        state = LockerContractState.COMPLETED if used else LockerContractState.CANCELLED
        reason = "The end of the stay is reached, and the key was not fetched."
        move_locker_contract(work, one, state, reason=reason, key_contract_id=one.key_contract_id)
        one.reason = reason
    waiting = [one for one in running.allocations if one.fetched_at is None]
    for allocation in waiting:
        allocation.live = False
    await work.save()
    await codes.renew(work, [one.id for one in over])
    await aim(work, [one.key_id for one in waiting])

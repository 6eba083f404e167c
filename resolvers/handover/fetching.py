"""What follows when somebody takes a key for which it was promised."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_

from models.contracts import (
    LIVE_STATES,
    KeyAllocation,
    KeyContractStatus,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
from models.dialects.among import among
from models.keys import Key
from resolvers import codes
from resolvers.handover.matching import Promise
from resolvers.planning.targets import aim
from resolvers.rivals import look_soon
from resolvers.transitions import move_contract, move_locker_contract
from resolvers.work import Work


async def fetched(work: Work, key: Key, promise: Promise, at: datetime) -> None:
    """Let a contract know that its key is out.

    A locker that was held for the fetch is free at once (R8, R18); one that is held all the time
    waits for the return.
    """
    promise.allocation.fetched_at = at
    closed = []
    for one in promise.lockers:
        if one.kind is LockerContractKind.FETCH:
            _complete(work, one, reason="The key was fetched.")
            closed.append(one.id)
        one.key_id = key.id
    key.selected_locker_id = None if closed else key.selected_locker_id
    if promise.contract.status is KeyContractStatus.UPCOMING:
        reason = "A key was handed out."
        move_contract(work, promise.contract, KeyContractStatus.ACTIVE, reason=reason)
    await work.save()
    await codes.renew(work, closed)
    await let_return_code_in(work, key, promise)
    await aim(work, [key.id])
    await look_soon(work, promise.contract.id)


def _complete(work: Work, one: LockerContract, *, reason: str) -> None:
    move_locker_contract(
        work,
        one,
        LockerContractState.COMPLETED,
        reason=reason,
        key_contract_id=one.key_contract_id,
        automat_id=one.automat_id,
        locker_id=one.locker_id,
    )
    one.reason = reason


async def let_return_code_in(work: Work, key: Key, promise: Promise) -> None:
    """Let a key's return code open the locker to which the key comes back (R30, R31)."""
    back = next(
        (one for one in promise.lockers if one.state.is_live and one.locker_id is not None), None
    )
    if back is not None:
        await codes.let_return_code_in(
            work, key, automat_id=back.automat_id, locker_id=back.locker_id
        )
    elif key.selected_locker_id is not None:
        await codes.let_return_code_in(
            work, key, automat_id=key.selected_automat_id, locker_id=key.selected_locker_id
        )


async def swap(work: Work, promise: Promise, key: Key) -> None:
    """Let a contract have another key than the one that was noted: any would do (R69d).

    Where that key was noted for somebody else, they get the one that is left. Lockers for the
    return are for the key that comes back.
    """
    promised = promise.allocation
    if promised.key_id == key.id:
        return
    left = promised.key_id
    theirs = await _swap_allocations(work, promised, key)
    for one in promise.lockers:
        one.key_id = key.id if one.key_id == left else one.key_id
    row = LockerContract
    noted = work.own(row).where(
        among(row.key_contract_id, [one.key_contract_id for one in theirs]),
        row.key_id == key.id,
        row.state.in_((*LIVE_STATES, LockerContractState.FAILED.value)),
    )
    for held in await work.locking(noted, row):
        held.key_id = left
    await work.save()


async def _swap_allocations(
    work: Work, promised: KeyAllocation, key: Key
) -> Sequence[KeyAllocation]:
    """Let a contract have a key, and those for whom it was noted then the other; gives theirs.

    Those who have it noted for another time keep it: it will be back.
    """
    row = KeyAllocation
    noted = work.own(row).where(
        row.key_id == key.id,
        row.live,
        row.fetched_at.is_(None),
        or_(row.ends_at.is_(None), row.ends_at > promised.starts_at),
    )
    if promised.ends_at is not None:
        noted = noted.where(row.starts_at < promised.ends_at)
    theirs = await work.locking(noted, row)
    for one in (promised, *theirs):
        one.live = False
    await work.save()
    left = promised.key_id
    promised.key_id = key.id
    for one in theirs:
        one.key_id = left
    for one in (promised, *theirs):
        one.live = True
    await work.save()
    return theirs

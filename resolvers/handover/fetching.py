"""What follows when somebody takes a key for which it was promised."""

from datetime import datetime

from models.contracts import (
    KeyAllocation,
    KeyContractStatus,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
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


async def swap(work: Work, promised: KeyAllocation, key: Key) -> None:
    """Let a contract have another key than the one that was noted: any would do (R69d).

    Where that key was noted for somebody else, they get the one that is left.
    """
    if promised.key_id == key.id:
        return
    row = KeyAllocation
    theirs = await work.locking(
        work.own(row).where(row.key_id == key.id, row.live, row.fetched_at.is_(None)), row
    )
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

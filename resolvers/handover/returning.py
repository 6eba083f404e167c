"""What follows when a key comes back, wherever that is: at its locker, another one, or a desk."""

from datetime import datetime
from uuid import UUID

from models.contracts import LockerContract, LockerContractState
from models.keys import Key
from models.times import Window
from resolvers import codes
from resolvers.handover.matching import Promise
from resolvers.handover.tasks import ask_to_insert
from resolvers.planning.targets import aim
from resolvers.rivals import look_soon, rivals_of
from resolvers.transitions import move_locker_contract
from resolvers.upkeep.next_stays import look_after_next_stays
from resolvers.work import Work


async def returned(
    work: Work, key: Key, promise: Promise | None, at: datetime, *, locker_id: UUID | None
) -> None:
    """Let contracts know that a key is back; it is free for the rest of the time at once.

    Args:
        work: The transaction.
        key: The key.
        promise: Under which contract somebody had it; None when nobody knows.
        at: When it came back.
        locker_id: The locker in which it lies now; None at a desk.
    """
    if promise is not None:
        await _close(work, promise, at, locker_id=locker_id)
        await look_soon(work, promise.contract.id)
    await codes.let_return_code_in(work, key, automat_id=None, locker_id=None)
    await aim(work, [key.id])
    await ask_to_insert(work, key)
    await look_after_next_stays(work, key)
    if locker_id is not None:
        await _warn_of(work, key, locker_id)


async def _close(work: Work, promise: Promise, at: datetime, *, locker_id: UUID | None) -> None:
    promise.allocation.returned_at = at
    promise.allocation.live = False
    for one in promise.lockers:
        here = one.locker_id == locker_id
        reason = "The key is back." if here else "The key came back elsewhere."
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
    await work.save()
    await codes.renew(work, [one.id for one in promise.lockers])


async def _warn_of(work: Work, key: Key, locker_id: UUID) -> None:
    """Let those who wait for the locker look after it: a key lies in it now."""
    nobody = LockerContract(id=key.id)
    rivals = await rivals_of(work, nobody, locker_id, Window(work.now, None))
    await look_soon(work, *{one.key_contract_id for one in rivals})

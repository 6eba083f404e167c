"""What follows when a key comes back, wherever that is: at its locker, another one, or a desk."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from models.contracts import LockerContract, LockerContractState
from models.keys import Key
from models.times import Window
from resolvers import codes
from resolvers.handover import promises
from resolvers.handover.promises import Promise
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
        await close(work, promise, at, locker_id=locker_id)
    await aim(work, [key.id])
    await ask_to_insert(work, key)
    await look_after_next_stays(work, key)
    if locker_id is not None:
        await _warn_of(work, key, locker_id)


async def close(work: Work, promise: Promise, at: datetime, *, locker_id: UUID | None) -> None:
    """End the part of a contract that is about a key which its holder has no more."""
    promise.allocation.returned_at = at
    promise.allocation.live = False
    for one in promise.lockers:
        if one.state is LockerContractState.COMPLETED:
            continue
        here = one.locker_id == locker_id
        complete(work, one, reason="The key is back." if here else "The key came back elsewhere.")
    await work.save()
    await codes.renew(work, [one.id for one in promise.lockers])
    await look_soon(work, promise.contract.id)


def complete(work: Work, one: LockerContract, *, reason: str) -> None:
    """Let a locker contract have served its purpose."""
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


async def close_former(work: Work, key: Key, at: datetime, *, holder_id: UUID | None) -> None:
    """End what others have of a key that somebody else has taken since: it must have been back.

    Args:
        work: The transaction.
        key: The key.
        at: When it was taken.
        holder_id: The contract under which it was taken; None when nobody knows.
    """
    for one in await promises.holdings(work, key.id):
        if one.key_contract_id != holder_id:
            former = await promises.promise(work, one.key_contract_id, key.id)
            if former is not None:
                await close(work, former, at, locker_id=None)


async def went_missing(work: Work, keys: Iterable[Key]) -> None:
    """Let those who are promised keys know that nobody knows where these are."""
    for key in keys:
        await aim(work, [key.id])
        await look_after_next_stays(work, key)


async def _warn_of(work: Work, key: Key, locker_id: UUID) -> None:
    """Let those who wait for the locker look after it: a key lies in it now."""
    nobody = LockerContract(id=key.id)
    rivals = await rivals_of(work, nobody, locker_id, Window(work.now, None))
    await look_soon(work, *{one.key_contract_id for one in rivals})

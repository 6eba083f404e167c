"""What follows when somebody takes a key for which it was promised."""

from datetime import datetime

from models.contracts import (
    KeyContractStatus,
    LockerContractKind,
)
from models.keys import Key
from models.reservations import ReservationStatus
from models.times import Window
from resolvers import backup_codes, codes
from resolvers.handover.promises import Promise, is_free
from resolvers.handover.returning import close, complete
from resolvers.planning.targets import aim
from resolvers.rivals import look_soon
from resolvers.transitions import move_contract, move_reservation
from resolvers.work import Work

OUT = "A key was handed out."
NOT_YET_OUT = {
    KeyContractStatus.WAITING_FOR_SIGNATURE,
    KeyContractStatus.UPCOMING,
    KeyContractStatus.ENDED,
}


async def fetched(work: Work, key: Key, promise: Promise, at: datetime) -> None:
    """Let a contract know that its key is out.

    A locker that was held for the fetch is free at once (R8, R18); one that is held all the time
    waits for the return.
    """
    await _hold(work, promise, at)
    fetches = [one for one in promise.lockers if one.kind is LockerContractKind.FETCH]
    for one in promise.lockers:
        one.key_id = key.id
    for one in fetches:
        complete(work, one, reason="The key was fetched.")
    if key.selected_locker_id in {one.locker_id for one in fetches}:
        key.selected_locker_id = None
        await work.save()
        await backup_codes.follow(work, [key])
    await work.save()
    await codes.renew(work, [one.id for one in fetches])
    await aim(work, [key.id])
    await look_soon(work, promise.contract.id)


async def fetched_before(
    work: Work, key: Key, promise: Promise, at: datetime, *, until: datetime
) -> None:
    """Let a contract know late that its key was out, and has been back since."""
    await fetched(work, key, promise, at)
    await close(work, promise, until, locker_id=None)


async def _hold(work: Work, promise: Promise, at: datetime) -> None:
    """Let an allocation be that of a key which is out; it begins sooner than promised if it must.

    A stay that was over as far as was known goes on: its key is not back.
    """
    allocation, contract = promise.allocation, promise.contract
    allocation.fetched_at = at
    allocation.live = True
    if at < allocation.starts_at and await is_free(
        work, allocation, Window(at, allocation.starts_at)
    ):
        allocation.starts_at = at
    if contract.status in NOT_YET_OUT:
        move_contract(work, contract, KeyContractStatus.ACTIVE, reason=OUT)
    reservation = promise.reservation
    if reservation is not None and reservation.status is ReservationStatus.ENDED:
        move_reservation(work, reservation, ReservationStatus.ACTIVE, reason=OUT)

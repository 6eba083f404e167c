"""PINs that go to automats, windows that open, reminders, and stays that begin."""

from models.automats import Automat, Locker
from models.awaiting import is_unsigned
from models.contracts import (
    KeyContractStatus,
    LockerContract,
    LockerContractState,
    key_contract_status_at,
)
from models.events import EventKind
from models.reservations import GRACE, Reservation, ReservationStatus, status_at
from resolvers import codes
from resolvers.planning.targets import aim
from resolvers.transitions import move_contract, move_locker_contract, move_reservation
from resolvers.upkeep.mending import have_come_back
from resolvers.upkeep.running import Running
from resolvers.work import Work

BEGUN = "Its start is reached, or a key was handed out before."
OVER = "Its end is reached, or all keys are back after it."
BACK = "The key that was handed out before its start is back."


async def sync(work: Work, running: Running) -> None:
    """Let automats know the PINs whose time has come (R5, R7, R9)."""
    due = [
        one
        for one in running.lockers
        if one.state is LockerContractState.PLANNED
        and one.sync_at <= work.now
        and (running.is_fetched(one) or not is_unsigned(running.contract))
    ]
    for one in due:
        await _sync(work, running, one)
    await work.save()
    await codes.renew(work, [one.id for one in due])


async def _sync(work: Work, running: Running, one: LockerContract) -> None:
    automat = await work.get(Automat, one.automat_id)
    locker = await work.get(Locker, one.locker_id)
    allocation = running.allocation_of(one)
    key = running.keys[allocation.key_id].code if allocation else "that is to come"
    move_locker_contract(
        work,
        one,
        LockerContractState.SYNCING,
        reason="Its sync time is reached.",
        notice=f"The PIN for the key {key} goes to {automat.name}, locker {locker.index}.",
        key_contract_id=one.key_contract_id,
        automat_id=one.automat_id,
        locker_id=one.locker_id,
    )


def remind(work: Work, running: Running) -> None:
    """Write down that contacts are to be reminded of the start or the end (R74).

    Nobody is reminded of what is over when we come to it, nor of bringing back what is back.
    """
    contract = running.contract
    for kind, column, of in (
        (EventKind.START_REMINDER, "remind_of_start_at", contract.starts_at),
        (EventKind.END_REMINDER, "remind_of_end_at", contract.ends_at),
    ):
        due_at = getattr(contract, column)
        if due_at is None or due_at > work.now:
            continue
        setattr(contract, column, None)
        is_over = of is not None and of + GRACE < work.now
        if not is_over and running.allocations:
            work.record(kind, contract, starts_at=contract.starts_at, ends_at=contract.ends_at)


async def open_windows(work: Work, running: Running) -> None:
    """Write down that lockers can be opened from now on."""
    opened = [one for one in running.live if one.starts_at <= work.now and one.opened_at is None]
    for one in opened:
        one.opened_at = work.now
        work.record(
            EventKind.LOCKER_CONTRACT_OPENED,
            one,
            key_contract_id=one.key_contract_id,
            automat_id=one.automat_id,
            locker_id=one.locker_id,
        )
    await work.save()
    await aim(work, {one.key_id for one in opened if one.key_id is not None})


async def follow_the_clock(work: Work, running: Running) -> None:
    """Let the contract and its reservation stand where the clock and the keys put them."""
    await _follow_contract(work, running)
    if running.reservation is not None:
        _follow_reservation(work, running, running.reservation)


async def _follow_contract(work: Work, running: Running) -> None:
    contract = running.contract
    status = key_contract_status_at(contract, work.now, key_is_out=running.key_is_out)
    if (contract.status, status) == (KeyContractStatus.OVERDUE, KeyContractStatus.ACTIVE):
        return  # only a clock that was set back says so: whoever moves an end moves this too
    if (contract.status, status) == (KeyContractStatus.ACTIVE, KeyContractStatus.UPCOMING):
        if await have_come_back(work, contract):
            move_contract(work, contract, status, reason=BACK)
        return
    if contract.status is KeyContractStatus.UPCOMING and status is not contract.status:
        move_contract(work, contract, KeyContractStatus.ACTIVE, reason=BEGUN)
    move_contract(work, contract, status, reason=OVER)


def _follow_reservation(work: Work, running: Running, reservation: Reservation) -> None:
    status = status_at(reservation, work.now, key_is_out=running.key_is_out)
    if (reservation.status, status) == (ReservationStatus.ACTIVE, ReservationStatus.CONFIRMED):
        return  # our clock was set back, and what has begun has begun
    if reservation.status is ReservationStatus.CONFIRMED and status is not reservation.status:
        move_reservation(work, reservation, ReservationStatus.ACTIVE, reason=BEGUN)
    move_reservation(work, reservation, status, reason=OVER)

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
from models.reservations import ReservationStatus, status_at
from resolvers import codes
from resolvers.planning.targets import aim
from resolvers.transitions import move_contract, move_locker_contract, move_reservation
from resolvers.upkeep.running import Running
from resolvers.work import Work

BEGUN = "Its start is reached, or a key was handed out before."
OVER = "Its end is reached, or all keys are back after it."


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
    """Write down that contacts are to be reminded of the start or the end (R74)."""
    contract = running.contract
    for kind, column in (
        (EventKind.START_REMINDER, "remind_of_start_at"),
        (EventKind.END_REMINDER, "remind_of_end_at"),
    ):
        due_at = getattr(contract, column)
        if due_at is not None and due_at <= work.now:
            setattr(contract, column, None)
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


def follow_the_clock(work: Work, running: Running) -> None:
    """Let the contract and its reservation stand where the clock and the keys put them."""
    contract, reservation, out = running.contract, running.reservation, running.key_is_out
    status = key_contract_status_at(contract, work.now, key_is_out=out)
    if contract.status is KeyContractStatus.UPCOMING and status is not contract.status:
        move_contract(work, contract, KeyContractStatus.ACTIVE, reason=BEGUN)
    move_contract(work, contract, status, reason=OVER)
    if reservation is None:
        return
    now = status_at(reservation, work.now, key_is_out=out)
    if reservation.status is ReservationStatus.CONFIRMED and now is not reservation.status:
        move_reservation(work, reservation, ReservationStatus.ACTIVE, reason=BEGUN)
    move_reservation(work, reservation, now, reason=OVER)

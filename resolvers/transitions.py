"""Steps from one state to the next: asked of the lifecycle, and written down with their reason."""

from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from models.base import Base
from models.contracts import KeyContract, KeyContractStatus, LockerContract, LockerContractState
from models.events import EventKind
from models.keys import Key, KeyStatus
from models.lifecycles import KEY, KEY_CONTRACT, LOCKER_CONTRACT, RESERVATION, SIGNING, Lifecycle
from models.reservations import Reservation, ReservationStatus
from models.signing import SigningProcess, SigningState
from resolvers.work import About, Work

LIFECYCLES: dict[type[Base], Lifecycle] = {
    Reservation: RESERVATION,
    KeyContract: KEY_CONTRACT,
    LockerContract: LOCKER_CONTRACT,
    SigningProcess: SIGNING,
}


ALL_BACK = "All its keys are back after its end."


class Standing(Protocol):
    """A reservation or a key contract."""

    id: UUID
    status: Any


def step(
    work: Work,
    subject: About,
    before: StrEnum,
    after: StrEnum,
    *,
    reason: str,
    kind: EventKind | None = None,
    notice: str | None = None,
    **facts: Any,
) -> None:
    """Write down that a thing went from one state to another; the caller changes its row.

    Args:
        work: The transaction.
        subject: The thing.
        before: The state that it had; nothing is written when that is the new one.
        after: The state that it has now.
        reason: Why, in words.
        kind: What to call it; by the new state when left out.
        notice: A sentence for people who have to know of it.
        facts: More that belongs to it.

    Raises:
        IllegalTransition: No rule allows that step.
    """
    if before == after:
        return
    lifecycle = LIFECYCLES[subject.model]
    lifecycle.check(before, after)
    usual = EventKind[f"{lifecycle.noun.replace(' ', '_').upper()}_{after.name}"]
    work.record(kind or usual, subject, notice=notice, before=before.value, reason=reason, **facts)


def move_reservation(
    work: Work, reservation: Reservation, after: ReservationStatus, *, reason: str, **facts: Any
) -> None:
    """Let a reservation go to another status."""
    before = ReservationStatus(reservation.status)
    step(work, About(Reservation, reservation.id), before, after, reason=reason, **facts)
    reservation.status = after


def move_contract(
    work: Work, contract: KeyContract, after: KeyContractStatus, *, reason: str, **facts: Any
) -> None:
    """Let a key contract go to another status, and note since when it waits for a signature."""
    before = KeyContractStatus(contract.status)
    step(work, About(KeyContract, contract.id), before, after, reason=reason, **facts)
    if before is not after:
        waits = after is KeyContractStatus.WAITING_FOR_SIGNATURE
        contract.waits_since = work.now if waits else None
    contract.status = after


def end_if_overdue(work: Work, contract: KeyContract) -> None:
    """Let a key contract that was overdue have ended: all its keys are back.

    The timers do that too; what is changed or given up before they come does not wait for them.
    """
    if contract.status is KeyContractStatus.OVERDUE:
        move_contract(work, contract, KeyContractStatus.ENDED, reason=ALL_BACK)


def move_locker_contract(
    work: Work,
    contract: LockerContract,
    after: LockerContractState,
    *,
    reason: str,
    notice: str | None = None,
    **facts: Any,
) -> None:
    """Let a locker contract go to another state."""
    before = LockerContractState(contract.state)
    about = About(LockerContract, contract.id)
    step(work, about, before, after, reason=reason, notice=notice, **facts)
    contract.state = after


def move_signing(
    work: Work,
    process: SigningProcess,
    after: SigningState,
    *,
    reason: str,
    notice: str | None = None,
    **facts: Any,
) -> None:
    """Let a signing process go to another state, and note when it ended.

    Args:
        work: The transaction.
        process: The process, locked.
        after: The new state.
        reason: Why, in our words; what a contact wrote is kept in the row alone.
        notice: A sentence for people who have to know of it.
        facts: More that belongs to it.
    """
    before = SigningState(process.state)
    about = About(SigningProcess, process.id)
    facts = {"key_contract_id": process.key_contract_id, **facts}
    step(work, about, before, after, reason=reason, notice=notice, **facts)
    process.state = after
    if not after.is_open:
        process.ended_at = work.now


def move_key(key: Key, after: KeyStatus) -> None:
    """Let a key go to another status; whoever knows what happened to it writes that down.

    Raises:
        IllegalTransition: No rule allows that step.
    """
    before = KeyStatus(key.status)
    if before is not after:
        KEY.check(before, after)
        key.status = after

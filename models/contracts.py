"""Key contracts and locker contracts (livionkey.md 2.8, 2.9), and the overlaps that they refuse."""

import secrets
import string
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned
from models.dialects.overlaps import NoOverlap
from models.keys import CODE_ALPHABET

PIN_DIGITS = 6
LIVE_STATES = ("planned", "syncing", "ready")


class KeyContractStatus(StrEnum):
    """Where a key contract stands. UPCOMING becomes ACTIVE and ENDED by the clock."""

    DRAFT = "draft"
    WAITING_FOR_SIGNATURE = "waiting_for_signature"
    UPCOMING = "upcoming"
    ACTIVE = "active"
    OVERDUE = "overdue"
    ENDED = "ended"
    CANCELLED = "cancelled"


class LockerContractKind(StrEnum):
    """What a locker is held for: the whole stay, the fetch, or the return (R4, R7, R9)."""

    DEFAULT = "default"
    FETCH = "fetch"
    RETURN = "return"


class LockerContractState(StrEnum):
    """How far the automat is with it. The first three are live: they hold the locker."""

    PLANNED = "planned"
    SYNCING = "syncing"
    READY = "ready"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_live(self) -> bool:
        """Whether the locker is held."""
        return self.value in LIVE_STATES


class KeyContract(Owned, Base):
    """Keys promised to contacts for a time."""

    __tablename__ = "key_contracts"
    __table_args__ = (UniqueConstraint("organization_id", "reference"),)

    reference: Mapped[str]
    reservation_id: Mapped[UUID | None] = mapped_column(ForeignKey("reservations.id"), unique=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    status: Mapped[KeyContractStatus] = mapped_column(default=KeyContractStatus.UPCOMING)


class KeyContractContact(Owned, Base):
    """One contact of a key contract; the first is the main one (G28)."""

    __tablename__ = "key_contract_contacts"
    __table_args__ = (UniqueConstraint("key_contract_id", "place"),)

    key_contract_id: Mapped[UUID] = mapped_column(ForeignKey("key_contracts.id"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"), index=True)
    place: Mapped[int]


class KeyAllocation(Owned, Base):
    """One key of a key contract. The database refuses two live ones of a key that overlap.

    A shared key (R62) is not `exclusive`: its allocations may overlap.
    """

    __tablename__ = "key_allocations"
    __table_args__ = (
        CheckConstraint("ends_at is null or ends_at > starts_at", name="key_allocations_forwards"),
    )

    key_contract_id: Mapped[UUID] = mapped_column(ForeignKey("key_contracts.id"), index=True)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("keys.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    exclusive: Mapped[bool]
    live: Mapped[bool] = mapped_column(default=True)
    fetched_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]


class LockerContract(Owned, Base):
    """One locker held for contacts for a time, with the PIN that opens it."""

    __tablename__ = "locker_contracts"
    __table_args__ = (
        CheckConstraint("ends_at is null or ends_at > starts_at", name="locker_contracts_forwards"),
        Index("locker_contracts_locker_id_ends_at_index", "locker_id", "ends_at"),
        Index("locker_contracts_automat_id_ends_at_index", "automat_id", "ends_at"),
    )

    kind: Mapped[LockerContractKind] = mapped_column(default=LockerContractKind.DEFAULT)
    key_contract_id: Mapped[UUID] = mapped_column(ForeignKey("key_contracts.id"), index=True)
    automat_id: Mapped[UUID] = mapped_column(ForeignKey("automats.id"))
    locker_id: Mapped[UUID | None] = mapped_column(ForeignKey("lockers.id"))
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("keys.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    pin: Mapped[str | None]
    sync_at: Mapped[datetime]
    synced_at: Mapped[datetime | None]
    state: Mapped[LockerContractState] = mapped_column(default=LockerContractState.PLANNED)


_LIVE = "{state} in ('planned', 'syncing', 'ready')"

OVERLAPS = (
    NoOverlap(
        name="one_contract_per_locker_at_a_time",
        table="locker_contracts",
        same=("locker_id",),
        when=_LIVE,
    ),
    NoOverlap(
        name="one_contract_per_pin_at_a_time",
        table="locker_contracts",
        same=("automat_id", "pin"),
        when=_LIVE,
        starts="sync_at",
    ),
    NoOverlap(
        name="one_holder_per_key_at_a_time",
        table="key_allocations",
        same=("key_id",),
        when="{live} and {exclusive}",
    ),
)
"""What the database refuses, whoever asks and however many ask at once."""


def new_reference() -> str:
    """Make a key contract's reference: `KC-` and eight of A-Z and 0-9 (R20)."""
    return "KC-" + "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


def new_pin(taken: set[str]) -> str:
    """Make a PIN that nobody guesses at once and that is not `taken` (G13)."""
    while True:
        pin = "".join(secrets.choice(string.digits) for _ in range(PIN_DIGITS))
        if pin not in taken and not is_easy(pin):
            return pin


def is_easy(pin: str) -> bool:
    """Tell whether a PIN has a run (`345`, `543`), a repeat (`777`), or repeats itself (`121212`).

    Three like digits or three running ones anywhere are enough.
    """
    steps = [int(after) - int(before) for before, after in pairwise(pin)]
    runs = any(first == second and first in {-1, 0, 1} for first, second in pairwise(steps))
    halves = any(
        pin == pin[:length] * (len(pin) // length)
        for length in range(1, len(pin) // 2 + 1)
        if len(pin) % length == 0
    )
    return runs or halves


def key_contract_status_at(
    status: KeyContractStatus,
    starts_at: datetime,
    ends_at: datetime | None,
    now: datetime,
    *,
    key_is_out: bool,
) -> KeyContractStatus:
    """Tell a key contract's status at a moment, as far as the clock decides it."""
    if status is not KeyContractStatus.UPCOMING or now < starts_at:
        return status
    if ends_at is None or now < ends_at:
        return KeyContractStatus.ACTIVE
    return KeyContractStatus.OVERDUE if key_is_out else KeyContractStatus.ENDED


def locker_contract_state_at(
    state: LockerContractState, sync_at: datetime, now: datetime
) -> LockerContractState:
    """Tell a locker contract's state at a moment: SYNCING from `sync_at` until it is confirmed."""
    if state is LockerContractState.PLANNED and sync_at <= now:
        return LockerContractState.SYNCING
    return state


def opens_at(state: LockerContractState, ends_at: datetime | None, now: datetime) -> bool:
    """Tell whether the PIN opens something now or later; one that does not is not shown (R26)."""
    return state.is_live and (ends_at is None or now < ends_at)

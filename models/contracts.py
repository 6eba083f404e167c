"""Key contracts and locker contracts (livionkey.md 2.8, 2.9), and the overlaps that they refuse."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, TextClause, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, Owned
from models.dialects.overlaps import NoOverlap
from models.keys import new_letters
from models.marks import Mark
from models.opened import Opened
from models.sealed import Sealed, SealedText

LIVE_STATES = ("planned", "syncing", "ready")
PAST_STATES = ("completed", "failed", "cancelled")
LIVE = text("state in ('planned', 'syncing', 'ready')")
"""The condition of the partial indexes that only hold what is live."""
LIVE_FETCH = text("state in ('planned', 'syncing', 'ready') and kind = 'fetch'")
KEY_IS_OUT = text("fetched_at is not null and returned_at is null")
PAST = text("state in ('completed', 'failed', 'cancelled')")
WITHOUT_LOCKER = text("state = 'failed'")
STAYS = text("stays_at_id is not null")


def some(name: str, *columns: str, where: TextClause) -> Index:
    """Make an index of some rows."""
    return Index(name, *columns, postgresql_where=where, sqlite_where=where)


class KeyContractStatus(StrEnum):
    """Where a key contract stands. UPCOMING becomes ACTIVE and ENDED by the clock."""

    DRAFT = "draft"
    WAITING_FOR_SIGNATURE = "waiting_for_signature"
    UPCOMING = "upcoming"
    ACTIVE = "active"
    OVERDUE = "overdue"
    ENDED = "ended"
    CANCELLED = "cancelled"


class ContractTime(StrEnum):
    """Where a key contract that holds, or waits for its signature, stands in time."""

    FUTURE = "future"
    ONGOING = "ongoing"
    OVERDUE = "overdue"
    ENDED = "ended"


class ContractRowOutcome(StrEnum):
    """What became of one of many contracts that were asked for together."""

    CREATED = "created"
    REFUSED = "refused"
    NOT_DONE = "not_done"


class Verification(StrEnum):
    """How a contact confirms a contract before it holds (livionkey.md 2.8, R82)."""

    NONE = "none"
    SIGNATURE = "signature"
    STRONG = "strong"


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
    """Keys promised to contacts for a time: by a reservation, or by staff when it has none.

    Args:
        overdue_at: From when on a key that is not back is overdue (G11).
        free_locker_after_fetch: Whether its locker is free for others once its key is out (R18).
        pick_up_information: How to get keys that lie at a desk (R78).
        remind_of_start_at: When its contacts are to be reminded of its start; null once they were.
        remind_of_end_at: When its contacts are to be reminded of its end; null once they were.
        verification: How its main contact confirms it before it holds (R82).
        language: In which language its agreements are offered; by contact and unit when null (G18).
        access_schedule: When its keys may be fetched, as `models.access_schedules` reads it (G29).
        revision: Counts the contents it has had; each change of what is signed adds one.
        signed_revision: Which of them was signed last; null when none was.
        waits_since: From when on it waits for a signature; null while it does not.
        draft: What was asked for, while it is a DRAFT; null once it holds.
        unit_id: Through which unit its author reaches it even while it holds no key; null for
            authors who reach the whole organization.
    """

    __tablename__ = "key_contracts"
    __table_args__ = (
        UniqueConstraint("organization_id", "reference"),
        Index("key_contracts_by_status", "organization_id", "status", "id"),
    )

    reference: Mapped[str]
    reservation_id: Mapped[UUID | None] = mapped_column(ForeignKey("reservations.id"), unique=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    status: Mapped[KeyContractStatus] = mapped_column(default=KeyContractStatus.UPCOMING)
    free_locker_after_fetch: Mapped[bool] = mapped_column(default=False)
    pick_up_information: Mapped[str | None]
    remind_of_start_at: Mapped[datetime | None]
    remind_of_end_at: Mapped[datetime | None]
    verification: Mapped[Verification] = mapped_column(default=Verification.NONE)
    language: Mapped[str | None]
    access_schedule: Mapped[Json | None]
    revision: Mapped[int] = mapped_column(default=1)
    signed_revision: Mapped[int | None]
    waits_since: Mapped[datetime | None]
    draft: Mapped[Json | None]
    unit_id: Mapped[UUID | None]


class KeyContractContact(Owned, Base):
    """One contact of a key contract made by staff; the first is the main one (G28).

    A key contract with a reservation has that one's contacts, see `ReservationContact`.
    """

    __tablename__ = "key_contract_contacts"
    __table_args__ = (UniqueConstraint("key_contract_id", "place"),)

    key_contract_id: Mapped[UUID] = mapped_column(ForeignKey("key_contracts.id"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"), index=True)
    place: Mapped[int]


class KeyAllocation(Owned, Base):
    """One key of a key contract. The database refuses two live ones of a key that overlap.

    A shared key (R62) is not `exclusive`: its allocations may overlap. Once the key is back, the
    allocation is not live any more, and the key is free for the rest of the time.
    """

    __tablename__ = "key_allocations"
    __table_args__ = (
        CheckConstraint("ends_at is null or ends_at > starts_at", name="key_allocations_forwards"),
        Index("key_allocations_key_id_starts_at_index", "key_id", "starts_at"),
        some(
            "key_allocations_that_are_out",
            *("organization_id", "key_contract_id"),
            where=KEY_IS_OUT,
        ),
    )

    key_contract_id: Mapped[UUID] = mapped_column(ForeignKey("key_contracts.id"), index=True)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("keys.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    exclusive: Mapped[bool]
    live: Mapped[bool] = mapped_column(default=True)
    fetched_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    """When it was taken out of its contract, or swapped for another key; null otherwise."""


class LockerContract(Owned, Base):
    """One locker held for contacts for a time, with the PIN that opens it.

    Args:
        ends_at: Until when the locker is held; later than promised once fact keeps it longer.
        return_only: Whether its PIN only takes a key back any more (G12).
        opened_at: When its window was seen to open; null before.
        unused_at: When its window was seen to pass without a fetch; null before (G8).
        reason: Why it FAILED or was given up, in words.
        stays_at_id: The automat that has failed and that it could not leave; null otherwise. Until
            that is back, people have been told. It says nothing once it is at another automat.
        stays_because: Why it could not leave it, when that was tried last.
    """

    __tablename__ = "locker_contracts"
    __table_args__ = (
        CheckConstraint("ends_at is null or ends_at > starts_at", name="locker_contracts_forwards"),
        some("live_locker_contracts_of_lockers", "locker_id", "ends_at", where=LIVE),
        some("live_fetches_of_lockers", "locker_id", "ends_at", where=LIVE_FETCH),
        some("live_locker_contracts_of_automats", "automat_id", "ends_at", where=LIVE),
        some("past_locker_contracts_of_automats", "automat_id", "ends_at", where=PAST),
        some("live_locker_contracts_of_keys", "key_id", "starts_at", where=LIVE),
        some(
            "locker_contracts_without_locker",
            *("organization_id", "starts_at"),
            where=WITHOUT_LOCKER,
        ),
        some("locker_contracts_that_stay", "stays_at_id", where=STAYS),
    )

    kind: Mapped[LockerContractKind] = mapped_column(default=LockerContractKind.DEFAULT)
    key_contract_id: Mapped[UUID] = mapped_column(ForeignKey("key_contracts.id"), index=True)
    automat_id: Mapped[UUID] = mapped_column(ForeignKey("automats.id"))
    locker_id: Mapped[UUID | None] = mapped_column(ForeignKey("lockers.id"))
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("keys.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    sealed_pin: Mapped[Sealed | None] = mapped_column(SealedText("locker_contracts.sealed_pin"))
    pin_mark: Mapped[str | None] = mapped_column(Mark())
    pin = Opened[str | None]("sealed_pin", "pin_mark", among="automat_id")
    sync_at: Mapped[datetime]
    synced_at: Mapped[datetime | None]
    state: Mapped[LockerContractState] = mapped_column(default=LockerContractState.PLANNED)
    return_only: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime | None]
    unused_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    stays_at_id: Mapped[UUID | None]
    stays_because: Mapped[str | None]


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
        same=("automat_id", "pin_mark"),
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
    return f"KC-{new_letters(8)}"


MOVING = {KeyContractStatus.UPCOMING, KeyContractStatus.ACTIVE, KeyContractStatus.OVERDUE}
"""What the clock and the keys decide; the other statuses stay until somebody changes them."""


def key_contract_status_at(
    contract: KeyContract, now: datetime, *, key_is_out: bool
) -> KeyContractStatus:
    """Tell a key contract's status at a moment (G11); also for plain rows."""
    if contract.status not in MOVING:
        return contract.status
    if contract.ends_at is not None and contract.ends_at <= now and not key_is_out:
        return KeyContractStatus.ENDED
    if key_is_out and contract.overdue_at is not None and contract.overdue_at <= now:
        return KeyContractStatus.OVERDUE
    if contract.starts_at <= now or key_is_out:
        return KeyContractStatus.ACTIVE
    return KeyContractStatus.UPCOMING


def opens_at(state: LockerContractState, ends_at: datetime | None, now: datetime) -> bool:
    """Tell whether the PIN opens something now or later; one that does not is not shown (R26)."""
    return state.is_live and (ends_at is None or now < ends_at)

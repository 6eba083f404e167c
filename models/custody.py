"""Who had a key when: a chain of numbered entries for each key, never changed and without gaps."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned
from models.dialects.chains import Chain

CAME, LEFT = text("locker_id is not null"), text("left_locker_id is not null")
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the clock of an automat may be from ours."""


class CustodyKind(StrEnum):
    """What happened to a key."""

    REGISTERED = "registered"
    FETCHED = "fetched"
    RETURNED = "returned"
    HANDED_OVER = "handed_over"
    TAKEN_BACK = "taken_back"
    TRANSFERRED = "transferred"
    FOUND = "found"
    MISSED = "missed"


class CustodySource(StrEnum):
    """Who says so."""

    AUTOMAT = "automat"
    STAFF = "staff"
    SYSTEM = "system"


class CustodyEntry(Owned, Base):
    """One link of a key's chain: from `happened_at` on it is where this entry says.

    That is a locker, a desk, or with the contacts of a key contract; nowhere of the three means
    that nobody knows. The database refuses a change, a removal, a gap and a fork.

    Args:
        number: 1 for the first entry of a key, then each one more than the one before.
        happened_at: When it happened in the world; never after we were told.
        reported_at: The same by the clock of whoever says so, which may be wrong.
        recorded_at: When we were told.
        left_locker_id: The locker that it left, if it was taken out of one.
        key_contract_id: The contract under which somebody has it, or had it until now.
        holder: Who has it, in words, where no contract says so.
        contradiction: What it contradicts that was known before, in a sentence; else null.
        token_id: The token that reported it; null for automats and the system.
    """

    __tablename__ = "custody_entries"
    __table_args__ = (
        UniqueConstraint("key_id", "number"),
        CheckConstraint(
            "manual_storage_id is null or automat_id is null", name="custody_entries_place_is_one"
        ),
        CheckConstraint(
            "locker_id is null or automat_id is not null", name="custody_entries_locker_in_automat"
        ),
        Index("custody_entries_key_id_happened_at_index", "key_id", "happened_at"),
        Index(
            "custody_entries_that_came_to_lockers",
            *("locker_id", "reported_at"),
            postgresql_where=CAME,
            sqlite_where=CAME,
        ),
        Index(
            "custody_entries_that_left_lockers",
            *("left_locker_id", "reported_at"),
            postgresql_where=LEFT,
            sqlite_where=LEFT,
        ),
    )

    key_id: Mapped[UUID] = mapped_column(ForeignKey("keys.id"))
    number: Mapped[int]
    kind: Mapped[CustodyKind]
    source: Mapped[CustodySource]
    happened_at: Mapped[datetime]
    reported_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    automat_id: Mapped[UUID | None] = mapped_column(ForeignKey("automats.id"))
    locker_id: Mapped[UUID | None] = mapped_column(ForeignKey("lockers.id"))
    manual_storage_id: Mapped[UUID | None] = mapped_column(ForeignKey("manual_storages.id"))
    left_locker_id: Mapped[UUID | None] = mapped_column(ForeignKey("lockers.id"))
    key_contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("key_contracts.id"), index=True)
    holder: Mapped[str | None]
    contradiction: Mapped[str | None]
    token_id: Mapped[UUID | None]


CHAIN = Chain(table="custody_entries", of="key_id", number="number")
"""What the database keeps of every chain: each number follows the one before."""

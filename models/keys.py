"""Keys, what they open, and where they lie (livionkey.md 2.6, 2.7)."""

import secrets
import string
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.addressed import Addressed
from models.base import Base, Owned
from models.marks import Mark
from models.opened import Opened
from models.sealed import Sealed, SealedText

OUT = text("automat_id is null and manual_storage_id is null")
TO_BE_BROUGHT = text("target_automat_id is not null")
CODE_ALPHABET = string.ascii_uppercase + string.digits


class KeyKind(StrEnum):
    """How the key opens."""

    MECHANICAL = "mechanical"
    ELECTROMECHANICAL = "electromechanical"


class KeyStatus(StrEnum):
    """Where a key stands in its life."""

    IN_STORAGE = "in_storage"
    OUT = "out"
    OVERDUE = "overdue"
    RETIRED = "retired"


class ManualStorage(Addressed, Owned, Base):
    """A desk, a shelf or a drawer where people hand keys over."""

    __tablename__ = "manual_storages"

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organization_units.id"), index=True)
    name: Mapped[str]
    instructions: Mapped[str | None]


class KeyRing(Owned, Base):
    """Keys that are handed over as one (G31)."""

    __tablename__ = "key_rings"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    name: Mapped[str]


class Key(Owned, Base):
    """A key: where it is meant to live, where it is now, and where it should go next.

    Each of the three is a desk or an automat. A key bound to an automat has a locker of its own
    there (`selected_locker_id`), in which nobody else's key is put; `locker_id` is where it lies.
    """

    __tablename__ = "keys"
    __table_args__ = (
        UniqueConstraint("organization_id", "code"),
        CheckConstraint(
            "(selected_manual_storage_id is null) <> (selected_automat_id is null)",
            name="keys_selected_storage_is_one",
        ),
        CheckConstraint(
            "manual_storage_id is null or automat_id is null", name="keys_storage_is_one"
        ),
        CheckConstraint(
            "target_manual_storage_id is null or target_automat_id is null",
            name="keys_target_storage_is_one",
        ),
        CheckConstraint(
            "locker_id is null or automat_id is not null", name="keys_locker_is_in_an_automat"
        ),
        Index(
            "keys_that_are_out",
            *("organization_id", "id"),
            postgresql_where=OUT,
            sqlite_where=OUT,
        ),
        Index(
            "keys_that_have_to_be_brought",
            *("organization_id", "target_automat_id"),
            postgresql_where=TO_BE_BROUGHT,
            sqlite_where=TO_BE_BROUGHT,
        ),
    )

    code: Mapped[str]
    kind: Mapped[KeyKind]
    shared: Mapped[bool] = mapped_column(default=False)
    status: Mapped[KeyStatus] = mapped_column(default=KeyStatus.IN_STORAGE)
    rfid_tag: Mapped[str | None]
    sealed_return_code: Mapped[Sealed | None] = mapped_column(SealedText("keys.sealed_return_code"))
    return_code_mark: Mapped[str | None] = mapped_column(Mark())
    return_code = Opened[str | None](
        "sealed_return_code", "return_code_mark", among="organization_id"
    )

    selected_manual_storage_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("manual_storages.id"), index=True
    )
    selected_automat_id: Mapped[UUID | None] = mapped_column(ForeignKey("automats.id"), index=True)
    selected_locker_id: Mapped[UUID | None] = mapped_column(ForeignKey("lockers.id"), unique=True)
    manual_storage_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("manual_storages.id"), index=True
    )
    automat_id: Mapped[UUID | None] = mapped_column(ForeignKey("automats.id"), index=True)
    locker_id: Mapped[UUID | None] = mapped_column(ForeignKey("lockers.id"), unique=True)
    target_manual_storage_id: Mapped[UUID | None] = mapped_column(ForeignKey("manual_storages.id"))
    target_automat_id: Mapped[UUID | None] = mapped_column(ForeignKey("automats.id"))

    @property
    def is_stored(self) -> bool:
        """Whether it is known to lie in a storage."""
        return self.automat_id is not None or self.manual_storage_id is not None


class KeyRingKey(Owned, Base):
    """One key on a ring."""

    __tablename__ = "key_ring_keys"
    __table_args__ = (UniqueConstraint("key_id"),)

    key_ring_id: Mapped[UUID] = mapped_column(ForeignKey("key_rings.id"), index=True)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("keys.id"))


class EntityKey(Owned, Base):
    """One key opens one entity."""

    __tablename__ = "entity_keys"
    __table_args__ = (UniqueConstraint("entity_id", "key_id"),)

    entity_id: Mapped[UUID] = mapped_column(ForeignKey("reservable_entities.id"))
    key_id: Mapped[UUID] = mapped_column(ForeignKey("keys.id"), index=True)


def new_key_code() -> str:
    """Make a key's number: six of A-Z and 0-9 (R38)."""
    return new_letters(6)


def new_letters(count: int) -> str:
    """Draw so many of A-Z and 0-9: one drawing for all, as each asks the system for randomness."""
    drawn, letters = secrets.randbelow(len(CODE_ALPHABET) ** count), ""
    for _ in range(count):
        drawn, at = divmod(drawn, len(CODE_ALPHABET))
        letters += CODE_ALPHABET[at]
    return letters

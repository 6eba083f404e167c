"""Attachments: files on contracts, units, keys and entities (livionkey.md 2.13)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned

SUBJECTS = ("key_contract_id", "organization_unit_id", "key_id", "entity_id")
TO_BE_REMOVED = text("remove_at is not null and removed_at is null")


class AttachmentState(StrEnum):
    """How far an attachment is."""

    AWAITED = "awaited"
    STORED = "stored"
    REFUSED = "refused"
    REMOVED = "removed"


class StoredFile(Owned, Base):
    """Bytes that lie in the file store, once for each organization however often they are used.

    Args:
        digest: SHA-256 of the bytes, in hex.
        size_bytes: How many there are.
        media_type: What they are by their content, whatever somebody called them.
    """

    __tablename__ = "stored_files"
    __table_args__ = (UniqueConstraint("organization_id", "digest"),)

    digest: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    created_at: Mapped[datetime]

    @property
    def path(self) -> str:
        """Where it lies in the file store."""
        return path_of(self.organization_id, self.id)


def path_of(organization_id: UUID, file_id: UUID) -> str:
    """Tell where bytes lie in the file store: under an id, and nothing that anybody chose."""
    return f"{organization_id}/{file_id}"


class Attachment(Owned, Base):
    """A file on exactly one thing; awaited until its bytes have come over its upload link.

    Args:
        name: What people call it; never a part of any path.
        upload_digest: SHA-256 of its upload link's secret; null once it is used.
        upload_expires_at: Until when that link works.
        reason: Why it was REFUSED, in words.
        remove_at: When its bytes are removed; null to keep them as long as its thing (retention).
    """

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint(
            " + ".join(f"(case when {name} is null then 0 else 1 end)" for name in SUBJECTS)
            + " = 1",
            name="attachments_of_one_thing",
        ),
        Index(
            "attachments_to_be_removed",
            "remove_at",
            postgresql_where=TO_BE_REMOVED,
            sqlite_where=TO_BE_REMOVED,
        ),
    )

    key_contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("key_contracts.id"), index=True)
    organization_unit_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organization_units.id"), index=True
    )
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("keys.id"), index=True)
    entity_id: Mapped[UUID | None] = mapped_column(ForeignKey("reservable_entities.id"), index=True)
    name: Mapped[str]
    state: Mapped[AttachmentState] = mapped_column(default=AttachmentState.AWAITED)
    reason: Mapped[str | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    created_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]
    upload_digest: Mapped[str | None] = mapped_column(unique=True)
    upload_expires_at: Mapped[datetime | None]
    remove_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    token_id: Mapped[UUID | None]
    """The token that asked for it; null when the system did."""

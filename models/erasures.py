"""Erasures: the receipts of contacts whose personal data was removed (G27)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, JsonList, Owned


class ErasureCause(StrEnum):
    """Why a contact's data was removed."""

    REQUEST = "request"
    RETENTION = "retention"


class Erasure(Owned, Base):
    """The receipt of one: what was removed, what is kept, and why it may be.

    Args:
        removed: What was removed, in words without the data itself.
        kept: What is kept, until when and on which ground.
    """

    __tablename__ = "erasures"

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"), index=True)
    cause: Mapped[ErasureCause]
    at: Mapped[datetime]
    removed: Mapped[JsonList]
    kept: Mapped[JsonList]
    token_id: Mapped[UUID | None]

"""Signature stations: tablets at a desk on which contacts sign (livionkey.md 2.15)."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned

SILENCE = timedelta(seconds=45)
"""A station that was not heard of for so long counts as offline; it speaks every 15 seconds."""


class SignatureStation(Owned, Base):
    """A place to sign, bound to a unit; a display is paired with it by a code.

    Args:
        pairing_digest: Keyed hash of the code that pairs a display; null when none is being paired.
        token_id: The token of the paired display; null when none is.
        last_seen_at: When its display was last heard of.
    """

    __tablename__ = "signature_stations"

    organization_unit_id: Mapped[UUID] = mapped_column(
        ForeignKey("organization_units.id"), index=True
    )
    name: Mapped[str]
    pairing_digest: Mapped[str | None] = mapped_column(unique=True)
    pairing_expires_at: Mapped[datetime | None]
    token_id: Mapped[UUID | None] = mapped_column(ForeignKey("tokens.id"), unique=True)
    paired_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

    def is_online(self, now: datetime) -> bool:
        """Tell whether a display is paired and was heard of lately."""
        return is_online(self.token_id, self.last_seen_at, now)


def is_online(token_id: UUID | None, last_seen_at: datetime | None, now: datetime) -> bool:
    """Tell the same of a plain row."""
    return token_id is not None and last_seen_at is not None and now - last_seen_at < SILENCE

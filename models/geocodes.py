"""What geocoding services answered, kept for a while, and whose turn it is to ask a public one."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json


class GeocodeOutcome(StrEnum):
    """What a service said about an address."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"


class Geocode(Base):
    """One answer of a geocoding service: whose it is, on what terms, and until when it is kept.

    It belongs to no organization: the same address has the same place for everybody. The address
    that was asked is kept as a hash only.
    """

    __tablename__ = "geocodes"
    __table_args__ = (
        UniqueConstraint("key", name="one_geocode_for_each_question"),
        Index("geocodes_kept_until_index", "kept_until"),
    )

    key: Mapped[str] = mapped_column(String(64))
    provider: Mapped[str] = mapped_column(String(32))
    country_code: Mapped[str] = mapped_column(String(2))
    outcome: Mapped[GeocodeOutcome]
    answer: Mapped[Json | None]
    message: Mapped[str | None] = mapped_column(Text)
    licence: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    kept_until: Mapped[datetime]


class GeocoderTurn(Base):
    """When a public service may be asked next, by any process that uses this database."""

    __tablename__ = "geocoder_turns"
    __table_args__ = (UniqueConstraint("service", name="one_turn_for_each_service"),)

    service: Mapped[str] = mapped_column(String(255))
    next_at: Mapped[datetime]

    def take(self, now: datetime, *, interval: timedelta, patience: timedelta) -> datetime | None:
        """Reserve the next free moment; none when it lies further ahead than the patience goes."""
        moment = max(now, self.next_at)
        if moment - now > patience:
            return None
        self.next_at = moment + interval
        return moment

"""How automats are known on the link: their credentials, and what was heard by each of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, Owned
from models.made import Made

UNUSED_LASTS = timedelta(days=30)
"""So long credentials wait for their first use: who has found them later gets nowhere."""
WORKING = text("revoked_at is null and activated_at is not null")
WAITING = text("revoked_at is null and activated_at is null")


class LinkState(StrEnum):
    """How far an automat is with its credentials."""

    NONE = "none"
    WAITING = "waiting"
    ACTIVE = "active"


class AutomatLink(Owned, Made, Base):
    """One set of credentials of an automat. Its id is the name that it signs in with.

    The id stands in the certificate (its common name) and in every topic, so what is revoked is
    neither told anything nor believed any more, whatever a broker does. An automat works with one
    of them at most, and may have one more that waits for its first sign of life; then the former
    one is revoked. Reports are numbered by each link from 1.

    Args:
        serial: The serial number of its certificate, in hex.
        expires_at: Until when the certificate is good.
        codes_key: 256 bits, encrypted at rest: what is sent to the automat is sealed with it.
        activated_at: When it was heard of first; null while it waits.
        revoked_at: When it was taken back; null while it is good.
        connected: What the automat said last of its connection, or its last will.
        heard_up_to: All reports up to this number have been applied, or given up.
        last_number: The highest number that it is known to have reached.
        oldest_number: The oldest report that it still keeps, as far as it has said.
        replay_asked_at: When missing reports were asked for last; null while none are missing.
        applied_revision: Which revision of its codes it said last that it knows; null for none.
        applied_number: The number of the last report when it said that: what is older is old news.
            -1 while it has said nothing of its codes, 0 when it had not reported anything.
        clock_ahead: How far its clock is ahead of ours.
        clock_set: How often it had set its clock when that was measured.
        state_told_at: The latest moment of ours that it knew when it said last how it is.
        state_at: When it said last how it is, by its clock: what is older was said before.
        firmware: What runs on it.
        health: What it said last of its power, battery and network.
    """

    __tablename__ = "automat_links"
    __table_args__ = (
        UniqueConstraint("serial"),
        Index(
            "one_working_link_for_each_automat",
            "automat_id",
            unique=True,
            postgresql_where=WORKING,
            sqlite_where=WORKING,
        ),
        Index(
            "one_waiting_link_for_each_automat",
            "automat_id",
            unique=True,
            postgresql_where=WAITING,
            sqlite_where=WAITING,
        ),
    )

    automat_id: Mapped[UUID] = mapped_column(ForeignKey("automats.id"), index=True)
    serial: Mapped[str]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    codes_key: Mapped[str]
    connected: Mapped[bool] = mapped_column(default=False)
    heard_up_to: Mapped[int] = mapped_column(default=0)
    last_number: Mapped[int] = mapped_column(default=0)
    oldest_number: Mapped[int] = mapped_column(default=1)
    replay_asked_at: Mapped[datetime | None]
    applied_revision: Mapped[int | None]
    applied_number: Mapped[int] = mapped_column(default=-1)
    clock_ahead: Mapped[timedelta | None]
    clock_set: Mapped[int] = mapped_column(default=0)
    state_told_at: Mapped[datetime | None]
    state_at: Mapped[datetime | None]

    def has_lapsed(self, now: datetime) -> bool:
        """Tell whether they have waited too long for their first use, by our clock."""
        return self.activated_at is None and now >= self.issued_at + UNUSED_LASTS

    firmware: Mapped[str | None]
    health: Mapped[Json | None]


def state_of(good: Iterable[AutomatLink]) -> LinkState:
    """Tell how far an automat is, by those of its credentials that were not taken back."""
    heard_of = [link.activated_at is not None for link in good]
    if not heard_of:
        return LinkState.NONE
    return LinkState.ACTIVE if any(heard_of) else LinkState.WAITING


class LinkAuthority(Base):
    """The certificate authority of this installation's automats: one row, made once.

    Args:
        place: Always 1, so that there is one.
        certificate: Its certificate, PEM.
        private_key: Its key, encrypted at rest.
        revocations: Counts the lists of revoked certificates.
    """

    __tablename__ = "link_authorities"
    __table_args__ = (
        UniqueConstraint("place"),
        CheckConstraint("place = 1", name="link_authorities_there_is_one"),
    )

    place: Mapped[int] = mapped_column(default=1)
    certificate: Mapped[str]
    private_key: Mapped[str]
    revocations: Mapped[int] = mapped_column(default=0)

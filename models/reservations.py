"""Reservations: an entity promised to contacts for a stretch of time (livionkey.md 2.5)."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, JsonList, Owned
from models.errors import ErrorCode, StartsInPast
from models.times import Window

GRACE = timedelta(minutes=15)
"""How long ago a new start may lie, for a handover at a desk (G38)."""


WAITING = text("status = 'unfulfilled'")


class ReservationStatus(StrEnum):
    """Where a reservation stands, see `models.lifecycles`."""

    CONFIRMED = "confirmed"
    ACTIVE = "active"
    ENDED = "ended"
    CANCELLED = "cancelled"
    UNFULFILLED = "unfulfilled"


class Change(StrEnum):
    """What a push changed of a reservation."""

    ENTITY = "entity"
    STARTS_AT = "starts_at"
    ENDS_AT = "ends_at"
    TIME_ZONE = "time_zone"
    CONTACTS = "contacts"
    AUTOMAT = "automat"
    DEVICE_GROUP = "device_group"
    KEYS = "keys"
    STATUS = "status"


class UpsertOutcome(StrEnum):
    """What a push did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class ErrorPolicy(StrEnum):
    """What a refused row means for the others that were pushed with it."""

    REJECT_ALL = "reject_all"
    KEEP_GOOD = "keep_good"


class RowOutcome(StrEnum):
    """What became of one of many rows that were pushed together."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    NOT_DONE = "not_done"


class Reservation(Owned, Base):
    """What a partner pushed: `source` and `external_id` always mean the same reservation (G1).

    The timers write down what the clock does to `status`; `status_at` tells it to the moment.
    """

    __tablename__ = "reservations"
    __table_args__ = (
        UniqueConstraint("organization_id", "source", "external_id"),
        Index(
            "waiting_reservations",
            *("organization_id", "starts_at"),
            postgresql_where=WAITING,
            sqlite_where=WAITING,
        ),
    )

    source: Mapped[str]
    external_id: Mapped[str]
    entity_id: Mapped[UUID] = mapped_column(ForeignKey("reservable_entities.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    time_zone: Mapped[str | None]
    """The zone in which it was pushed by the clock on the wall; its unit's when null."""
    status: Mapped[ReservationStatus] = mapped_column(default=ReservationStatus.CONFIRMED)
    unfulfilled_reason: Mapped[ErrorCode | None]
    unfulfilled_message: Mapped[str | None]
    unfulfilled_free_from: Mapped[datetime | None]
    """From when on a locker would be free for as long, where that was what is missing."""

    wanted_automat_id: Mapped[UUID | None] = mapped_column(ForeignKey("automats.id"))
    wanted_device_group_id: Mapped[UUID | None] = mapped_column(ForeignKey("device_groups.id"))
    wanted_key_ids: Mapped[JsonList] = mapped_column(default=list)

    @property
    def wanted_keys(self) -> list[UUID]:
        """The certain keys that were asked for."""
        return [UUID(id) for id in self.wanted_key_ids]

    @property
    def window(self) -> Window:
        """The time that was reserved."""
        return Window(self.starts_at, self.ends_at)

    def confirm(self, now: datetime) -> None:
        """Keep that everything it needs was found."""
        has_begun = self.starts_at <= now
        self.status = ReservationStatus.ACTIVE if has_begun else ReservationStatus.CONFIRMED
        self._need_nothing()

    def wait(self, reason: ErrorCode, message: str, free_from: datetime | None = None) -> None:
        """Keep that something is missing; it is tried again when something changes."""
        self.status = ReservationStatus.UNFULFILLED
        self.unfulfilled_reason, self.unfulfilled_message = reason, message
        self.unfulfilled_free_from = free_from

    def cancel(self) -> None:
        """Give it up."""
        self.status = ReservationStatus.CANCELLED
        self._need_nothing()

    def _need_nothing(self) -> None:
        self.unfulfilled_reason = self.unfulfilled_message = self.unfulfilled_free_from = None


class ReservationContact(Owned, Base):
    """One contact of a reservation; the first is the main one (G28)."""

    __tablename__ = "reservation_contacts"
    __table_args__ = (UniqueConstraint("reservation_id", "place"),)

    reservation_id: Mapped[UUID] = mapped_column(ForeignKey("reservations.id"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"), index=True)
    place: Mapped[int]


MOVING = {ReservationStatus.CONFIRMED, ReservationStatus.ACTIVE}
"""What the clock and the keys decide; the other statuses stay until somebody changes them."""


def status_at(reservation: Reservation, now: datetime, *, key_is_out: bool) -> ReservationStatus:
    """Tell a reservation's status at a moment: ENDED only when all is back; also for plain rows."""
    if reservation.status not in MOVING:
        return reservation.status
    if reservation.ends_at is not None and reservation.ends_at <= now and not key_is_out:
        return ReservationStatus.ENDED
    return ReservationStatus.ACTIVE if reservation.starts_at <= now else ReservationStatus.CONFIRMED


def check_start(starts_at: datetime, now: datetime) -> None:
    """Refuse a new start that lies too far back.

    Raises:
        StartsInPast: It is more than 15 minutes ago.
    """
    if starts_at < now - GRACE:
        raise StartsInPast(
            f"It would start at {starts_at.isoformat()}, more than 15 minutes before now "
            f"({now.isoformat()}).",
            path=("starts_at",),
        )

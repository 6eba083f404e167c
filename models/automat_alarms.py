"""Alarms of automats: raised once, over when their cause is, and acknowledged by people (2.25)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned

ON = text("ended_at is null")
WHOLE_AUTOMAT = -1
"""In `locker_index`: the alarm is not about a locker."""


class AlarmKind(StrEnum):
    """What is wrong. The first six are Livion's own."""

    DEVICE_ERROR = "device_error"
    DEVICE_POWER_DISCONNECTED = "device_power_disconnected"
    DEVICE_LOW_POWER = "device_low_power"
    DEVICE_MOVED = "device_moved"
    DEVICE_DISCONNECTED = "device_disconnected"
    DEVICE_WIFI_OFFLINE = "device_wifi_offline"
    WRONG_CODES = "wrong_codes"
    DOOR_LEFT_OPEN = "door_left_open"
    DOOR_FORCED = "door_forced"
    WRONG_KEY = "wrong_key"
    CLOCK_WRONG = "clock_wrong"
    REPORTS_LOST = "reports_lost"
    RESTORED_FROM_BACKUP = "restored_from_backup"
    CODES_NOT_CONFIRMED = "codes_not_confirmed"
    CREDENTIALS_EXPIRE = "credentials_expire"


class AlarmState(StrEnum):
    """Whether the cause of an alarm is still there."""

    ACTIVATED = "activated"
    DEACTIVATED = "deactivated"


class AutomatAlarm(Owned, Base):
    """One alarm: from when to when, and whether somebody has seen it.

    Args:
        locker_index: At which locker; `WHOLE_AUTOMAT` for none.
        started_at: Since when, by our clock.
        ended_at: When its cause was gone; null while it is there.
        until: When it ends by itself; null for one that has to be ended.
        acknowledged_at: When somebody said that they know; null while nobody has.
        acknowledged_by: With which token.
        details: What is known of it, in a sentence; never a code.
    """

    __tablename__ = "automat_alarms"
    __table_args__ = (
        Index(
            "each_alarm_is_on_once",
            *("automat_id", "kind", "locker_index"),
            unique=True,
            postgresql_where=ON,
            sqlite_where=ON,
        ),
        Index("alarms_of_automats", "automat_id", "id"),
    )

    automat_id: Mapped[UUID] = mapped_column(ForeignKey("automats.id"))
    locker_index: Mapped[int] = mapped_column(default=WHOLE_AUTOMAT)
    kind: Mapped[AlarmKind]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    until: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
    details: Mapped[str | None]

    @property
    def state(self) -> AlarmState:
        """Whether its cause is still there."""
        return AlarmState.ACTIVATED if self.ended_at is None else AlarmState.DEACTIVATED

"""Automats, their lockers, and the legacy groups of automats (livionkey.md 2.10, 2.11, 2.21)."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.addressed import Placed
from models.base import Base, Json, Owned
from models.cabinets import AutomatModel
from models.dialects.nearest_index import NEAREST_INDEX
from models.events import OPTIONAL
from models.places import Coordinates
from models.settings import SaysSettings

__all__ = [
    "HEARTBEAT_TOLERANCE",
    "Automat",
    "AutomatModel",
    "AutomatState",
    "DeviceGroup",
    "DeviceGroupAutomat",
    "Locker",
    "LockerState",
    "is_online",
]

HEARTBEAT_TOLERANCE = timedelta(seconds=90)
"""How long after its last sign of life an automat is still shown as online."""


class AutomatState(StrEnum):
    """Whether people may be sent there."""

    IN_SERVICE = "in_service"
    OUT_OF_SERVICE = "out_of_service"
    UNINSTALLED = "uninstalled"


class LockerState(StrEnum):
    """What the cabinet says of a locker."""

    EMPTY = "empty"
    WITH_KEY = "with_key"
    DOOR_OPEN = "door_open"
    OUT_OF_ORDER = "out_of_order"


class Automat(Placed, Owned, Base):
    """A cabinet that opens one locker for a right code."""

    __tablename__ = "automats"
    __table_args__ = (
        UniqueConstraint("organization_id", "device_id"),
        NEAREST_INDEX,
    )

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organization_units.id"), index=True)
    device_id: Mapped[str]
    name: Mapped[str]
    model: Mapped[AutomatModel]
    state: Mapped[AutomatState] = mapped_column(default=AutomatState.IN_SERVICE)
    time_zone: Mapped[str]
    installed_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    usable_lockers: Mapped[int]
    """Bit i is set when the locker with the index i is there and not out of order."""
    code_revision: Mapped[int] = mapped_column(default=0)
    """How often the codes that it should know have changed, see `AutomatCode`."""
    hardware_id: Mapped[str | None]
    """The id of the cabinet itself, which may be replaced."""
    installation_pin: Mapped[str | None]
    """The installation PIN, signed; with it a new cabinet fetches its credentials, once."""
    installation_pin_until: Mapped[datetime | None]
    installation_pin_maker_id: Mapped[UUID | None]
    """Which person, token or service account made it; null for a command."""
    reported_position: Mapped[Coordinates | None]
    """Where it says that it stands, where it can tell that."""
    opening_hours: Mapped[Json | None] = mapped_column(OPTIONAL)
    """When people get to it, as `models.opening_hours` reads it; null while that is unknown."""
    access_instructions: Mapped[str | None]
    """How people get to it, in at most 500 characters; null when nobody has said it."""


def is_online(last_seen_at: datetime | None, now: datetime) -> bool:
    """Tell whether an automat has given a sign of life lately."""
    return last_seen_at is not None and now - last_seen_at <= HEARTBEAT_TOLERANCE


class Locker(Owned, Base):
    """One door of an automat."""

    __tablename__ = "lockers"
    __table_args__ = (
        UniqueConstraint("automat_id", "index"),
        CheckConstraint('"index" between 0 and 29', name="lockers_index_in_range"),
    )

    automat_id: Mapped[UUID] = mapped_column(ForeignKey("automats.id"))
    index: Mapped[int]
    state: Mapped[LockerState] = mapped_column(default=LockerState.EMPTY)


class DeviceGroup(SaysSettings, Owned, Base):
    """The legacy way to say which automats serve which entities; its settings come first (G2)."""

    __tablename__ = "device_groups"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    name: Mapped[str]
    free_locker_limit: Mapped[int | None]
    settings_version: Mapped[int] = mapped_column(default=0)
    """How often what it says of settings has changed, see `models.settings_versions`."""


class DeviceGroupAutomat(Owned, Base):
    """One automat in one group."""

    __tablename__ = "device_group_automats"
    __table_args__ = (UniqueConstraint("device_group_id", "automat_id"),)

    device_group_id: Mapped[UUID] = mapped_column(ForeignKey("device_groups.id"))
    automat_id: Mapped[UUID] = mapped_column(ForeignKey("automats.id"), index=True)

"""What units and device groups have said of settings, version by version."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, Owned


class SettingsVersion(Owned, Base):
    """What a unit or a device group said from one moment on.

    Version 0 is never written: nothing had been said before the first.
    """

    __tablename__ = "settings_versions"
    __table_args__ = (
        UniqueConstraint("unit_id", "version"),
        UniqueConstraint("device_group_id", "version"),
        CheckConstraint(
            "(unit_id is null) <> (device_group_id is null)", name="settings_versions_are_of_one"
        ),
    )

    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization_units.id"))
    device_group_id: Mapped[UUID | None] = mapped_column(ForeignKey("device_groups.id"))
    version: Mapped[int]
    """Counted from 1 for each unit and group."""
    said: Mapped[Json]
    """Everything that it says, by the names of its columns; what is not there is inherited."""
    changed_at: Mapped[datetime]
    token_id: Mapped[UUID | None]
    """The token by which it was changed; null when the system did it."""

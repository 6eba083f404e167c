"""What units and device groups have said of settings, version by version."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, Owned
from models.cabinets import AutomatModel
from models.places import PlacementPrecision
from models.selections import SelectionMode
from models.settings import DURATION_NAMES, SETTING_NAMES, SaysSettings, Setting

KINDS: dict[str, type[PlacementPrecision | SelectionMode]] = {
    Setting.LEAST_PRECISION: PlacementPrecision,
    Setting.SELECTION_MODE: SelectionMode,
}
KINDS_OF_LISTS: dict[str, type[AutomatModel | UUID]] = {
    Setting.EXCLUDED_MODELS: AutomatModel,
    Setting.EXCLUDED_AUTOMATS: UUID,
}


class SettingsVersion(Owned, Base):
    """What a unit or a device group said from one moment on.

    A version 0 is there only for those that said something before versions were kept.
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
    """What `said_of` makes of it."""
    changed_at: Mapped[datetime | None]
    """Null for version 0, as nobody knows since when it holds."""
    token_id: Mapped[UUID | None]
    """The token by which it was changed; null when somebody did it without one."""


def said_of(says: SaysSettings) -> Json:
    """Write what is said by the names of its columns; what is inherited is left out."""
    values = {name: getattr(says, name) for name in SETTING_NAMES}
    return {name: _written(value) for name, value in values.items() if value is not None}


def _written(value: Any) -> Any:
    match value:
        case timedelta():
            return int(value.total_seconds())
        case tuple():
            return [str(one) for one in value]
        case str():
            return str(value)
    return value


def says(said: Json) -> SaysSettings:
    """Read what `said_of` wrote; what was not said is None."""
    values = {name: _read(name, said.get(name)) for name in SETTING_NAMES}
    return cast("SaysSettings", SimpleNamespace(**values))


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in DURATION_NAMES:
        return timedelta(seconds=value)
    if name in KINDS:
        return KINDS[name](value)
    if name in KINDS_OF_LISTS:
        return tuple(KINDS_OF_LISTS[name](one) for one in value)
    return value

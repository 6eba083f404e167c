"""What holds in a place, setting by setting, with who says it."""

from collections.abc import Collection
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry

from geo.areas import area
from models.accounts import Permission
from models.automats import DeviceGroup as GroupRow
from models.organizations import OrganizationUnit as UnitRow
from models.settings import days
from resolvers.settings import Line, Pair, Told
from schema.nodes import object_of
from schema.organizations.setting_enums import Setting
from schema.permissions import guarded_by

if TYPE_CHECKING:  # units and groups refer to settings, and settings to who says them
    from schema.automats.automats import DeviceGroup
    from schema.organizations.organizations import OrganizationUnit


@guarded_by(Permission.VIEW_ORGANIZATION)
@strawberry.type(
    description="What holds of one setting and who says it; what nobody says is built in."
)
class EffectiveSetting:
    setting: Setting = strawberry.field(description="Which setting.")
    value: str | None = strawberry.field(
        description="What holds, as people read it; null where there is no limit and no area."
    )
    organization_unit: (
        Annotated["OrganizationUnit", strawberry.lazy("schema.organizations.organizations")] | None
    ) = strawberry.field(
        description="The unit that says it; null when none does, or one above those you reach."
    )
    device_group: Annotated["DeviceGroup", strawberry.lazy("schema.automats.automats")] | None = (
        strawberry.field(description="The device group that says it; null when none does.")
    )

    @classmethod
    def of(cls, told: Told) -> Self:
        return cls(
            setting=told.setting,
            value=for_people(told.setting, told.value),
            organization_unit=None if told.unit is None else object_of(UnitRow, told.unit),
            device_group=None if told.group is None else object_of(GroupRow, told.group),
        )

    def hide_beyond(self, reached: Collection[UUID]) -> None:
        """Leave out who says it where that is a unit above those that somebody reaches."""
        unit = self.organization_unit
        if unit is not None and unit.unit_id not in reached:
            self.organization_unit = None


def for_people(setting: Setting, value: Any) -> str | None:
    """Write what holds the way people read it."""
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case timedelta():
            return days(value)
        case Enum():
            return value.name.replace("_", " ").lower()
        case tuple():
            return _several(setting, value)
    return _one(setting, value)


def _several(setting: Setting, values: tuple[Any, ...]) -> str:
    if setting is Setting.EXCLUDED_AUTOMATS and values:
        return f"{len(values)} automat" if len(values) == 1 else f"{len(values)} automats"
    return ", ".join(value.name for value in values) or "none"


def _one(setting: Setting, value: Any) -> str:
    if setting.endswith("_metres"):
        return f"{value:.15g} m"
    if setting.endswith("_area"):
        return f"an area with {area(value).corners} corners"
    return str(value)


async def told(pairs: list[Pair], context: Any) -> list[list[EffectiveSetting]]:
    """Show what holds for each of several units and device groups, and who says it."""
    lines: list[Line] = await context.loaders.settings.load_many(pairs)
    reached = context.actor.units
    shown = [[EffectiveSetting.of(one) for one in line.told()] for line in lines]
    if reached is not None:
        for setting in (one for settings in shown for one in settings):
            setting.hide_beyond(reached)
    return shown

"""What units and device groups may say of settings: single values, and how they fit each other."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import select

from models.automats import Automat, AutomatModel, DeviceGroup
from models.dialects.among import among
from models.errors import InvalidInput, NotFound
from models.organizations import OrganizationUnit
from models.places import PlacementPrecision
from models.selections import SelectionMode
from models.settings import SETTING_NAMES, Setting, UnitSettings, names_said
from resolvers.setting_values import check_values, input_name, kept
from resolvers.settings import Line, upwards
from resolvers.work import Work


class SettingChanges(TypedDict, total=False):
    """What may be said of settings; one that is None is inherited again."""

    time_zone: str | None
    language: str | None
    country_code: str | None
    least_precision: PlacementPrecision | None
    largest_distance_metres: float | None
    silence_tolerance: timedelta | None
    uses_automats: bool | None
    one_device_group: bool | None
    pin_length: int | None
    default_duration: timedelta | None
    default_sync_time: timedelta | None
    fetch_duration: timedelta | None
    fetch_sync_time: timedelta | None
    return_duration: timedelta | None
    return_sync_time: timedelta | None
    overdue_delay: timedelta | None
    start_reminder_time: timedelta | None
    end_reminder_time: timedelta | None
    access_schedules: bool | None
    strong_authentication: bool | None
    contact_retention: timedelta | None
    attachment_retention: timedelta | None
    event_retention: timedelta | None
    selection_mode: SelectionMode | None
    spreading_metres: float | None
    offline_automats: bool | None
    excluded_models: tuple[AutomatModel, ...] | None
    excluded_automats: tuple[UUID | None, ...] | None
    served_area: str | None
    excluded_area: str | None
    preferred_area: str | None
    return_elsewhere: bool | None
    return_elsewhere_metres: float | None
    failover_extra_metres: float | None
    walking_distance: bool | None


async def prepare(work: Work, changes: Mapping[str, Any]) -> Any:
    """Check what is going to be said, and let nobody else say anything until this has its end.

    Two changes that fit by themselves may not fit each other, so they come one after the other.
    Given back is what is kept of them: areas in their canonical form, lists without repetitions.

    Raises:
        InvalidInput: A value makes no sense.
        NotFound: There is no such automat to exclude.
    """
    if not _are_in(changes):
        return changes
    check_values(changes)
    await _check_automats(work, changes.get(Setting.EXCLUDED_AUTOMATS) or ())
    await work.locked(OrganizationUnit, [work.actor.organization_id])
    return {name: kept(name, value) for name, value in changes.items()}


async def _check_automats(work: Work, ids: Sequence[UUID | None]) -> None:
    wanted = set(ids)
    found = await work.scalars(
        select(Automat.id).where(
            Automat.organization_id == work.actor.organization_id,
            among(Automat.id, wanted - {None}),
        )
    )
    if wanted - set(found):
        raise NotFound(
            "Your organization has no such automat to exclude; look its id up again.",
            path=("settings", input_name(Setting.EXCLUDED_AUTOMATS)),
        )


async def check_unit(work: Work, unit: OrganizationUnit, changes: Mapping[str, Any]) -> None:
    """Check that what holds for a unit, and for all below it, still fits after it was changed.

    Raises:
        InvalidInput: Somewhere it does not; the message names the unit, and the device group.
    """
    if _are_in(changes):
        await check_place(work, unit)


async def check_place(work: Work, unit: OrganizationUnit) -> None:
    """Check that what holds for a unit, and for all below it, fits where it stands now.

    Raises:
        InvalidInput: Somewhere it does not; the message names the unit, and the device group.
    """
    found = await work.all(work.own(DeviceGroup).order_by(DeviceGroup.id))
    groups = [group for group in found if names_said(group)]
    concerned = [units for units in await _all_lines(work) if unit in units]
    _check(groups=[None, *groups], lines=concerned)
    work.known_settings.clear()


async def check_group(work: Work, group: DeviceGroup, changes: Mapping[str, Any]) -> None:
    """Check that what a device group says fits every unit after it was changed.

    Raises:
        InvalidInput: Somewhere it does not; the message names the unit and the device group.
    """
    if not _are_in(changes):
        return
    _check(groups=[group], lines=await _all_lines(work))
    work.known_settings.clear()


def _are_in(changes: Mapping[str, Any]) -> bool:
    return any(name in changes for name in SETTING_NAMES)


async def _all_lines(work: Work) -> list[list[OrganizationUnit]]:
    """List every unit with those above it; one that says nothing is just like the one above."""
    found = await work.all(work.own(OrganizationUnit).order_by(OrganizationUnit.id))
    units = {unit.id: unit for unit in found}
    return [
        upwards(units, unit.id)
        for unit in units.values()
        if unit.parent_id is None or names_said(unit)
    ]


def _check(
    *, groups: Sequence[DeviceGroup | None], lines: Iterable[Sequence[OrganizationUnit]]
) -> None:
    for units in lines:
        for group in groups:
            try:
                UnitSettings.effective(Line(group, units).nearest_first()).check()
            except InvalidInput as refusal:
                raise _misfit(units[0], group, refusal) from refusal


def _misfit(
    unit: OrganizationUnit, group: DeviceGroup | None, refusal: InvalidInput
) -> InvalidInput:
    where = f"the unit {unit.name}"
    if group is not None:
        where += f" with the device group {group.name}"
    return InvalidInput(f"It would not fit in {where}: {refusal.message}", path=refusal.path)

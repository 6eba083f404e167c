"""What units and device groups may say of settings: single values, and how they fit each other."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypedDict

from models.automats import DeviceGroup
from models.errors import InvalidInput
from models.organizations import OrganizationUnit
from models.places import PlacementPrecision
from models.settings import (
    DURATION_NAMES,
    LONGEST_PIN,
    LONGEST_TIME,
    SETTING_NAMES,
    SHORTEST_PIN,
    SaysSettings,
    Setting,
)
from models.times import time_zone
from resolvers.settings import Line, upwards
from resolvers.work import Work

NEVER_ZERO = {Setting.FETCH_DURATION, Setting.RETURN_DURATION}
"""A locker that is held for no time has a PIN that opens nothing."""


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


async def prepare(work: Work, changes: Mapping[str, Any]) -> None:
    """Check what is going to be said, and let nobody else say anything until this has its end.

    Two changes that fit by themselves may not fit each other, so they come one after the other.

    Raises:
        InvalidInput: A value makes no sense.
    """
    if not _are_in(changes):
        return
    check_values(changes)
    await work.locked(OrganizationUnit, [work.actor.organization_id])


async def check_unit(work: Work, unit: OrganizationUnit, changes: Mapping[str, Any]) -> None:
    """Check that what holds for a unit, and for all below it, still fits after it was changed.

    Raises:
        InvalidInput: Somewhere it does not; the message names the unit, and the device group.
    """
    if not _are_in(changes):
        return
    found = await work.all(work.own(DeviceGroup).order_by(DeviceGroup.id))
    groups = [group for group in found if _says_any(group)]
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
        if unit.parent_id is None or _says_any(unit)
    ]


def _says_any(says: SaysSettings) -> bool:
    return any(getattr(says, name) is not None for name in SETTING_NAMES)


def _check(
    *, groups: Sequence[DeviceGroup | None], lines: Iterable[Sequence[OrganizationUnit]]
) -> None:
    for units in lines:
        for group in groups:
            try:
                Line(group, units).effective().check()
            except InvalidInput as refusal:
                raise _misfit(units[0], group, refusal) from refusal


def _misfit(
    unit: OrganizationUnit, group: DeviceGroup | None, refusal: InvalidInput
) -> InvalidInput:
    where = f"the unit {unit.name}"
    if group is not None:
        where += f" with the device group {group.name}"
    return InvalidInput(f"It would not fit in {where}: {refusal.message}", path=refusal.path)


def check_values(changes: Mapping[str, Any]) -> None:
    """Refuse values that make no sense, whatever else is said.

    Raises:
        InvalidInput: With the fact and the way out.
    """
    for name in SETTING_NAMES:
        value = changes.get(name)
        problem = None if value is None else _problem(name, value)
        if problem is not None:
            raise InvalidInput(problem, path=("settings", input_name(name)))


def input_name(name: str) -> str:
    """Give the name by which a setting is written in an input: durations are in seconds."""
    return f"{name.removesuffix('_time')}_seconds" if name in DURATION_NAMES else name


def _problem(name: str, value: Any) -> str | None:
    if name in DURATION_NAMES:
        return _problem_of_duration(name, value)
    match name:
        case Setting.TIME_ZONE:
            time_zone(value, path=("settings", name))
        case Setting.COUNTRY_CODE if not re.fullmatch("[A-Z]{2}", value):
            return f"A country code has two capital letters, such as FI; {value!r} has not."
        case Setting.LANGUAGE if not re.fullmatch("[a-z]{2,3}", value):
            return f"A language has two or three small letters, such as fi; {value!r} has not."
        case Setting.LARGEST_DISTANCE_METRES if not 0 < value < math.inf:
            return f"The largest distance must be more than 0 metres, not {value:g}."
        case Setting.PIN_LENGTH if not SHORTEST_PIN <= value <= LONGEST_PIN:
            return f"A PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits, not {value}."
    return None


def _problem_of_duration(name: str, value: timedelta) -> str | None:
    least = timedelta(seconds=1) if name in NEVER_ZERO else timedelta(0)
    if least <= value <= LONGEST_TIME:
        return None
    bounds = f"from {least.total_seconds():.0f} to {LONGEST_TIME.total_seconds():.0f} seconds"
    given = f"{value.total_seconds():.0f}"
    return f"The {name.replace('_', ' ')} must be {bounds}, not {given}."

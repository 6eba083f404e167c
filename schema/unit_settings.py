"""What units and device groups decide for themselves and all below them."""

from datetime import timedelta
from typing import Any, Self

import strawberry

import models.settings as models
from models.settings import DURATION_NAMES, SETTING_NAMES
from resolvers.setting_changes import input_name
from schema.enums import SETTING_MEANINGS, PlacementPrecision, Setting
from schema.inputs import changes, given


def meaning(setting: Setting) -> str:
    """Describe a setting's field: what it means, and that durations are in seconds."""
    text = SETTING_MEANINGS[setting]
    return f"{text.removesuffix('.')}; in seconds." if setting in DURATION_NAMES else text


def shown(setting: Setting) -> Any:
    """Make a field that shows a setting."""
    return strawberry.field(description=meaning(setting))


def written(setting: Setting) -> Any:
    """Make a field by which a setting is written."""
    return strawberry.field(default=strawberry.UNSET, description=meaning(setting))


def values_of(settings: Any) -> dict[str, Any]:
    """Collect all settings under the names of their fields, durations in seconds."""
    values = {name: getattr(settings, name) for name in SETTING_NAMES}
    return {
        input_name(name): int(value.total_seconds()) if isinstance(value, timedelta) else value
        for name, value in values.items()
    }


@strawberry.type(description="What holds for a unit: its own settings, else those above it.")
class UnitSettings:
    time_zone: str = shown(Setting.TIME_ZONE)
    language: str = shown(Setting.LANGUAGE)
    country_code: str = shown(Setting.COUNTRY_CODE)
    least_precision: PlacementPrecision = shown(Setting.LEAST_PRECISION)
    largest_distance_metres: float | None = shown(Setting.LARGEST_DISTANCE_METRES)
    silence_tolerance_seconds: int = shown(Setting.SILENCE_TOLERANCE)
    uses_automats: bool = shown(Setting.USES_AUTOMATS)
    one_device_group: bool = shown(Setting.ONE_DEVICE_GROUP)
    pin_length: int = shown(Setting.PIN_LENGTH)
    default_duration_seconds: int = shown(Setting.DEFAULT_DURATION)
    default_sync_seconds: int = shown(Setting.DEFAULT_SYNC_TIME)
    fetch_duration_seconds: int = shown(Setting.FETCH_DURATION)
    fetch_sync_seconds: int = shown(Setting.FETCH_SYNC_TIME)
    return_duration_seconds: int = shown(Setting.RETURN_DURATION)
    return_sync_seconds: int = shown(Setting.RETURN_SYNC_TIME)
    overdue_delay_seconds: int = shown(Setting.OVERDUE_DELAY)
    start_reminder_seconds: int = shown(Setting.START_REMINDER_TIME)
    end_reminder_seconds: int = shown(Setting.END_REMINDER_TIME)
    access_schedules: bool = shown(Setting.ACCESS_SCHEDULES)
    strong_authentication: bool = shown(Setting.STRONG_AUTHENTICATION)
    contact_retention_seconds: int = shown(Setting.CONTACT_RETENTION)
    attachment_retention_seconds: int = shown(Setting.ATTACHMENT_RETENTION)

    @classmethod
    def of(cls, settings: models.UnitSettings) -> Self:
        return cls(**values_of(settings))


@strawberry.type(
    description="What a unit or a device group says itself; what is null it takes from above."
)
class OwnSettings:
    time_zone: str | None = shown(Setting.TIME_ZONE)
    language: str | None = shown(Setting.LANGUAGE)
    country_code: str | None = shown(Setting.COUNTRY_CODE)
    least_precision: PlacementPrecision | None = shown(Setting.LEAST_PRECISION)
    largest_distance_metres: float | None = shown(Setting.LARGEST_DISTANCE_METRES)
    silence_tolerance_seconds: int | None = shown(Setting.SILENCE_TOLERANCE)
    uses_automats: bool | None = shown(Setting.USES_AUTOMATS)
    one_device_group: bool | None = shown(Setting.ONE_DEVICE_GROUP)
    pin_length: int | None = shown(Setting.PIN_LENGTH)
    default_duration_seconds: int | None = shown(Setting.DEFAULT_DURATION)
    default_sync_seconds: int | None = shown(Setting.DEFAULT_SYNC_TIME)
    fetch_duration_seconds: int | None = shown(Setting.FETCH_DURATION)
    fetch_sync_seconds: int | None = shown(Setting.FETCH_SYNC_TIME)
    return_duration_seconds: int | None = shown(Setting.RETURN_DURATION)
    return_sync_seconds: int | None = shown(Setting.RETURN_SYNC_TIME)
    overdue_delay_seconds: int | None = shown(Setting.OVERDUE_DELAY)
    start_reminder_seconds: int | None = shown(Setting.START_REMINDER_TIME)
    end_reminder_seconds: int | None = shown(Setting.END_REMINDER_TIME)
    access_schedules: bool | None = shown(Setting.ACCESS_SCHEDULES)
    strong_authentication: bool | None = shown(Setting.STRONG_AUTHENTICATION)
    contact_retention_seconds: int | None = shown(Setting.CONTACT_RETENTION)
    attachment_retention_seconds: int | None = shown(Setting.ATTACHMENT_RETENTION)

    @classmethod
    def of(cls, row: models.SaysSettings) -> Self:
        return cls(**values_of(row))


async def own_settings(things: list[Any], _context: Any) -> list[OwnSettings]:
    """Show what things say that keep their rows: only of those that are asked for."""
    return [OwnSettings.of(thing.row) for thing in things]


@strawberry.input(
    description="Settings of a unit or a device group; null inherits, what is left out stays."
)
class UnitSettingsInput:
    time_zone: str | None = written(Setting.TIME_ZONE)
    language: str | None = written(Setting.LANGUAGE)
    country_code: str | None = written(Setting.COUNTRY_CODE)
    least_precision: PlacementPrecision | None = written(Setting.LEAST_PRECISION)
    largest_distance_metres: float | None = written(Setting.LARGEST_DISTANCE_METRES)
    silence_tolerance_seconds: int | None = written(Setting.SILENCE_TOLERANCE)
    uses_automats: bool | None = written(Setting.USES_AUTOMATS)
    one_device_group: bool | None = written(Setting.ONE_DEVICE_GROUP)
    pin_length: int | None = written(Setting.PIN_LENGTH)
    default_duration_seconds: int | None = written(Setting.DEFAULT_DURATION)
    default_sync_seconds: int | None = written(Setting.DEFAULT_SYNC_TIME)
    fetch_duration_seconds: int | None = written(Setting.FETCH_DURATION)
    fetch_sync_seconds: int | None = written(Setting.FETCH_SYNC_TIME)
    return_duration_seconds: int | None = written(Setting.RETURN_DURATION)
    return_sync_seconds: int | None = written(Setting.RETURN_SYNC_TIME)
    overdue_delay_seconds: int | None = written(Setting.OVERDUE_DELAY)
    start_reminder_seconds: int | None = written(Setting.START_REMINDER_TIME)
    end_reminder_seconds: int | None = written(Setting.END_REMINDER_TIME)
    access_schedules: bool | None = written(Setting.ACCESS_SCHEDULES)
    strong_authentication: bool | None = written(Setting.STRONG_AUTHENTICATION)
    contact_retention_seconds: int | None = written(Setting.CONTACT_RETENTION)
    attachment_retention_seconds: int | None = written(Setting.ATTACHMENT_RETENTION)

    def changes(self) -> dict[str, Any]:
        said: dict[str, Any] = changes(self, *map(input_name, SETTING_NAMES))
        return {
            name: _read(name, said[input_name(name)])
            for name in SETTING_NAMES
            if input_name(name) in said
        }


def settings_in(input: Any) -> Any:
    """Collect the settings that were written in an input, if any."""
    settings = given(input.settings)
    return settings.changes() if settings else {}


def _read(name: str, value: Any) -> Any:
    if value is None or name not in DURATION_NAMES:
        return value
    return timedelta(seconds=value)

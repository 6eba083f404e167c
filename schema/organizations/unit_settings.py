"""What units and device groups decide for themselves and all below them."""

from datetime import timedelta
from typing import Any, Self

import strawberry

import models.settings as models
from models.accounts import Permission
from models.automats import Automat
from models.settings import DURATION_NAMES, SETTING_NAMES
from resolvers.setting_values import input_name
from schema.enums import AutomatModel, PlacementPrecision
from schema.inputs import changes, given
from schema.organizations.setting_enums import SETTING_MEANINGS, SelectionMode, Setting
from schema.permissions import guarded_by
from schema.scalars import GeoJson, from_id, to_id


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
    return {input_name(name): _written(name, value) for name, value in values.items()}


def _written(name: str, value: Any) -> Any:
    match value:
        case timedelta():
            return int(value.total_seconds())
        case tuple() if name == Setting.EXCLUDED_AUTOMATS:
            return [to_id(Automat, id) for id in value]
        case tuple():
            return list(value)
    return value


@guarded_by(Permission.VIEW_ORGANIZATION)
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
    event_retention_seconds: int = shown(Setting.EVENT_RETENTION)
    selection_mode: SelectionMode = shown(Setting.SELECTION_MODE)
    spreading_metres: float = shown(Setting.SPREADING_METRES)
    offline_automats: bool = shown(Setting.OFFLINE_AUTOMATS)
    excluded_models: list[AutomatModel] = shown(Setting.EXCLUDED_MODELS)
    excluded_automat_ids: list[strawberry.ID] = shown(Setting.EXCLUDED_AUTOMATS)
    served_area: GeoJson | None = shown(Setting.SERVED_AREA)
    excluded_area: GeoJson | None = shown(Setting.EXCLUDED_AREA)
    preferred_area: GeoJson | None = shown(Setting.PREFERRED_AREA)
    return_elsewhere: bool = shown(Setting.RETURN_ELSEWHERE)
    return_elsewhere_metres: float | None = shown(Setting.RETURN_ELSEWHERE_METRES)
    failover_extra_metres: float | None = shown(Setting.FAILOVER_EXTRA_METRES)
    walking_distance: bool = shown(Setting.WALKING_DISTANCE)

    @classmethod
    def of(cls, settings: models.UnitSettings) -> Self:
        return cls(**values_of(settings))


@guarded_by(Permission.VIEW_ORGANIZATION)
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
    event_retention_seconds: int | None = shown(Setting.EVENT_RETENTION)
    selection_mode: SelectionMode | None = shown(Setting.SELECTION_MODE)
    spreading_metres: float | None = shown(Setting.SPREADING_METRES)
    offline_automats: bool | None = shown(Setting.OFFLINE_AUTOMATS)
    excluded_models: list[AutomatModel] | None = shown(Setting.EXCLUDED_MODELS)
    excluded_automat_ids: list[strawberry.ID] | None = shown(Setting.EXCLUDED_AUTOMATS)
    served_area: GeoJson | None = shown(Setting.SERVED_AREA)
    excluded_area: GeoJson | None = shown(Setting.EXCLUDED_AREA)
    preferred_area: GeoJson | None = shown(Setting.PREFERRED_AREA)
    return_elsewhere: bool | None = shown(Setting.RETURN_ELSEWHERE)
    return_elsewhere_metres: float | None = shown(Setting.RETURN_ELSEWHERE_METRES)
    failover_extra_metres: float | None = shown(Setting.FAILOVER_EXTRA_METRES)
    walking_distance: bool | None = shown(Setting.WALKING_DISTANCE)

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
    event_retention_seconds: int | None = written(Setting.EVENT_RETENTION)
    selection_mode: SelectionMode | None = written(Setting.SELECTION_MODE)
    spreading_metres: float | None = written(Setting.SPREADING_METRES)
    offline_automats: bool | None = written(Setting.OFFLINE_AUTOMATS)
    excluded_models: list[AutomatModel] | None = written(Setting.EXCLUDED_MODELS)
    excluded_automat_ids: list[strawberry.ID] | None = written(Setting.EXCLUDED_AUTOMATS)
    served_area: GeoJson | None = written(Setting.SERVED_AREA)
    excluded_area: GeoJson | None = written(Setting.EXCLUDED_AREA)
    preferred_area: GeoJson | None = written(Setting.PREFERRED_AREA)
    return_elsewhere: bool | None = written(Setting.RETURN_ELSEWHERE)
    return_elsewhere_metres: float | None = written(Setting.RETURN_ELSEWHERE_METRES)
    failover_extra_metres: float | None = written(Setting.FAILOVER_EXTRA_METRES)
    walking_distance: bool | None = written(Setting.WALKING_DISTANCE)

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
    match value:
        case list() if name == Setting.EXCLUDED_AUTOMATS:
            return tuple(from_id(Automat, id) for id in value)
        case list():
            return tuple(value)
        case int() if name in DURATION_NAMES:
            return timedelta(seconds=value)
    return value

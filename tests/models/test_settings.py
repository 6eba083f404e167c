"""Settings that a unit says for itself or takes from those above it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from models.automats import AutomatModel, DeviceGroup
from models.errors import InvalidInput
from models.organizations import OrganizationUnit
from models.places import PlacementPrecision
from models.selections import SelectionMode
from models.settings import (
    DAY,
    DURATION_NAMES,
    SETTING_NAMES,
    SaysSettings,
    Setting,
    UnitSettings,
    days,
    origins_of,
)


def test_a_new_organization_is_finnish_until_it_says_otherwise() -> None:
    settings = UnitSettings.effective([OrganizationUnit()])

    assert (settings.time_zone, settings.language, settings.country_code) == (
        "Europe/Helsinki", "en", "FI",
    )  # fmt: skip
    assert settings.largest_distance_metres is None
    assert settings.uses_automats


@pytest.mark.parametrize(
    ("name", "own", "above"),
    [
        ("time_zone", "Asia/Tokyo", "Europe/Oslo"),
        ("language", "fi", "sv"),
        ("country_code", "NO", "SE"),
        ("least_precision", PlacementPrecision.STREET, PlacementPrecision.MANUAL),
        ("largest_distance_metres", 100.0, 5_000.0),
        ("default_sync_time", timedelta(0), timedelta(days=2)),
        ("silence_tolerance", timedelta(0), timedelta(days=2)),
        ("uses_automats", False, True),
        ("one_device_group", True, False),
        ("pin_length", 4, 8),
        ("default_duration", timedelta(0), timedelta(days=2)),
        ("fetch_duration", timedelta(hours=1), timedelta(days=2)),
        ("fetch_sync_time", timedelta(0), timedelta(days=2)),
        ("return_duration", timedelta(hours=1), timedelta(days=2)),
        ("return_sync_time", timedelta(days=3), timedelta(days=2)),
        ("overdue_delay", timedelta(0), timedelta(days=2)),
        ("start_reminder_time", timedelta(0), timedelta(days=2)),
        ("end_reminder_time", timedelta(0), timedelta(days=2)),
        ("selection_mode", SelectionMode.NEAREST, SelectionMode.SHADOW),
        ("spreading_metres", 0.0, 250.0),
        ("offline_automats", False, True),
        ("excluded_models", (), (AutomatModel.LIVIONKEY_1,)),
        ("excluded_automats", (), (UUID(int=1),)),
        ("served_area", "here", "there"),
        ("excluded_area", "here", "there"),
        ("preferred_area", "here", "there"),
        ("return_elsewhere", False, True),
        ("return_elsewhere_metres", 0.0, 800.0),
        ("failover_extra_metres", 0.0, 800.0),
        ("walking_distance", True, False),
    ],
)
def test_the_nearest_unit_that_says_it_wins(name: str, own: Any, above: Any) -> None:
    room, house, root = OrganizationUnit(), OrganizationUnit(), OrganizationUnit()
    setattr(root, name, above)

    assert getattr(UnitSettings.effective([room, house, root]), name) == above
    setattr(house, name, own)
    assert getattr(UnitSettings.effective([room, house, root]), name) == own
    assert getattr(UnitSettings.effective([root]), name) == above


def test_who_says_a_setting_is_told_with_it() -> None:
    group = DeviceGroup(pin_length=5)
    house, root = OrganizationUnit(pin_length=4, language="fi"), OrganizationUnit(language="sv")

    origins = origins_of([group, house, root])

    assert origins == {"pin_length": group, "language": house}
    assert UnitSettings.effective([group, house, root]).pin_length == 5


def test_whatever_holds_can_be_said_and_asked_by_its_name() -> None:
    assert tuple(SaysSettings.__annotations__) == SETTING_NAMES == tuple(Setting)
    for name in SETTING_NAMES:
        is_duration = isinstance(getattr(UnitSettings(), name), timedelta)
        assert is_duration == (name in DURATION_NAMES), name


def test_a_return_pin_may_not_come_after_its_window_has_opened() -> None:
    UnitSettings(return_duration=DAY, return_sync_time=DAY).check()

    with pytest.raises(InvalidInput) as refusal:
        UnitSettings(return_duration=2 * DAY, return_sync_time=DAY).check()

    assert "(1 d)" in refusal.value.message
    assert "(2 d)" in refusal.value.message


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(0), "0 d"),
        (DAY, "1 d"),
        (timedelta(hours=36), "1 d 12 h"),
        (timedelta(minutes=90), "1 h 30 min"),
        (timedelta(seconds=10), "10 s"),
        (DAY - timedelta(seconds=1), "23 h 59 min 59 s"),
    ],
)
def test_a_duration_is_written_for_people(duration: timedelta, text: str) -> None:
    assert days(duration) == text

"""Settings that a unit says for itself or takes from those above it."""

from datetime import timedelta
from typing import Any

import pytest

from models.organizations import OrganizationUnit, UnitSettings
from models.places import PlacementPrecision


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
    ],
)
def test_the_nearest_unit_that_says_it_wins(name: str, own: Any, above: Any) -> None:
    room, house, root = OrganizationUnit(), OrganizationUnit(), OrganizationUnit()
    setattr(root, name, above)

    assert getattr(UnitSettings.effective([room, house, root]), name) == above
    setattr(house, name, own)
    assert getattr(UnitSettings.effective([room, house, root]), name) == own
    assert getattr(UnitSettings.effective([root]), name) == above

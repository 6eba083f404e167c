"""Coordinates, precision, and rows that stand somewhere."""

import math
from datetime import UTC, datetime

import pytest

from models.addressed import PlacementProblem
from models.entities import ReservableEntity
from models.errors import (
    AddressAmbiguous,
    AddressNotFound,
    ErrorCode,
    GeocoderUnavailable,
    InvalidInput,
)
from models.places import Coordinates, Placement, PlacementPrecision, PostalAddress

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
STATION = Coordinates(60.171873, 24.941422)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(90.1, 0), (-90.1, 0), (0, 180.1), (0, -181), (math.nan, 0), (0, math.nan), (math.inf, 0)],
)
def test_coordinates_outside_the_earth_are_refused(latitude: float, longitude: float) -> None:
    with pytest.raises(InvalidInput, match="degrees"):
        Coordinates.checked(latitude, longitude)


def test_the_antimeridian_has_one_name() -> None:
    assert Coordinates.checked(10, 180) == Coordinates.checked(10, -180)


@pytest.mark.parametrize("latitude", [90, -90])
def test_the_poles_are_places(latitude: float) -> None:
    assert Coordinates.checked(latitude, 25).latitude == latitude


def test_precisions_are_ordered_best_first() -> None:
    manual, house, street, city = (
        PlacementPrecision.MANUAL,
        PlacementPrecision.HOUSE_NUMBER,
        PlacementPrecision.STREET,
        PlacementPrecision.CITY,
    )

    assert manual.is_at_least(house)
    assert house.is_at_least(house)
    assert not street.is_at_least(house)
    assert street.is_at_least(city)


def test_an_address_goes_into_its_columns_and_comes_out_again() -> None:
    entity = ReservableEntity()
    given = PostalAddress("Katu 1, Oslo", street="Katu 1", city="Oslo", country_code="NO")

    entity.address = given

    assert entity.address == given
    entity.address = None
    assert entity.address is None


def test_a_placement_goes_into_its_columns_and_comes_out_again() -> None:
    entity = ReservableEntity()
    found = Placement(STATION, PlacementPrecision.STREET, 0.5, "test", "Katu", NOON)

    entity.place(found)

    assert entity.placement == found
    assert entity.placement_problem is None


def test_a_problem_takes_the_place_of_a_placement() -> None:
    entity = ReservableEntity()
    entity.place(Placement(STATION, PlacementPrecision.STREET, 0.5, "test", "Katu", NOON))
    problem = PlacementProblem(ErrorCode.ADDRESS_AMBIGUOUS, "Two of them.")

    entity.place(problem)

    assert entity.placement is None
    assert entity.placement_problem == problem


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (ErrorCode.ADDRESS_AMBIGUOUS, AddressAmbiguous),
        (ErrorCode.ADDRESS_NOT_FOUND, AddressNotFound),
        (ErrorCode.GEOCODER_UNAVAILABLE, GeocoderUnavailable),
    ],
)
def test_a_problem_is_said_again_to_whoever_needs_the_place(
    code: ErrorCode, kind: type[Exception]
) -> None:
    assert isinstance(PlacementProblem(code, "Why.").as_error(), kind)

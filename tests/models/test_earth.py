"""The earth in space and on a flat map: nothing looks farther away than it is."""

import math
from uuid import UUID

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import new_id
from models.database import Database
from models.dialects.nearest_index import strip_of
from models.earth import FARTHEST_METRES, LEAST_HEIGHT_METRES, earth_centred, views
from models.places import Coordinates

PLACES = st.builds(Coordinates, st.floats(-90, 90), st.floats(-180, 180))
NEAR = st.floats(-0.1, 0.1)
ROUNDING = 1e-6
HARD = [
    Coordinates(0.0, 0.0), Coordinates(0.0, -180.0), Coordinates(90.0, 30.0),
    Coordinates(-90.0, 0.0), Coordinates(45.0, 45.0), Coordinates(-35.26, 135.0),
    Coordinates(60.17, 24.94), Coordinates(-33.9, 151.2), Coordinates(1.0, -90.0),
]  # fmt: skip


def geodesic(here: Coordinates, there: Coordinates) -> float:
    line = Geodesic.WGS84.Inverse(
        here.latitude, here.longitude, there.latitude, there.longitude, Geodesic.DISTANCE
    )
    return float(line["s12"])


def assert_nothing_looks_farther(here: Coordinates, there: Coordinates) -> None:
    metres = geodesic(here, there)

    assert metres <= FARTHEST_METRES
    assert math.dist(earth_centred(here), earth_centred(there)) <= metres + ROUNDING
    for one, other in zip(sorted_by_side(here), sorted_by_side(there), strict=True):
        assert math.dist(one, other) <= metres + ROUNDING


def sorted_by_side(place: Coordinates) -> list[tuple[float, float]]:
    """Put the views of all places into one order: by which side's drawing they are in."""
    seen = {round(view.y / 2**25): (view.x, view.y) for view in views(place)}
    return [seen[side] for side in (-3, -2, -1, 1, 2, 3)]


@given(PLACES, PLACES)
def test_no_chord_and_no_view_is_longer_than_the_geodesic(
    here: Coordinates, there: Coordinates
) -> None:
    assert_nothing_looks_farther(here, there)


@given(PLACES, NEAR, NEAR)
def test_nor_is_it_between_near_places(here: Coordinates, north: float, east: float) -> None:
    there = Coordinates(max(-90.0, min(90.0, here.latitude + north)), here.longitude + east)

    assert_nothing_looks_farther(here, there)


@given(PLACES)
def test_a_place_is_drawn_high_enough_under_its_side(place: Coordinates) -> None:
    heights = [view.height for view in views(place)]

    assert heights == sorted(heights, reverse=True)
    assert heights[0] >= LEAST_HEIGHT_METRES


@pytest.mark.parametrize("place", HARD)
async def test_the_database_draws_an_automat_where_we_look_for_it(
    database: Database, place: Coordinates
) -> None:
    if database.is_sqlite:
        return
    organization_id = new_id()
    async with database.reading() as connection:
        x, y = await spot(connection, organization_id, place)
    highest = views(place)[0].height
    drawn = [view for view in views(place) if view.height > highest - 1]

    assert min(math.dist((x - strip_of(organization_id), y), (v.x, v.y)) for v in drawn) < 0.2


async def spot(
    connection: AsyncConnection, organization_id: UUID, place: Coordinates
) -> tuple[float, float]:
    statement = text("select p[0], p[1] from automat_spot(:id, :longitude, :latitude) as p")
    told = {"id": organization_id, "longitude": place.longitude, "latitude": place.latitude}
    x, y = (await connection.execute(statement, told)).one()
    return x, y

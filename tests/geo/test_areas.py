"""Areas: what is refused, the one form in which they are kept, and what lies in them."""

import json
import math
from typing import Any

import pytest
from areas_on_maps import box, polygon, polygons, ring
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.areas import area
from geo.geojson import MOST_POSITIONS, MOST_RINGS
from geo.position import distance_metres
from models.errors import InvalidInput
from models.places import Coordinates

BOW_TIE = [[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]
OUTER, HOLE = ring(24, 60, 26, 62), ring(24.5, 60.5, 25.5, 61.5)
CIRCLE = [
    [math.cos(2 * math.pi * at / MOST_POSITIONS), math.sin(2 * math.pi * at / MOST_POSITIONS)]
    for at in range(MOST_POSITIONS)
]

WRONG: list[tuple[str, str]] = [
    ("not JSON", r"is not JSON"),
    ("[" * 100_000, r"is not JSON"),
    ("17", r"is no area of GeoJSON; give a Polygon or a MultiPolygon"),
    ('{"type": "\\ud800"}', r"is no area of GeoJSON"),
    ("{}", r"is no area of GeoJSON"),
    ('{"type": "Point", "coordinates": [24, 60]}', r"is a Point; give a Polygon"),
    ('{"type": "Feature", "geometry": null}', r"is a Feature; give a Polygon"),
    ('{"type": "Polygon"}', r"not nested as RFC 7946 says"),
    ('{"type": "Polygon", "coordinates": [[1, 2]]}', r"not nested as RFC 7946 says"),
    (polygon(), r"is empty"),
    (polygons(), r"is empty"),
    (polygons([]), r"is empty"),
    (polygon([]), r"has 0 positions; it needs at least three corners"),
    (polygon([[0, 0], [1, 0], [0, 0]]), r"has 3 positions"),
    (polygon(ring(0, 0, 1, 1)[:4]), r"begins at \[0, 0\] and ends at \[0, 1\]; close it"),
    (polygon([[0], [1, 0], [1, 1], [0]]), r"is not \[longitude, latitude\], two numbers"),
    (polygon([["0", 0], [1, 0], [1, 1], ["0", 0]]), r"two numbers"),
    (polygon([[True, 0], [1, 0], [1, 1], [True, 0]]), r"two numbers"),
    (polygon([[math.nan, 0], [1, 0], [1, 1], [math.nan, 0]]), r"two numbers"),
    (polygon([[10**400, 0], [1, 0], [1, 1], [10**400, 0]]), r"two numbers"),
    (polygon(ring(60, 170, 61, 171)), r"\[60, 170\] is out of range: longitude comes first"),
    (polygon(ring(179, 0, 181, 1)), r"\[181, 0\] is out of range.*cut|Cut an area"),
    (polygon(ring(170, 0, -170, 10)), r"from longitude 170 to -170.*RFC 7946, 3\.1\.9"),
    (polygon(ring(-180, -80, 180, 80)), r"more than half around the earth"),
    (polygon(BOW_TIE), r"crosses itself or has no inside \(Self-intersection at \[1 1\]\)"),
    (polygon([[0, 0], [1, 1], [2, 2], [0, 0]]), r"has no inside"),
    (polygon([[0, 0], [0, 0], [0, 0], [0, 0]]), r"has no inside"),
    (polygon(OUTER, ring(30, 60, 31, 61)), r"Hole lies outside shell"),
    (polygons([ring(0, 0, 2, 2)], [ring(1, 1, 3, 3)]), r"crosses itself"),
    (polygon(*[ring(0, 0, 1, 1)] * (MOST_RINGS + 1)), rf"has {MOST_RINGS + 1} rings; draw it with"),
    (polygon([*CIRCLE, CIRCLE[0]]), rf"has {MOST_POSITIONS + 1} positions; draw it with"),
]


@pytest.mark.parametrize(("text", "reason"), WRONG)
def test_what_is_no_area_is_refused_with_the_way_out(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        area(text)


@pytest.mark.parametrize(
    "written",
    [
        polygon(OUTER, HOLE[::-1]),
        polygon(OUTER[::-1], HOLE),
        polygon(OUTER[::-1], HOLE[::-1]),
        polygon([[*corner, 17.5] for corner in OUTER], HOLE),
        polygons([OUTER, HOLE]),
        json.dumps({"bbox": [0, 0, 1, 1], **json.loads(polygon(OUTER, HOLE)), "crs": None}),
    ],
)
def test_an_area_is_kept_in_one_form_however_it_was_drawn(written: str) -> None:
    found = area(written)

    kept = json.loads(found.text)
    assert kept == json.loads(polygon(OUTER, HOLE[::-1])) | {"type": "Polygon"}
    assert area(found.text).text == found.text
    assert found.corners == 8


def test_an_area_is_read_once() -> None:
    assert area(box(24, 60, 25, 61)) is area(box(24, 60, 25, 61))


@pytest.mark.parametrize(
    ("latitude", "longitude", "inside"),
    [
        (60.2, 24.2, True),
        (60.0, 24.0, True),  # a corner
        (60.0, 25.0, True),  # the border
        (60.5, 25.0, True),  # the border of the hole
        (61.0, 25.0, False),  # in the hole
        (59.999, 25.0, False),
        (-60.2, 24.2, False),
    ],
)
def test_what_lies_in_an_area(latitude: float, longitude: float, *, inside: bool) -> None:
    assert area(polygon(OUTER, HOLE)).holds(Coordinates(latitude, longitude)) is inside


def test_an_area_on_both_sides_of_the_antimeridian() -> None:
    fiji = area(polygons([ring(177, -20, 180, -15)], [ring(-180, -20, -178, -15)]))

    for longitude in (178.0, 180.0, -180.0, -179.0):
        assert fiji.holds(Coordinates.checked(-17.0, longitude))
    assert not fiji.holds(Coordinates(-17.0, -177.0))
    assert fiji.is_met(Coordinates(-17.0, 176.0), Coordinates(-17.0, -177.0))
    assert fiji.is_met(Coordinates(-17.0, -177.0), Coordinates(-17.0, 176.0))
    assert not fiji.is_met(Coordinates(-17.0, 176.0), Coordinates(-17.0, 0.0))
    east = area(polygon(ring(177, -20, 180, -15)))
    assert east.holds(Coordinates.checked(-17.0, -180.0)), "it is the meridian of 180 degrees"


@pytest.mark.parametrize(
    ("here", "there", "met"),
    [
        ((60.5, 23.0), (60.5, 27.0), True),
        ((60.5, 23.0), (62.5, 23.5), False),
        ((59.0, 24.0), (63.0, 24.0), True),  # along the border
        ((59.0, 23.0), (61.0, 25.0), True),  # by the corner
        ((61.0, 25.0), (61.2, 25.2), False),  # within the hole
        ((61.0, 25.0), (61.0, 30.0), True),  # out of the hole
        ((60.1, 24.1), (60.1, 24.2), True),  # within the area
        ((60.1, 24.1), (60.1, 24.1), True),
        ((0.0, 24.1), (0.0, 24.1), False),
    ],
)
def test_which_lines_meet_an_area(here: Any, there: Any, *, met: bool) -> None:
    found = area(polygon(OUTER, HOLE))

    assert found.is_met(Coordinates(*here), Coordinates(*there)) is met
    assert found.is_met(Coordinates(*there), Coordinates(*here)) is met


@settings(max_examples=50)
@given(
    corner=st.tuples(st.floats(-90, 60), st.floats(-180, 100)),
    size=st.tuples(st.floats(0.01, 29), st.floats(0.01, 79)),
    within=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_no_place_of_an_area_is_outside_the_circle_around_it(
    corner: tuple[float, float], size: tuple[float, float], within: tuple[float, float]
) -> None:
    (south, west), (height, width), (up, along) = corner, size, within
    found = area(box(west, south, west + width, south + height))
    middle, radius = found.circle()
    place = Coordinates(min(south + up * height, 90.0), west + along * width)

    assert distance_metres(middle, place) <= radius

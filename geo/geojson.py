"""Reading areas of GeoJSON (RFC 7946), which anybody may have written, with numbers in degrees."""

import json
from itertools import pairwise
from typing import Any

from models.errors import InvalidInput

MOST_POSITIONS = 5_000
"""How many corners an area may have, all rings together."""
MOST_RINGS = 500
"""Telling that rings do not lie in each other takes time that grows with their square."""
FEWEST_POSITIONS = 4
"""A ring has three corners at least, and its first again at its end."""
HALF_TURN = 180.0
KINDS = ("Polygon", "MultiPolygon")
OTHER_KINDS = (
    *("Point", "MultiPoint", "LineString", "MultiLineString", "GeometryCollection"),
    *("Feature", "FeatureCollection"),
)


def polygons_of(text: str) -> dict[str, Any]:
    """Read a Polygon or MultiPolygon as a MultiPolygon of closed rings whose numbers make sense.

    Raises:
        InvalidInput: It is neither; the message says what is wrong and what to do.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput("The area is not JSON; give a GeoJSON object, RFC 7946.") from None
    kind = said.get("type") if isinstance(said, dict) else None
    if kind not in KINDS:
        what = f"a {kind}" if kind in OTHER_KINDS else "no area of GeoJSON"
        raise InvalidInput(f"The area is {what}; give a Polygon or a MultiPolygon.")
    polygons = _list(said.get("coordinates"))
    polygons = [polygons] if kind == "Polygon" else polygons
    if not polygons or not all(_list(rings) for rings in polygons):
        raise InvalidInput("The area is empty; give it corners, or null for no area.")
    _check_size([_list(ring) for rings in polygons for ring in rings])
    checked = [[_ring(ring) for ring in rings] for rings in polygons]
    return {"type": "MultiPolygon", "coordinates": checked}


def _check_size(rings: list[list[Any]]) -> None:
    if len(rings) > MOST_RINGS:
        raise InvalidInput(f"The area has {len(rings)} rings; draw it with {MOST_RINGS} or less.")
    count = sum(len(ring) for ring in rings)
    if count > MOST_POSITIONS:
        raise InvalidInput(
            f"The area has {count} positions; draw it with {MOST_POSITIONS} or less."
        )


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise InvalidInput(
        "The coordinates are not nested as RFC 7946 says: a Polygon is a list of rings, a "
        "MultiPolygon a list of Polygons, and a ring a list of [longitude, latitude]."
    )


def _ring(said: Any) -> list[tuple[float, float]]:
    ring = [_position(position) for position in _list(said)]
    if len(ring) < FEWEST_POSITIONS:
        raise InvalidInput(
            f"A ring of the area has {len(ring)} positions; it needs at least three corners, and "
            "the first of them again at the end."
        )
    if ring[0] != ring[-1]:
        raise InvalidInput(
            f"A ring of the area begins at {_written(ring[0])} and ends at {_written(ring[-1])}; "
            "close it by repeating its first position at the end."
        )
    for (west, _), (east, _) in pairwise(ring):
        _check_edge(west, east)
    return ring


def _check_edge(from_x: float, to_x: float) -> None:
    if abs(to_x - from_x) > HALF_TURN:
        raise InvalidInput(
            f"An edge of the area goes from longitude {from_x:g} to {to_x:g}, more than half "
            "around the earth. Cut an area that spans the antimeridian in two there, as a "
            "MultiPolygon (RFC 7946, 3.1.9); give a wider one more corners."
        )


def _position(said: Any) -> tuple[float, float]:
    numbers = _list(said)[:2]
    if len(numbers) < 2 or not all(_is_number(number) for number in numbers):
        raise InvalidInput("A position of the area is not [longitude, latitude], two numbers.")
    x, y = (float(number) + 0.0 for number in numbers)  # -0.0 becomes 0.0
    if not (-HALF_TURN <= x <= HALF_TURN and -HALF_TURN / 2 <= y <= HALF_TURN / 2):
        raise InvalidInput(
            f"The position {_written((x, y))} is out of range: longitude comes first, from -180 to "
            "180, then latitude, from -90 to 90. Cut an area that spans the antimeridian in two "
            "there (RFC 7946, 3.1.9)."
        )
    return x, y


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1_000  # so that a huge integer becomes a float too


def _written(position: tuple[float, float]) -> str:
    return f"[{position[0]:g}, {position[1]:g}]"

"""Areas of a policy: GeoJSON read, checked and kept in one form, and what lies in them.

An area is a Polygon or MultiPolygon of RFC 7946: WGS 84, longitude first, edges straight in
longitude and latitude (3.1.1). Its border belongs to it. What is kept is canonical: outer rings run
counter-clockwise and holes clockwise (3.1.6), whichever way they were drawn, and numbers beyond
longitude and latitude are left out.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry import shape

from models.errors import InvalidInput
from models.places import Coordinates

MOST_POSITIONS = 5_000
"""How many corners an area may have, all rings together."""
MOST_RINGS = 500
"""Telling that rings do not lie in each other takes time that grows with their square."""
FEWEST_POSITIONS = 4
"""A ring has three corners at least, and its first again at its end."""
HALF_TURN = 180.0
REMEMBERED = 256
METRES_OF_A_DEGREE = 111_700.0
"""No degree of a meridian or of the equator is longer on the ellipsoid."""
WIDER = 1.0034
"""By so much at most a parallel is longer than the cosine of its latitude says."""
KINDS = ("Polygon", "MultiPolygon")
OTHER_KINDS = (
    *("Point", "MultiPoint", "LineString", "MultiLineString", "GeometryCollection"),
    *("Feature", "FeatureCollection"),
)


@dataclass(frozen=True, slots=True)
class Area:
    """A checked area.

    Args:
        text: Its canonical GeoJSON.
        shape: The same as a geometry, prepared for many questions.
    """

    text: str
    shape: Any

    def holds(self, place: Coordinates) -> bool:
        """Tell whether a place lies in it or on its border."""
        x, y = place.longitude, place.latitude
        return self._meets(shapely.Point(x, y)) or (
            x == -HALF_TURN and self._meets(shapely.Point(HALF_TURN, y))
        )

    def is_met(self, here: Coordinates, there: Coordinates) -> bool:
        """Tell whether the straight line between two places touches it, the shorter way round.

        The line is straight in longitude and latitude, as the edges are.
        """
        x, to_x = here.longitude, there.longitude
        if abs(to_x - x) <= HALF_TURN:
            return self._meets(shapely.LineString([(x, here.latitude), (to_x, there.latitude)]))
        turn = math.copysign(2 * HALF_TURN, x - to_x)
        ways = [(x, to_x + turn), (x - turn, to_x)]
        return any(
            self._meets(shapely.LineString([(x, here.latitude), (to_x, there.latitude)]))
            for x, to_x in ways
        )

    def circle(self) -> tuple[Coordinates, float]:
        """Give a place and a geodesic in metres within which the whole area lies."""
        west, south, east, north = self.shape.bounds
        middle = Coordinates((south + north) / 2, (west + east) / 2)
        lowest = 0.0 if south <= 0 <= north else min(abs(south), abs(north))
        parallel = (east - west) / 2 * math.cos(math.radians(lowest)) * WIDER
        return middle, ((north - south) / 2 + parallel) * METRES_OF_A_DEGREE

    @property
    def corners(self) -> int:
        """How many corners it has; the end of a ring is its beginning."""
        rings = shapely.get_num_interior_rings(shapely.get_parts(self.shape)) + 1
        return int(shapely.get_num_coordinates(self.shape) - rings.sum())

    def _meets(self, other: Any) -> bool:
        return bool(self.shape.intersects(other))


@lru_cache(REMEMBERED)
def area(text: str) -> Area:
    """Read the text of a policy's area, remembered by the text.

    Raises:
        InvalidInput: It is no area; the message says what is wrong and what to do.
    """
    return read_area(text)


def read_area(text: str) -> Area:
    """Read the text of an area, for whoever brings a new one each time.

    Raises:
        InvalidInput: It is no area; the message says what is wrong and what to do.
    """
    found = _shape(_read(text))
    canonical = json.dumps(_as_geojson(found), separators=(",", ":"))
    shapely.prepare(found)
    return Area(canonical, found)


def _read(text: str) -> Any:
    """Read the text as a Polygon or MultiPolygon whose numbers make sense."""
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


def _shape(said: dict[str, Any]) -> Any:
    """Make a geometry whose rings run as they should."""
    drawn = shape(said)
    if not shapely.is_valid(drawn):
        reason = shapely.is_valid_reason(drawn).replace("[", " at [").replace("  ", " ")
        raise InvalidInput(
            f"The area crosses itself or has no inside ({reason}); draw it so that its edges meet "
            "only at corners, and its polygons not at all."
        )
    return shapely.orient_polygons(drawn)


def _as_geojson(drawn: Any) -> dict[str, Any]:
    polygons = [[_corners(ring) for ring in _rings(one)] for one in shapely.get_parts(drawn)]
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def _rings(polygon: Any) -> Iterator[Any]:
    yield polygon.exterior
    yield from polygon.interiors


def _corners(ring: Any) -> list[list[float]]:
    corners: list[list[float]] = shapely.get_coordinates(ring).tolist()
    return corners

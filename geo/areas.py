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
from typing import Any

import shapely
from shapely.geometry import shape

from geo.geojson import HALF_TURN, polygons_of
from models.errors import InvalidInput
from models.places import Coordinates

REMEMBERED = 256
METRES_OF_A_DEGREE = 111_700.0
"""No degree of a meridian or of the equator is longer on the ellipsoid."""
WIDER = 1.0034
"""By so much at most a parallel is longer than the cosine of its latitude says."""


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
    found = _shape(polygons_of(text))
    canonical = json.dumps(_as_geojson(found), separators=(",", ":"))
    shapely.prepare(found)
    return Area(canonical, found)


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

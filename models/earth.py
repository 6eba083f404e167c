"""The earth in space, and a flat map of it: what indexes need to find near places.

The straight line between two points of the ellipsoid is never longer than their geodesic, and seen
from a side it only looks shorter. So whatever lies within d metres of a place lies within d of it
in space too, and also on a map that is drawn as one sees the earth from a side.

The map has six drawings, one for each side of a cube around the earth. A place is drawn once, on
the side under which it is highest. Thus there is no seam at the antimeridian or the poles, and
nothing is drawn shorter than by a factor of 1.74.
"""

import math
from typing import NamedTuple

from models.places import Coordinates

SEMI_MAJOR_AXIS = 6_378_137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
APART_METRES = 2.0**25
"""How far apart drawings are on the map: no geodesic is as long as the gap between two of them."""
LEAST_HEIGHT_METRES = SEMI_MAJOR_AXIS * (1 - FLATTENING) / math.sqrt(3)
"""All places on a side of the cube are at least so high under it: its corners are the lowest."""
FARTHEST_METRES = 20_004_000.0
"""No geodesic on the earth is longer."""


def earth_centred(place: Coordinates) -> tuple[float, float, float]:
    """Give a point of the WGS 84 ellipsoid as x, y, z in metres from the earth's centre."""
    latitude, longitude = math.radians(place.latitude), math.radians(place.longitude)
    normal = SEMI_MAJOR_AXIS / math.sqrt(1 - ECCENTRICITY_SQUARED * math.sin(latitude) ** 2)
    return (
        normal * math.cos(latitude) * math.cos(longitude),
        normal * math.cos(latitude) * math.sin(longitude),
        normal * (1 - ECCENTRICITY_SQUARED) * math.sin(latitude),
    )


class View(NamedTuple):
    """A place as it is seen from one of the six sides of a cube around the earth.

    Args:
        height: How far from the earth's centre towards that side, in metres.
        x: Where on the map.
        y: The same; the drawings stand one above the other.
    """

    height: float
    x: float
    y: float


def views(place: Coordinates) -> list[View]:
    """See a place from all six sides, first from the one on which it is drawn."""
    x, y, z = earth_centred(place)
    sides = [(x, y, z, 1), (y, x, z, 2), (z, x, y, 3)]
    seen = [
        View(sign * height, right, up + sign * number * APART_METRES)
        for height, right, up, number in sides
        for sign in (1, -1)
    ]
    return sorted(seen, key=lambda view: -view.height)

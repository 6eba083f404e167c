"""Areas for tests, as GeoJSON."""

import json
from typing import Any


def ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    """Draw a rectangle counter-clockwise."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings: Any) -> str:
    """Write a Polygon."""
    return json.dumps({"type": "Polygon", "coordinates": list(rings)})


def polygons(*members: Any) -> str:
    """Write a MultiPolygon of polygons that are given as lists of rings."""
    return json.dumps({"type": "MultiPolygon", "coordinates": list(members)})


def box(west: float, south: float, east: float, north: float) -> str:
    """Write a rectangle."""
    return polygon(ring(west, south, east, north))

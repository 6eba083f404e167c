"""The ways of an OpenStreetMap extract on which people may walk, cut into short pieces."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import osmium

from models.errors import InvalidInput

Point = tuple[float, float]
"""Latitude and longitude in degrees."""

LONGEST_PIECE_METRES = 50.0
"""Longer ones are cut, so that whoever steps on a way in its middle is near the end of a piece."""
DEGREE_METRES = 111_320.0
NOT_ON_FOOT = {"motorway", "motorway_link", "construction", "proposed", "raceway", "bus_guideway"}
FORBIDDEN = {"no", "private", "use_sidepath"}


@dataclass(slots=True)
class Ways:
    """Pieces of ways: where they meet, and which of these points are joined.

    Args:
        points: The ends of pieces.
        pieces: Which two points each piece joins, by their places in `points`.
    """

    points: list[Point] = field(default_factory=list)
    pieces: list[tuple[int, int]] = field(default_factory=list)


def read_ways(path: Path) -> Ways:
    """Read the ways of an extract on which people may walk.

    Raises:
        InvalidInput: It is no extract, ends in the middle, or has no such ways.
    """
    ways, known = Ways(), dict[int, int]()
    try:
        for way in _walkable(path):
            nodes = [node for node in way.nodes if node.location.valid()]
            ends = [_known(ways, known, node) for node in nodes]
            for one, other in pairwise(ends):
                _join(ways, one, other)
    except (RuntimeError, ValueError, OSError) as error:
        raise InvalidInput(f"{path.name} cannot be read as .osm.pbf: {error}.") from error
    if not ways.pieces:
        raise InvalidInput(f"{path.name} has no ways on which people may walk.")
    return ways


def _walkable(path: Path) -> Iterator[Any]:
    ways = (
        osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY)
        .with_locations()
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        .with_filter(osmium.filter.KeyFilter("highway"))
    )
    return (way for way in ways if may_be_walked(dict(way.tags)))


def may_be_walked(tags: dict[str, str]) -> bool:
    """Tell whether people may walk on a way: what `foot` says comes before what `access` says."""
    if tags.get("highway") in NOT_ON_FOOT or tags.get("area") == "yes":
        return False
    foot = tags.get("foot")
    if foot is not None:
        return foot not in FORBIDDEN
    return tags.get("access") not in FORBIDDEN


def _known(ways: Ways, known: dict[int, int], node: Any) -> int:
    if node.ref not in known:
        known[node.ref] = _add(ways, (node.location.lat, node.location.lon))
    return known[node.ref]


def _add(ways: Ways, point: Point) -> int:
    ways.points.append(point)
    return len(ways.points) - 1


def _join(ways: Ways, one: int, other: int) -> None:
    """Join two points by a straight line, in pieces that are not long."""
    if one == other:
        return
    begin, end = ways.points[one], ways.points[other]
    count = max(1, math.ceil(_roughly(begin, end) / LONGEST_PIECE_METRES))
    before = one
    for number in range(1, count):
        share = number / count
        between = tuple(a + (b - a) * share for a, b in zip(begin, end, strict=True))
        after = _add(ways, (between[0], between[1]))
        ways.pieces.append((before, after))
        before = after
    ways.pieces.append((before, other))


def _roughly(one: Point, other: Point) -> float:
    """Estimate a short distance, in metres."""
    north = one[0] - other[0]
    east = (one[1] - other[1]) * math.cos(math.radians(one[0]))
    return math.hypot(north, east) * DEGREE_METRES

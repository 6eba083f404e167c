"""Distances and areas for the brute force: a geodesic, and arithmetic on lines."""

from collections.abc import Iterable
from itertools import pairwise
from math import copysign

from geographiclib.geodesic import Geodesic
from plain_areas import Area, Point


def measure(here: Point | None, there: Point | None) -> float | None:
    """Measure the geodesic in metres."""
    if here is None or there is None:
        return None
    return float(Geodesic.WGS84.Inverse(*here, *there)["s12"])


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1])


def _between(a: Point, b: Point, c: Point) -> bool:
    """Tell whether c, on the line through a and b, lies between them."""
    return all(min(a[at], b[at]) <= c[at] <= max(a[at], b[at]) for at in (0, 1))


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Tell whether two lines touch."""
    turns = _turn(c, d, a), _turn(c, d, b), _turn(a, b, c), _turn(a, b, d)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = (c, d, a), (c, d, b), (a, b, c), (a, b, d)
    return any(turn == 0 and _between(*end) for turn, end in zip(turns, ends, strict=True))


def _edges(area: Area) -> Iterable[tuple[Point, Point]]:
    for polygon in area:
        for ring in polygon:
            yield from pairwise(ring)


def within(area: Area, point: Point) -> bool:
    """Tell whether an area or its border holds a place: count the edges that a ray crosses."""
    if point[1] == -180.0 and within(area, (point[0], 180.0)):
        return True
    inside = False
    for a, b in _edges(area):
        if _turn(a, b, point) == 0 and _between(a, b, point):
            return True
        if (a[0] > point[0]) != (b[0] > point[0]) and (_turn(a, b, point) > 0) == (b[0] > a[0]):
            inside = not inside
    return inside


def crosses(area: Area, here: Point, there: Point) -> bool:
    """Tell whether the straight line between two places touches an area, the shorter way round."""
    ways = [(here, there)]
    if abs(there[1] - here[1]) > 180:
        turn = copysign(360, here[1] - there[1])
        ways = [
            (here, (there[0], there[1] + turn)),
            ((here[0], here[1] - turn), there),
        ]
    return any(
        within(area, a) or within(area, b) or any(_meet(a, b, *edge) for edge in _edges(area))
        for a, b in ways
    )

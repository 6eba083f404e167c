"""Distances on a network of ways: from where somebody is to the nearest point, and on by ways.

The shortest way is Dijkstra's (1959), over the whole network from one place at once: 1 ms for the
middle of Helsinki. No distance is shorter than the geodesic, as a way is made of geodesics.
"""

import math
import random
import statistics
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import rustworkx
import shapely

from geo.position import distance_metres
from geo.walking.distances import LONGEST_DETOUR, REACH_METRES, Walk, longest, straight
from geo.walking.files import Arrays
from models.distances import DistanceKind
from models.places import Coordinates

DEGREE_METRES = 110_574.0
"""A degree of latitude is nowhere shorter."""
REMEMBERED = 256
SAMPLES = 200


@dataclass(frozen=True, slots=True)
class Step:
    """From a place to the network.

    Args:
        point: The nearest point.
        metres: How far it is.
    """

    point: int
    metres: float


class Network:
    """Measures distances on foot.

    Args:
        arrays: The network.
    """

    def __init__(self, arrays: Arrays) -> None:
        self.licence = arrays.licence
        self._latitudes, self._longitudes = arrays.latitudes, arrays.longitudes
        self._graph: Any = rustworkx.PyGraph(multigraph=False)
        self._graph.add_nodes_from(range(len(arrays.latitudes)))
        ends, metres = arrays.pieces.tolist(), arrays.metres.tolist()
        self._graph.add_edges_from(
            [(one, other, far) for (one, other), far in zip(ends, metres, strict=True)]
        )
        self._points = shapely.STRtree(shapely.points(arrays.longitudes, arrays.latitudes))
        self._known: OrderedDict[int, Any] = OrderedDict()
        self.detour = self._usual_detour()
        """By how much ways are usually longer than straight lines: the median of some of them."""

    def walks(self, here: Coordinates, there: Sequence[Coordinates]) -> list[Walk]:
        """Measure how far several places are from one, in their order.

        A place that is out of the network's reach has a straight line only.
        """
        begin = self._step(here)
        ways = None if begin is None else self._ways_from(begin.point)
        return [self._walk(here, place, begin, ways) for place in there]

    def _walk(self, here: Coordinates, there: Coordinates, begin: Step | None, ways: Any) -> Walk:
        line = distance_metres(here, there)
        end = None if begin is None else self._step(there)
        if begin is None or end is None:
            return straight(line)
        on_ways = 0.0 if begin.point == end.point else _length(ways, end.point)
        if on_ways is None:
            return Walk(line * self.detour, DistanceKind.WALK_ESTIMATE)
        metres = begin.metres + on_ways + end.metres
        if metres > longest(line):
            return Walk(line * LONGEST_DETOUR, DistanceKind.WALK_ESTIMATE)
        return Walk(max(line, metres), DistanceKind.WALK_NETWORK)

    def _ways_from(self, point: int) -> Any:
        """Give the length of the shortest way from a point to each other one that has one."""
        if point in self._known:
            self._known.move_to_end(point)
            return self._known[point]
        found = rustworkx.dijkstra_shortest_path_lengths(self._graph, point, float)
        self._known[point] = found
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found

    def _step(self, place: Coordinates) -> Step | None:
        """Find the point of the network that is nearest to a place, within reach."""
        north = REACH_METRES / DEGREE_METRES
        east = north / max(0.01, math.cos(math.radians(place.latitude)))
        box = shapely.box(
            place.longitude - east,
            place.latitude - north,
            place.longitude + east,
            place.latitude + north,
        )
        near = self._points.query(box)
        if not len(near):
            return None
        narrow = math.cos(math.radians(place.latitude))
        off = np.hypot(
            self._latitudes[near] - place.latitude,
            (self._longitudes[near] - place.longitude) * narrow,
        )
        point = int(near[int(off.argmin())])
        metres = distance_metres(place, self._place(point))
        return Step(point, metres) if metres <= REACH_METRES else None

    def _place(self, point: int) -> Coordinates:
        return Coordinates(float(self._latitudes[point]), float(self._longitudes[point]))

    def _usual_detour(self) -> float:
        """Compare some ways to their straight lines; always the same ones, so it never changes."""
        chance = random.Random(len(self._latitudes))  # noqa: S311 - nothing secret
        points = range(len(self._latitudes))
        found = []
        for _ in range(SAMPLES // 20):
            begin = chance.choice(points)
            ways = self._ways_from(begin)
            for end in chance.sample(points, min(20, len(points))):
                line = distance_metres(self._place(begin), self._place(end))
                if line > REACH_METRES and end in ways:
                    found.append(ways[end] / line)
        return min(LONGEST_DETOUR, max(1.0, statistics.median(found))) if found else 1.0


def _length(ways: Any, point: int) -> float | None:
    try:
        return float(ways[point])
    except IndexError:
        return None

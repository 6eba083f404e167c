"""Where new automats would serve the most entities: the maximal covering location problem.

Church and ReVelle (1974) ask for so many sites that the most demand lies within a distance of one
of them. That is hard to solve exactly; taking again and again the site that serves the most of what
is not yet served serves at least 1 - 1/e, or 63 %, of what the best choice of as many sites could
(Nemhauser, Wolsey and Fisher 1978). What a site adds never grows while others are chosen, so sites
are only counted anew when they come to the top (Minoux 1978).

The sites that are tried are the places of the demand itself. Where there are very many of these,
one is tried in each cube of an eighth of the distance, the one with most demand; the bound then
holds among those. Distances are straight lines through the earth's ellipsoid, bent to its mean
radius: up to 100 km they are right to 2 cm.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.earth import earth_centred
from models.places import Coordinates

MEAN_RADIUS = 6_371_008.8
"""The earth's, in metres (IUGG)."""
MANY = 5_000
"""With more places than this not each of them is tried as a site."""
FINER = 8
CHUNK = 2_000_000
"""So many distances are in memory at a time."""
Floats = NDArray[np.float64]
Indexes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Demand:
    """Entities at one place, each of which wants an automat within a distance.

    Args:
        place: Where.
        limit_metres: How far an automat may be at most.
        weight: How many they are.
        metres: How far the nearest automat is today; None where there is none at all.
    """

    place: Coordinates
    limit_metres: float
    weight: int
    metres: float | None


@dataclass(frozen=True, slots=True)
class Site:
    """A place for a new automat.

    Args:
        at: The number of the demand at whose place it is.
        served: How many entities it serves that no site before it does.
        metres_saved: How much shorter their ways are together; those that have no automat at all
            today do not count.
    """

    at: int
    served: int
    metres_saved: float


def best_sites(demands: Sequence[Demand], count: int) -> list[Site]:
    """Choose sites greedily, the best first; fewer where fewer serve everybody.

    Args:
        demands: What is to be served.
        count: How many sites at most.
    """
    return _Ground(demands).choose(count) if demands else []


class _Ground:
    """Demand in space, found by cubes as wide as the largest distance."""

    def __init__(self, demands: Sequence[Demand]) -> None:
        self.points: Floats = np.array([earth_centred(one.place) for one in demands])
        self.chords: Floats = np.array([_chord(one.limit_metres) for one in demands])
        self.weights: Indexes = np.array([one.weight for one in demands])
        self.metres: Floats = np.array(
            [math.nan if one.metres is None else one.metres for one in demands]
        )
        self.waiting: NDArray[np.bool_] = np.ones(len(demands), dtype=bool)
        self.side = max(float(self.chords.max()), 1.0)
        self.cubes = _in_cubes(self.points, self.side)

    def choose(self, count: int) -> list[Site]:
        sites: list[Site] = []
        tops = [(-gain, at) for at, gain in self._gains().items()]
        heapq.heapify(tops)
        while tops and len(sites) < count:
            _, at = heapq.heappop(tops)
            near = self._near(at)
            gain = int(self.weights[near].sum())
            if not gain:
                continue
            if tops and (-gain, at) > tops[0]:
                heapq.heappush(tops, (-gain, at))
                continue
            sites.append(Site(at, gain, self._saved(at, near)))
            self.waiting[near] = False
        return sites

    def _candidates(self) -> Indexes:
        """Tell at which places a site is tried."""
        if len(self.points) <= MANY:
            return np.arange(len(self.points))
        fine = _in_cubes(self.points, self.side / FINER)
        return np.array([inside[self.weights[inside].argmax()] for inside in fine.values()])

    def _gains(self) -> dict[int, int]:
        """Count what each site would serve, cube by cube."""
        gains: dict[int, int] = {}
        by_cube: dict[Any, list[int]] = defaultdict(list)
        for at in self._candidates():
            by_cube[_cube(self.points[at], self.side)].append(int(at))
        for cube, sites in by_cube.items():
            around = self._around(cube)
            step = max(CHUNK // len(around), 1)
            for begin in range(0, len(sites), step):
                some = sites[begin : begin + step]
                apart = _apart(self.points[some], self.points[around])
                served = (apart <= self.chords[around]) @ self.weights[around]
                gains |= zip(some, map(int, served), strict=True)
        return gains

    def _near(self, at: int) -> Indexes:
        """List what waits and that a site would serve."""
        around = self._around(_cube(self.points[at], self.side))
        around = around[self.waiting[around]]
        (apart,) = _apart(self.points[[at]], self.points[around])
        near: Indexes = around[apart <= self.chords[around]]
        return near

    def _around(self, cube: tuple[int, ...]) -> Indexes:
        x, y, z = cube
        steps = (-1, 0, 1)
        beside = ((x + i, y + j, z + k) for i in steps for j in steps for k in steps)
        return np.concatenate([self.cubes[one] for one in beside if one in self.cubes])

    def _saved(self, at: int, near: Indexes) -> float:
        (chords,) = _apart(self.points[[at]], self.points[near])
        ways = 2 * MEAN_RADIUS * np.arcsin(np.minimum(chords / (2 * MEAN_RADIUS), 1))
        return float(np.nansum((self.metres[near] - ways) * self.weights[near]))


def _chord(metres: float) -> float:
    """Give the straight line between two places that are so far apart."""
    half_way = min(metres / (2 * MEAN_RADIUS), math.pi / 2)
    return 2 * MEAN_RADIUS * math.sin(half_way)


def _apart(some: Floats, others: Floats) -> Floats:
    """Measure the straight lines from some points to others."""
    apart: Floats = np.sqrt(((some[:, None, :] - others[None, :, :]) ** 2).sum(axis=2))
    return apart


def _cube(point: Floats, side: float) -> tuple[int, ...]:
    return tuple(int(number) for number in np.floor(point / side))


def _in_cubes(points: Floats, side: float) -> dict[tuple[int, ...], Indexes]:
    """Sort points into cubes."""
    numbers = np.floor(points / side).astype(np.int64)
    order = np.lexsort(numbers.T)
    ordered = numbers[order]
    changes = np.flatnonzero((ordered[1:] != ordered[:-1]).any(axis=1)) + 1
    parts = np.split(order, changes)
    return {tuple(int(number) for number in numbers[part[0]]): np.sort(part) for part in parts}

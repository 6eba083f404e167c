"""A distance as people walk it, and the port behind which it is measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from models.distances import DistanceKind
from models.places import Coordinates

REACH_METRES = 150.0
"""Nobody is believed to walk farther than that to where the map's ways begin."""
LONGEST_DETOUR = 6.0
"""A way that is longer than so many times the straight line is not believed (a map's edge, a square
without ways): the distance is that many times the straight line then, and called an estimate."""


@dataclass(frozen=True, slots=True)
class Walk:
    """How far it is from one place to another.

    Args:
        metres: Never less than the geodesic between the two, nor more than `longest` of it.
        kind: How it was measured.
    """

    metres: float
    kind: DistanceKind


class Walker(Protocol):
    """Measures distances on foot."""

    def walks(self, here: Coordinates, there: Sequence[Coordinates]) -> list[Walk]:
        """Measure how far several places are from one, in their order."""
        ...


def longest(line: float) -> float:
    """Tell how many metres a way can have at most, by the metres of the straight line."""
    return max(line * LONGEST_DETOUR, line + REACH_METRES)


def straight(metres: float) -> Walk:
    """Call a geodesic what it is."""
    return Walk(metres, DistanceKind.STRAIGHT_LINE)

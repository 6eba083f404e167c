"""A distance as people walk it, and the port behind which it is measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from geo.position import distance_metres
from models.places import Coordinates
from models.distances import DistanceKind


@dataclass(frozen=True, slots=True)
class Walk:
    """How far it is from one place to another.

    Args:
        metres: Never less than the geodesic between the two.
        kind: How it was measured.
    """

    metres: float
    kind: DistanceKind


class Walker(Protocol):
    """Measures distances on foot."""

    def walks(self, here: Coordinates, there: Sequence[Coordinates]) -> list[Walk]:
        """Measure how far several places are from one, in their order."""
        ...


class StraightLines:
    """Measures straight lines and says so: what is there where no network is loaded."""

    def walks(self, here: Coordinates, there: Sequence[Coordinates]) -> list[Walk]:
        """Measure geodesics."""
        return [straight(distance_metres(here, place)) for place in there]


def straight(metres: float) -> Walk:
    """Call a geodesic what it is."""
    return Walk(metres, DistanceKind.STRAIGHT_LINE)

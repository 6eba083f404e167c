"""A distance as people walk it, and the port behind which it is measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from models.distances import DistanceKind
from models.places import Coordinates


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


def straight(metres: float) -> Walk:
    """Call a geodesic what it is."""
    return Walk(metres, DistanceKind.STRAIGHT_LINE)

"""The middle of what a map draws."""

from itertools import pairwise
from typing import Any


def middle_of(way: Any) -> tuple[float, float] | None:
    """Give the middle of a way: the centroid of a building's outline, the mean of a line."""
    points = [(node.location.lat, node.location.lon) for node in way.nodes if node.location.valid()]
    if len(points) < 4 or points[0] != points[-1]:
        return mean_of(points)
    south, west = points[0]
    crosses = [
        ((a[1] - west) * (b[0] - south) - (b[1] - west) * (a[0] - south), a, b)
        for a, b in pairwise(points)
    ]
    area = sum(cross for cross, _, _ in crosses)
    if abs(area) < 1e-14:
        return mean_of(points)
    north = sum(cross * (a[0] + b[0] - 2 * south) for cross, a, b in crosses) / (3 * area)
    east = sum(cross * (a[1] + b[1] - 2 * west) for cross, a, b in crosses) / (3 * area)
    return south + north, west + east


def mean_of(points: list[tuple[float, float]]) -> tuple[float, float] | None:
    """Give the mean of points; None when there are none."""
    if not points:
        return None
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)

"""What a distance between two places is a distance of."""

from enum import StrEnum


class DistanceKind(StrEnum):
    """How a distance was measured.

    STRAIGHT_LINE is the geodesic on the WGS 84 ellipsoid, which no way on foot is shorter than.
    WALK_NETWORK is the shortest way on foot through a network of streets and paths. WALK_ESTIMATE
    is a guess of it from the straight line.
    """

    STRAIGHT_LINE = "straight_line"
    WALK_NETWORK = "walk_network"
    WALK_ESTIMATE = "walk_estimate"

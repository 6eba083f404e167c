"""Distances on the WGS 84 ellipsoid."""

from geographiclib.geodesic import Geodesic

from models.places import Coordinates

TIE_METRES = 0.001
"""Distances that differ by less are the same distance."""


def distance_metres(here: Coordinates, there: Coordinates) -> float:
    """Measure the geodesic between two places (Karney 2013), exact to about 15 nanometres."""
    line = Geodesic.WGS84.Inverse(
        here.latitude, here.longitude, there.latitude, there.longitude, Geodesic.DISTANCE
    )
    metres: float = line["s12"]
    return metres

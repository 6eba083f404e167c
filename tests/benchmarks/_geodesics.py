"""Distances for a yardstick, written apart from the product: Vincenty's inverse formula (1975).

Measured from one place to all others at once, in numpy. Against Karney's exact geodesics it errs by
less than 0.1 mm on the whole earth. It finds no answer for a few places near the antipode; those
are measured one by one.
"""

from typing import Any

import numpy as np
from geographiclib.geodesic import Geodesic

EQUATOR, POLE = 6_378_137.0, 6_356_752.314245179
FLATTENING = 1 / 298.257223563
ROUNDS = 60
SETTLED = 1e-13
Numbers = Any


def metres_to(here: tuple[float, float], latitudes: Numbers, longitudes: Numbers) -> Numbers:
    """Measure from one place (latitude, longitude) to many."""
    difference = np.radians((longitudes - here[1] + 180) % 360 - 180)
    u1 = reduced(np.array(here[0]))
    u2 = reduced(latitudes)
    metres = np.full(len(latitudes), np.nan)
    waiting = np.arange(len(latitudes))
    lambdas = difference.copy()
    for _ in range(ROUNDS):
        arc = Arc(u1, u2[waiting], lambdas)
        better = difference[waiting] + arc.lag()
        done = np.abs(better - lambdas) < SETTLED
        metres[waiting[done]] = arc.metres()[done]
        waiting, lambdas = waiting[~done], better[~done]
        if not len(waiting):
            break
    for number in waiting:
        metres[number] = one_by_one(here, float(latitudes[number]), float(longitudes[number]))
    return metres


def reduced(latitudes: Numbers) -> Numbers:
    """Give the latitudes on the auxiliary sphere."""
    return np.arctan((1 - FLATTENING) * np.tan(np.radians(latitudes)))


class Arc:
    """Arcs on the auxiliary sphere, for an assumed difference of longitude; Vincenty's names."""

    def __init__(self, u1: Numbers, u2: Numbers, lambdas: Numbers) -> None:
        across = np.cos(u2) * np.sin(lambdas)
        along = np.cos(u1) * np.sin(u2) - np.sin(u1) * np.cos(u2) * np.cos(lambdas)
        self.sin_sigma = np.hypot(across, along)
        self.cos_sigma = np.sin(u1) * np.sin(u2) + np.cos(u1) * np.cos(u2) * np.cos(lambdas)
        self.sigma = np.arctan2(self.sin_sigma, self.cos_sigma)
        self.sin_alpha = quotient(np.cos(u1) * across, self.sin_sigma)
        self.cos2_alpha = 1 - self.sin_alpha**2
        middle = quotient(2 * np.sin(u1) * np.sin(u2), self.cos2_alpha)
        self.cos_2m = np.where(self.cos2_alpha > 0, self.cos_sigma - middle, 0)

    def lag(self) -> Numbers:
        """Tell by how much the longitude on the sphere is ahead of that on the ellipsoid."""
        square = self.cos2_alpha
        c = FLATTENING / 16 * square * (4 + FLATTENING * (4 - 3 * square))
        inner = self.cos_2m + c * self.cos_sigma * (2 * self.cos_2m**2 - 1)
        outer = self.sigma + c * self.sin_sigma * inner
        return (1 - c) * FLATTENING * self.sin_alpha * outer

    def metres(self) -> Numbers:
        """Measure along the ellipsoid."""
        u = self.cos2_alpha * (EQUATOR**2 - POLE**2) / POLE**2
        a = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
        b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
        m, s, c = self.cos_2m, self.sin_sigma, self.cos_sigma
        third = b / 6 * m * (4 * s**2 - 3) * (4 * m**2 - 3)
        delta = b * s * (m + b / 4 * (c * (2 * m**2 - 1) - third))
        return POLE * a * (self.sigma - delta)


def quotient(above: Numbers, below: Numbers) -> Numbers:
    """Divide; nothing by nothing is nothing."""
    return np.divide(above, below, out=np.zeros_like(below), where=below > 0)


def one_by_one(here: tuple[float, float], latitude: float, longitude: float) -> float:
    metres: float = Geodesic.WGS84.Inverse(*here, latitude, longitude, Geodesic.DISTANCE)["s12"]
    return metres

"""The nearest automats by brute force, written apart from the product: every geodesic that counts.

The straight chord between two points of the ellipsoid is never longer than the geodesic. So when
the geodesics of some k places are known, nothing whose chord is longer than the longest of them can
be among the nearest k, and only the rest has to be measured.
"""

from typing import Any

import numpy as np
from geographiclib.geodesic import Geodesic

TIE = 0.001
ROUNDING = 0.01
Measured = list[tuple[float, int]]


class Places:
    """Places by number, to find the nearest of some of them."""

    def __init__(self, latitudes: np.ndarray, longitudes: np.ndarray) -> None:
        self.latitudes, self.longitudes = latitudes, longitudes
        self._points = chord_points(latitudes, longitudes)

    def within(self, here: tuple[float, float], numbers: np.ndarray, count: int) -> Measured:
        """Measure all places that may be among the nearest `count`, or tie with the last of them.

        Gives distances with numbers, nearest first.
        """
        differences = self._points[numbers] - chord_points(*map(np.array, here))
        chords = np.sqrt((differences**2).sum(axis=1))
        if len(numbers) > count:
            near = numbers[np.argpartition(chords, count - 1)[:count]]
            reach = max(self.metres(here, number) for number in near)
            numbers = numbers[chords <= reach + TIE + ROUNDING]
        return sorted((self.metres(here, number), int(number)) for number in numbers)

    def metres(self, here: tuple[float, float], number: Any) -> float:
        there = float(self.latitudes[number]), float(self.longitudes[number])
        metres: float = Geodesic.WGS84.Inverse(*here, *there, Geodesic.DISTANCE)["s12"]
        return metres


def chord_points(latitudes: np.ndarray, longitudes: np.ndarray) -> np.ndarray:
    """Put places of the WGS 84 ellipsoid into space."""
    phi, lam = np.radians(latitudes), np.radians(longitudes)
    flattening = 1 / 298.257223563
    square = flattening * (2 - flattening)
    normal = 6_378_137.0 / np.sqrt(1 - square * np.sin(phi) ** 2)
    return np.stack(
        [
            normal * np.cos(phi) * np.cos(lam),
            normal * np.cos(phi) * np.sin(lam),
            normal * (1 - square) * np.sin(phi),
        ],
        axis=-1,
    )


def differs(measured: Measured, answered: Measured, count: int, seniority: Any) -> bool:
    """Tell whether an answer is wrong in its places, their order, or by over 0.1 mm in a distance.

    Distances within 1 mm of the first of them are a tie; `seniority` sorts those.
    """
    right: Measured = []
    for metres, number in measured:
        if not right or metres - right[-1][0] > TIE:
            right.append((metres, number))
        else:  # the tie keeps its first distance, so that it cannot grow without an end
            right.append((right[-1][0], number))
    right.sort(key=lambda pair: (pair[0], seniority(pair[1])))
    wanted = [number for _, number in right[:count]]
    if wanted != [number for _, number in answered]:
        return True
    true = {number: metres for metres, number in measured}
    return any(abs(metres - true[number]) > TIE / 10 for metres, number in answered)

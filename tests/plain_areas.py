"""Random areas in plain numbers, on a fine grid of degrees."""

import random
from math import cos, pi, sin

from shapely.geometry import Polygon

Point = tuple[float, float]
"""Latitude and longitude."""
Ring = list[Point]
"""Corners, the first of them again at the end."""
Area = list[list[Ring]]
"""Polygons: each a border, and the borders of its holes."""
GRID = 1 / 8192


def area_in(dice: random.Random, middle: Point) -> Area:
    """Draw a polygon, one with a hole, or two."""
    kind = dice.choice(["star", "star", "hole", "two"])
    west = middle[1] - 300 * GRID
    south = middle[0] - 150 * GRID
    if kind == "star":
        return [[_star(dice, middle)]]
    width, height = dice.randint(40, 140), dice.randint(40, 140)
    first = _box(west, south, 2 * width, height)
    if kind == "hole":
        hole = _box(west + 20 * GRID, south + 10 * GRID, width, height // 2)
        return [[first, hole[::-1]]]
    return [[first], [_box(west, south + (height + 1) * GRID, 2 * width, height)]]


def _box(west: float, south: float, width: int, height: int) -> Ring:
    east, north = west + width * GRID, south + height * GRID
    return [(south, west), (south, east), (north, east), (north, west), (south, west)]


def _star(dice: random.Random, middle: Point) -> Ring:
    """Draw corners around a spot; all of it stays west of the middle's meridian at the far side."""
    count = dice.randint(3, 8)
    far_east = middle[1] == 180.0
    at = middle[0], middle[1] - (330 * GRID if far_east else 0)
    ring = []
    for number in range(count):
        angle = 2 * pi * (number + dice.random() * 0.8) / count
        reach = dice.randint(20, 150)
        north, east = round(sin(angle) * reach), round(cos(angle) * reach * 2)
        ring.append((at[0] + north * GRID, at[1] + east * GRID))
    ring.append(ring[0])
    if not Polygon([(east, north) for north, east in ring]).is_valid:
        return _box(at[1], at[0], 100, 60)
    return ring

"""A small town to walk in: a grid of streets on both banks of a river, with one bridge."""

from pathlib import Path

import osmium

from geo.walking.files import Arrays, arrays_of
from geo.walking.ways import Ways
from models.places import Coordinates

SIDE = 12
STEP = 0.001
"""Degrees between two streets: 111 m to the north, and 55 m to the east at this latitude."""
SOUTH, WEST = 60.0, 24.0
RIVER_AFTER = 5
"""Streets to the east of this one are on the other bank."""
LICENCE = "of nobody"


def corner(row: int, column: int) -> Coordinates:
    """Give a corner of two streets."""
    return Coordinates(SOUTH + row * STEP, WEST + column * STEP)


def streets() -> list[tuple[Coordinates, Coordinates]]:
    """List the streets from corner to corner; the northernmost one is the only bridge."""
    found = []
    for row in range(SIDE):
        for column in range(SIDE):
            if column + 1 < SIDE and (column != RIVER_AFTER or row == SIDE - 1):
                found.append((corner(row, column), corner(row, column + 1)))
            if row + 1 < SIDE:
                found.append((corner(row, column), corner(row + 1, column)))
    return found


def town(*, bridge: bool = True) -> Arrays:
    """Make the network of the town; without the bridge its banks are not joined."""
    ways, known = Ways(), dict[Coordinates, int]()
    for ends in streets():
        is_bridge = {round((end.longitude - WEST) / STEP) for end in ends} == {5, 6}
        if is_bridge and not bridge:
            continue
        for end in ends:
            if end not in known:
                known[end] = len(ways.points)
                ways.points.append((end.latitude, end.longitude))
        ways.pieces.append((known[ends[0]], known[ends[1]]))
    return arrays_of(ways, LICENCE)


def write_map(path: Path, **tags: str) -> Path:
    """Write the town as a map whose streets have these tags."""
    numbers: dict[Coordinates, int] = {}
    with osmium.SimpleWriter(str(path)) as writer:
        for ends in streets():
            for end in ends:
                if end not in numbers:
                    numbers[end] = len(numbers) + 1
                    at = (end.longitude, end.latitude)
                    writer.add_node(osmium.osm.mutable.Node(id=numbers[end], location=at))
        for number, ends in enumerate(streets(), start=1):
            nodes = [numbers[end] for end in ends]
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
    return path

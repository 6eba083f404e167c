"""Many rows of one house number become one house: its median point and its extent."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

SAME_HOUSE_METRES = 300
"""Rows of one number farther apart than this are different houses of the same name."""

METRES_PER_DEGREE = 111_195
MOST_POINTS = 400


@dataclass(frozen=True, slots=True)
class MergedHouse:
    """A house number of a street, ready for the index."""

    number: int
    last_number: int
    letter: str
    unit: str
    ordinal: int
    latitude: float
    longitude: float
    south: float
    west: float
    north: float
    east: float
    postcode: str
    postcode_keys: str
    rows: int


def merged(rows: Sequence[Any]) -> list[MergedHouse]:
    """Merge the rows of a street, mappings with the columns of the workshop."""
    numbers: dict[tuple[int, int, str], list[Any]] = defaultdict(list)
    for row in rows:
        numbers[row["number"], row["last_number"], row["letter"]].append(row)
    houses: list[MergedHouse] = []
    for number, same in numbers.items():
        for ordinal, cluster in enumerate(clusters(same)):
            houses.append(_house(number, "", ordinal, cluster))
            units = sorted({row["unit"] for row in cluster if row["unit"]})
            houses += [
                _house(number, unit, ordinal, [row for row in cluster if row["unit"] == unit])
                for unit in units
            ]
    return houses


def clusters(rows: Sequence[Any]) -> list[list[Any]]:
    """Part rows into groups that hang together, each row near another of its group."""
    points: dict[tuple[float, float], list[Any]] = defaultdict(list)
    for row in rows:
        points[round(row["latitude"], 4), round(row["longitude"], 4)].append(row)
    if len(points) == 1 or len(points) > MOST_POINTS:
        return [list(rows)]
    left, groups = list(points), []
    while left:
        group, edge = [], [left.pop(0)]
        while edge:
            here = edge.pop()
            group += points[here]
            near = [there for there in left if metres(here, there) <= SAME_HOUSE_METRES]
            left = [there for there in left if there not in near]
            edge += near
        groups.append(group)
    return groups


def metres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Measure a short distance on a sphere: good enough to tell houses apart."""
    east = (there[1] - here[1] + 180) % 360 - 180
    return METRES_PER_DEGREE * math.hypot(
        there[0] - here[0], east * math.cos(math.radians((here[0] + there[0]) / 2))
    )


def commonest(texts: Iterable[str]) -> str:
    """Give the text that comes most often, the first of the alphabet among equals."""
    amounts = Counter(text for text in texts if text)
    return min(amounts, key=lambda text: (-amounts[text], text), default="")


def _house(
    number: tuple[int, int, str], unit: str, ordinal: int, rows: Sequence[Any]
) -> MergedHouse:
    rows = [row for row in rows if row["tidy"]] or rows  # what is noisy must not move the rest
    latitudes = [row["latitude"] for row in rows]
    longitudes = [row["longitude"] for row in rows]
    return MergedHouse(
        *number,
        unit=unit,
        ordinal=ordinal,
        latitude=median(latitudes),
        longitude=median(longitudes),
        south=min(latitudes),
        west=min(longitudes),
        north=max(latitudes),
        east=max(longitudes),
        postcode=commonest(row["postcode"] for row in rows),
        postcode_keys=" ".join(sorted({row["postcode_key"] for row in rows} - {""})),
        rows=len(rows),
    )

"""Where on a street a number would lie that is not in the data: in a range, between neighbours."""

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import median
from typing import Any

from geo.index.address_merging import METRES_PER_DEGREE, metres
from geo.index.house_finding import Spot, apart_middles, codes_of
from geo.wording.house_numbers import HouseNumber
from models.places import PlacementPrecision as Precision

WIDEST_GAP = 8
LONGEST_GAP_METRES = 500
SAME_STREET_METRES = 1_500


def street_spots(wanted: HouseNumber | None, rows: Sequence[Any]) -> list[Spot]:
    """Find the best that all houses of a street tell of a number: a range, neighbours, the street.

    Several spots come back when the street's name is borne by streets that lie apart.
    """
    own = [row for row in rows if not row.unit]
    if wanted and (inside := _in_ranges(wanted, own)):
        return inside
    if wanted and (between := _between_neighbours(wanted.number, own)):
        return between
    return [_street(group) for group in parts_of_street(own)]


def _in_ranges(wanted: HouseNumber, rows: Sequence[Any]) -> list[Spot]:
    """Find the ranges that include a number, or the numbers that a range includes."""
    if wanted.is_range:
        ends = {wanted.number, wanted.last}
        return apart_middles([row for row in rows if _overlap(wanted, row, ends)], 0.95)
    found = [
        row
        for row in rows
        if row.last_number != row.number and _range_of(row).includes(wanted.number)
    ]
    narrowest = min((row.last_number - row.number for row in found), default=0)
    return apart_middles([row for row in found if row.last_number - row.number == narrowest], 0.95)


def _overlap(wanted: HouseNumber, row: Any, ends: set[int]) -> bool:
    return wanted.includes(row.number) or any(_range_of(row).includes(end) for end in ends)


def _between_neighbours(number: int, rows: Sequence[Any]) -> list[Spot]:
    """Interpolate between the next houses of the same side."""
    side = [row for row in rows if row.number % 2 == number % 2]
    spots = []
    for below in _next(side, number, -1):
        near = [row for row in _next(side, number, 1) if _gap_is_narrow(below, row)]
        if near:
            above = min(near, key=lambda row: _metres(below, row))
            spots.append(_interpolated(number, below, above))
    return spots


def _next(side: Sequence[Any], number: int, direction: int) -> list[Any]:
    beyond = [row for row in side if (row.number - number) * direction > 0]
    closest = min((abs(row.number - number) for row in beyond), default=0)
    return [row for row in beyond if abs(row.number - number) == closest]


def _gap_is_narrow(below: Any, above: Any) -> bool:
    return above.number - below.number <= WIDEST_GAP and _metres(below, above) <= LONGEST_GAP_METRES


def _interpolated(number: int, below: Any, above: Any) -> Spot:
    share = (number - below.number) / (above.number - below.number)
    return Spot(
        latitude=below.latitude + share * (above.latitude - below.latitude),
        longitude=below.longitude + share * (above.longitude - below.longitude),
        precision=Precision.INTERPOLATED,
        certainty=0.85,
        number=str(number),
        postcode=below.postcode or above.postcode,
        postcode_keys=codes_of(below) | codes_of(above),
        spread_metres=_metres(below, above),
    )


def _street(rows: Sequence[Any]) -> Spot:
    """Take the house in the middle of a street for the street."""
    north, east = median(row.latitude for row in rows), median(row.longitude for row in rows)
    middle = min(rows, key=lambda row: metres((row.latitude, row.longitude), (north, east)))
    codes = {row.postcode for row in rows if row.postcode}
    return Spot(
        latitude=middle.latitude,
        longitude=middle.longitude,
        precision=Precision.STREET,
        certainty=0.6,
        number="",
        postcode=codes.pop() if len(codes) == 1 else "",
        postcode_keys=frozenset().union(*(codes_of(row) for row in rows)),
        spread_metres=0.0,
    )


def parts_of_street(rows: Sequence[Any]) -> list[list[Any]]:
    """Part the houses of one name into streets that hang together, by cells of a grid."""
    height = SAME_STREET_METRES / METRES_PER_DEGREE
    width = height / max(0.01, math.cos(math.radians(rows[0].latitude))) if rows else 1
    cells: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in rows:
        cells[math.floor(row.latitude / height), math.floor(row.longitude / width)].append(row)
    parts = []
    while cells:
        part, edge = [], [next(iter(cells))]
        while edge:
            north, east = edge.pop()
            part += cells.pop((north, east), [])
            around = ((north + i, east + j) for i in (-1, 0, 1) for j in (-1, 0, 1))
            edge += [cell for cell in around if cell in cells]
        parts.append(part)
    return parts


def _range_of(row: Any) -> HouseNumber:
    return HouseNumber(row.number, row.last_number)


def _metres(one: Any, other: Any) -> float:
    return metres((one.latitude, one.longitude), (other.latitude, other.longitude))

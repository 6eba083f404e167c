"""Where on a street a house number lies, and how exactly that is known."""

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from geo.address_merging import METRES_PER_DEGREE, metres
from geo.house_numbers import HouseNumber
from models.places import Coordinates, PlacementPrecision

SAME_PLACE_METRES = 200
WIDEST_GAP = 8
LONGEST_GAP_METRES = 500
SAME_STREET_METRES = 1_500

Precision = PlacementPrecision


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a street.

    Args:
        latitude: WGS 84 degrees.
        longitude: WGS 84 degrees.
        precision: How exactly it is meant.
        certainty: From 0 to 1, of the house number alone.
        number: The house number as the data has it; empty for a whole street.
        postcode: As the data has it.
        postcode_keys: All that its rows have, for comparing.
        spread_metres: How far the rows of the house lie apart.
    """

    latitude: float
    longitude: float
    precision: PlacementPrecision
    certainty: float
    number: str
    postcode: str
    postcode_keys: frozenset[str]
    spread_metres: float

    @property
    def coordinates(self) -> Coordinates:
        """Where it is."""
        return Coordinates(self.latitude, self.longitude)

    def metres_to(self, other: "Spot") -> float:
        """Measure how far another place is."""
        return metres((self.latitude, self.longitude), (other.latitude, other.longitude))


def house_spots(wanted: HouseNumber, rows: Sequence[Any], country_code: str) -> list[Spot]:
    """Find a house among the rows that begin with its number; several when they lie apart."""
    own = [row for row in rows if not row.unit]
    same = [row for row in own if row.last_number == wanted.last]
    if exact := [row for row in same if row.letter == wanted.letter]:
        return _with_unit(exact, rows, wanted.unit)
    if wanted.is_range:
        return []
    if wanted.letter:
        return _lettered(wanted, same, rows, country_code)
    if slashed := [row for row in same if row.letter.startswith("/")]:
        return [_spot(row, Precision.HOUSE_NUMBER, 0.97) for row in slashed]
    return _middles(same, 0.95)


def _lettered(
    wanted: HouseNumber, same: Sequence[Any], rows: Sequence[Any], country_code: str
) -> list[Spot]:
    """Find `12a` where there is no `12a`: as staircase A of 12, among `12a-c`, or beside `12b`."""
    is_letter = wanted.letter.isalpha() and len(wanted.letter) == 1
    if inside := [row for row in same if is_letter and _letter_range_includes(row, wanted.letter)]:
        return [_spot(row, Precision.HOUSE_NUMBER, 0.97) for row in inside]
    plain = [row for row in same if not row.letter]
    if not plain:
        return _middles(same, 0.9)
    if any(row.unit == wanted.letter for row in rows if not row.letter):
        return _with_unit(plain, rows, wanted.letter)
    others = [row for row in same if row.letter.isalpha()]
    flat = wanted.letter.startswith("/") or wanted.has_flat
    if flat or (wanted.staircase_is_likely(country_code) and not others):
        return [_spot(row, Precision.HOUSE_NUMBER, 0.97) for row in plain]
    return [_spot(row, Precision.NUMBER_RANGE, 0.95) for row in plain]


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
        return _middles([row for row in rows if _overlap(wanted, row, ends)], 0.95)
    found = [
        row
        for row in rows
        if row.last_number != row.number and _range_of(row).includes(wanted.number)
    ]
    narrowest = min((row.last_number - row.number for row in found), default=0)
    return _middles([row for row in found if row.last_number - row.number == narrowest], 0.95)


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
        postcode_keys=_keys(below) | _keys(above),
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
        postcode_keys=frozenset().union(*(_keys(row) for row in rows)),
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


def _with_unit(found: Sequence[Any], rows: Sequence[Any], unit: str) -> list[Spot]:
    """Prefer the place of the staircase, where the data has one."""
    spots = []
    for house in found:
        staircase = next(
            (row for row in rows if unit and row.unit == unit and _alike(row, house)), house
        )
        spots.append(_spot(staircase, Precision.HOUSE_NUMBER, 1.0))
    return spots


def _alike(row: Any, house: Any) -> bool:
    columns = ("number", "last_number", "letter", "ordinal")
    return all(getattr(row, column) == getattr(house, column) for column in columns)


def _middles(rows: Sequence[Any], certainty: float) -> list[Spot]:
    """Take one of several houses that lie together, or each that lies apart."""
    spots: list[Spot] = []
    for row in rows:
        spot = _spot(row, Precision.NUMBER_RANGE, certainty)
        if all(spot.metres_to(other) > SAME_PLACE_METRES for other in spots):
            spots.append(spot)
    return spots


def _spot(row: Any, precision: PlacementPrecision, certainty: float) -> Spot:
    return Spot(
        latitude=row.latitude,
        longitude=row.longitude,
        precision=precision,
        certainty=certainty,
        number=str(HouseNumber(row.number, row.last_number, row.letter, row.unit)),
        postcode=row.postcode,
        postcode_keys=_keys(row),
        spread_metres=metres((row.south, row.west), (row.north, row.east)),
    )


def _keys(row: Any) -> frozenset[str]:
    return frozenset(row.postcode_keys.split())


def _range_of(row: Any) -> HouseNumber:
    return HouseNumber(row.number, row.last_number)


def _letter_range_includes(row: Any, letter: str) -> bool:
    found = re.fullmatch(r"([a-z])-([a-z])", row.letter)
    return bool(found and found[1] <= letter <= found[2])


def _metres(one: Any, other: Any) -> float:
    return metres((one.latitude, one.longitude), (other.latitude, other.longitude))

"""Where on a street a house number lies, and how exactly that is known."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geo.index.address_merging import metres
from geo.wording.house_numbers import HouseNumber
from models.places import Coordinates, PlacementPrecision

SAME_PLACE_METRES = 200

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
    return apart_middles(same, 0.95)


def _lettered(
    wanted: HouseNumber, same: Sequence[Any], rows: Sequence[Any], country_code: str
) -> list[Spot]:
    """Find `12a` where there is no `12a`: as staircase A of 12, among `12a-c`, or beside `12b`."""
    is_letter = wanted.letter.isalpha() and len(wanted.letter) == 1
    if inside := [row for row in same if is_letter and _letter_range_includes(row, wanted.letter)]:
        return [_spot(row, Precision.HOUSE_NUMBER, 0.97) for row in inside]
    plain = [row for row in same if not row.letter]
    if not plain:
        return apart_middles(same, 0.9)
    if any(row.unit == wanted.letter for row in rows if not row.letter):
        return _with_unit(plain, rows, wanted.letter)
    others = [row for row in same if row.letter.isalpha()]
    flat = wanted.letter.startswith("/") or wanted.has_flat
    if flat or (wanted.staircase_is_likely(country_code) and not others):
        return [_spot(row, Precision.HOUSE_NUMBER, 0.97) for row in plain]
    return [_spot(row, Precision.NUMBER_RANGE, 0.95) for row in plain]


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


def apart_middles(rows: Sequence[Any], certainty: float) -> list[Spot]:
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
        postcode_keys=codes_of(row),
        spread_metres=metres((row.south, row.west), (row.north, row.east)),
    )


def codes_of(row: Any) -> frozenset[str]:
    """Give all postal codes that the rows of a house have, for comparing."""
    return frozenset(row.postcode_keys.split())


def _letter_range_includes(row: Any, letter: str) -> bool:
    found = re.fullmatch(r"([a-z])-([a-z])", row.letter)
    return bool(found and found[1] <= letter <= found[2])

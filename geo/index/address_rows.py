"""Rows of address files: as they come, and made sense of. Real data is untidy."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from geo.wording.house_numbers import HouseNumber, house_numbers
from geo.wording.name_likeness import has_street_type
from geo.wording.street_names import aligned, fold, key


@dataclass(frozen=True, slots=True)
class AddressRow:
    """One address of a file, not yet made sense of.

    Args:
        line: Where in the file, for messages; the number of the object in a file without lines.
        street: Its name.
        number: The house number as mapped.
        latitude: WGS 84 degrees.
        longitude: WGS 84 degrees.
        street_names: Its names in other languages.
        unit: Staircase or flat.
        postcode: As mapped.
        city: As mapped.
        city_names: The town's names in other languages.
        country_code: Two letters, upper case.
    """

    line: int
    street: str
    number: str
    latitude: float
    longitude: float
    street_names: tuple[str, ...] = ()
    unit: str = ""
    postcode: str = ""
    city: str = ""
    city_names: tuple[str, ...] = ()
    country_code: str = ""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that could not be read, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class KnownTown:
    """A town of the map itself, for addresses that do not say theirs.

    Args:
        name: Its name.
        names: Its names in other languages.
        latitude: WGS 84 degrees.
        longitude: WGS 84 degrees.
        reach_metres: How far from its middle it goes, roughly.
    """

    name: str
    names: tuple[str, ...]
    latitude: float
    longitude: float
    reach_metres: int


Found = AddressRow | KnownTown | Malformed
"""What a file of addresses holds."""


@dataclass(frozen=True, slots=True)
class House:
    """One house number that a row names.

    Args:
        street: The name of its street.
        number: The number.
        unit: The staircase, lower case.
        is_tidy: Whether the row says this and nothing else, so that its place can be trusted.
    """

    street: str
    number: HouseNumber
    unit: str
    is_tidy: bool


_MARKER = re.compile(r"^(?:nr|no|n°|nº|num|haus|house|talo)\.?\s*(?=\d)")
_STREET_IN_NUMBER = re.compile(r"([^\d]{3,}?)[\s,]+(\d.*)")
_NUMBER_IN_STREET = re.compile(r"(.*[^\W\d_].*?)\s+(\d+\s?[a-z]?)")
_TOWN_NOISE = re.compile(r"[\d\W_]*")


def position(latitude: str, longitude: str) -> tuple[float, float]:
    """Read a position.

    Raises:
        ValueError: It is none; the message says why.
    """
    try:
        north, east = (float(text.strip().replace(",", ".")) for text in (latitude, longitude))
    except ValueError:
        raise ValueError(f"the position {latitude!r}, {longitude!r} is not two numbers") from None
    if not (math.isfinite(north) and math.isfinite(east)):
        raise ValueError(f"the position {latitude!r}, {longitude!r} is not finite")
    if not (-90 <= north <= 90 and -180 <= east <= 180):
        raise ValueError(f"the position {latitude}, {longitude} is not on the earth")
    if north == 0 and east == 0:
        raise ValueError("the position is 0, 0")
    return north, east


def houses_of(row: AddressRow) -> Iterator[House]:
    """Give the houses of a row; none when its number is no house number."""
    street, number_text = _street_and_number(row)
    unit = fold(row.unit).strip()
    staircase = unit if len(unit) == 1 and unit.isalpha() else ""
    numbers = house_numbers(number_text, row.country_code)
    same = [key(str(each)) for each in numbers] == [key(row.number)]
    tidy = same and street == " ".join(row.street.split()) and bool(town_of(row) or not row.city)
    for number in numbers:
        yield House(street, number, number.unit or staircase, tidy)
        if row.country_code in {"CZ", "SK"} and number.letter.startswith("/"):
            part = int(number.letter[1:])
            yield House(street, HouseNumber(part, part), "", is_tidy=True)


def town_of(row: AddressRow) -> str:
    """Give the town of a row; empty when the field holds something else."""
    return "" if _TOWN_NOISE.fullmatch(row.city) else " ".join(row.city.split())


def _street_and_number(row: AddressRow) -> tuple[str, str]:
    """Tell street and number apart where the map has mixed them up."""
    street = " ".join(_last_name(row.street).split())
    number = row.number.strip()
    number = number[len(number) - len(_MARKER.sub("", aligned(number))) :]
    other = _STREET_IN_NUMBER.fullmatch(number)
    if other and has_street_type(other[1]):
        return other[1].strip(" ,"), other[2]
    inside = _NUMBER_IN_STREET.fullmatch(aligned(street))
    if inside and key(inside[2]) == key(number):
        street = street[: inside.end(1)]
    return street, other[2] if other else number


def _last_name(street: str) -> str:
    """Leave out a house name before the street, as in `Rautatieasema, Kaivokatu`."""
    parts = [part for part in street.split(",") if re.search(r"[^\W\d_]{2}", part)]
    return parts[-1] if parts else street

"""The ways to read one street line: where the house number stands and what follows it."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from geo.wording.flats import is_in_house, without_flat
from geo.wording.house_numbers import HouseNumber, leading_number, with_flat
from geo.wording.street_names import aligned, key

MOST_LEADING_NAMES = 4
BLANKS = " .,-\u2013"

_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]")
_TWO_LETTERS = re.compile(r"[^\W\d_].*[^\W\d_]")
_MARKER = re.compile(r"(?:\b(?:nr|no|num|numero|number|haus|house|talo|д|дом)\.?|n°|nº|#)\s*$")
_PLACE = re.compile(
    r"(?P<flat>[\s,.]*(?:[a-z](?![^\W\d_]))?[\s.]*\d{0,4}[\s.]*(?:[a-z](?![^\W\d_]))?[\s.,-]*)(?P<place>[^\W\d_][^\d]*)"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a street line.

    Args:
        street: The name of the street, as written.
        number: The house number, if it has one.
        place: Words behind it that may be a town.
        exact_only: Whether the street must be found letter by letter.
    """

    street: str
    number: HouseNumber | None = None
    place: str = ""
    exact_only: bool = False


def readings_of(
    line: str, country_code: str, known_towns: Container[str], *, leading_names: bool
) -> list[Reading]:
    """Give the readings of a street line, likeliest first.

    Args:
        line: As written.
        country_code: Whose customs to follow.
        known_towns: Folded names that are towns.
        leading_names: Whether names of people may stand before the street.
    """
    line = line[: len(without_flat(aligned(line)))]
    found: list[Reading] = []
    for variant, place in _without_town(line, known_towns):
        found += _numbered(variant, country_code, place)
    if leading_names:
        found += [shorter for reading in found for shorter in _without_names(reading)]
    has_digits = bool(_DIGITS.search(line))
    for variant, place in _without_town(line, known_towns):
        if _LETTERS.search(variant):
            found.append(Reading(variant.strip(" .,-"), None, place, has_digits))
    return found


def _without_town(line: str, known_towns: Container[str]) -> Iterator[tuple[str, str]]:
    """Give the line without a town at its end or its beginning, and as it is."""
    parts = line.split(" ")
    for count in range(min(4, len(parts) - 1), 0, -1):
        front, tail = " ".join(parts[:-count]), " ".join(parts[-count:])
        if key(tail) in known_towns and _TWO_LETTERS.search(front):
            yield front, tail
            break
    yield line, ""
    if len(parts) > 2 and key(parts[0]) in known_towns:
        yield " ".join(parts[1:]), parts[0]


def _numbered(line: str, country_code: str, place: str) -> list[Reading]:
    """Give the readings with a house number: behind the street first, then before it."""
    flat = aligned(line)
    behind = [
        reading
        for digits in _DIGITS.finditer(flat)
        if (reading := _number_behind(line, flat, digits.start(), country_code, place))
    ]
    return [*behind, *_number_before(line, flat, country_code, place)]


def _number_behind(
    line: str, flat: str, start: int, country_code: str, place: str
) -> Reading | None:
    marker = _MARKER.search(flat[:start])
    before = line[: marker.start() if marker else start].strip(BLANKS + "/")
    if not _TWO_LETTERS.search(before):
        return None
    read = leading_number(flat[start:], country_code)
    if read is None:
        return None
    number, rest = read
    if complete := with_flat(number, rest):
        return Reading(before, complete, place)
    tail = _PLACE.fullmatch(rest)
    if tail is None or (rest[:1].isalpha()):
        return None
    complete = with_flat(number, tail["flat"])
    said = line[len(line) - len(tail["place"]) :].strip(" .,-")
    if complete is None or not said:
        return None
    return Reading(before, complete, place or ("" if is_in_house(aligned(said)) else said))


def _number_before(line: str, flat: str, country_code: str, place: str) -> list[Reading]:
    read = leading_number(flat, country_code)
    if read is None:
        return []
    number, rest = read
    street = line[len(line) - len(rest) :].strip(BLANKS)
    found = [Reading(street, number, place)] if _TWO_LETTERS.search(street) else []
    digits = _DIGITS.match(flat)
    if digits and number.letter and number.letter_apart:  # `5 E Main Street`
        alone = HouseNumber(int(digits[0]), int(digits[0]))
        found.append(Reading(line[digits.end() :].strip(BLANKS), alone, place))
    return found


def _without_names(reading: Reading) -> list[Reading]:
    """Leave out one word after the other at the front: they may be somebody's name."""
    given = reading.street.split(" ")
    return [
        Reading(" ".join(given[count:]), reading.number, reading.place, exact_only=True)
        for count in range(1, min(len(given), MOST_LEADING_NAMES + 1))
    ]

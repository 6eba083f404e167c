"""House numbers as people and maps write them: `12`, `12a`, `4-6`, `12 A 15`, `12 bis`, `12/5`."""

import re
from dataclasses import dataclass, replace

from geo.wording.country_names import FLAT_AFTER_DASH, STAIRCASE_LETTERS
from geo.wording.street_names import fold

_NUMBER = re.compile(
    r"""(?P<number>\d{1,5})
    (?:(?P<blank>\s*)(?P<letter>bis|ter|quater|[a-z])(?![^\W\d_]))?
    (?:\s*[-\u2013\u2014]\s*(?:(?P<last>\d{1,5})(?:[a-z](?![^\W\d_]))?|(?P<last_letter>[a-z])(?![^\W\d_])))?
    (?:\s*/\s*(?P<slash>\d{1,4}|[a-z])(?![^\W_]))?""",
    re.VERBOSE,
)
_STAIRCASE = re.compile(r"[\s,./-]*([a-z])(?![^\W\d_])[\s.]*(\d{0,4})[\s.]*[a-z]?\.?\s*")
_FLAT = re.compile(r"[\s,./()-]*(\d{1,4})?[\s.]*[a-z]?[\s.,)-]*")
_PURE = re.compile(r"[\s.]*")
_SEVERAL = re.compile(r"[,;+&]")


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A house number.

    Args:
        number: The number, or the first of a range.
        last: The last number of a range, else the same as `number`.
        letter: Lower case letter, `bis`, a range of letters as `a-c`, or what follows a slash.
        unit: The staircase, lower case.
        has_flat: Whether a flat follows, so that a letter before it is a staircase.
        letter_apart: Whether the letter stands behind a blank.
    """

    number: int
    last: int
    letter: str = ""
    unit: str = ""
    has_flat: bool = False
    letter_apart: bool = False

    def __str__(self) -> str:
        numbers = f"{self.number}" if self.last == self.number else f"{self.number}-{self.last}"
        slash = "" if not self.letter or self.letter.startswith("/") else self.letter
        longer = f" {slash}" if len(slash) > 2 else slash
        letter = self.letter if self.letter.startswith("/") else longer
        return f"{numbers}{letter}" + (f" {self.unit.upper()}" if self.unit else "")

    @property
    def is_range(self) -> bool:
        """Tell whether it names several numbers."""
        return self.last != self.number

    def includes(self, number: int) -> bool:
        """Tell whether a number lies in the range, on the same side of the street."""
        one_side = self.number % 2 == self.last % 2
        return self.number <= number <= self.last and (
            not one_side or number % 2 == self.number % 2
        )

    def staircase_is_likely(self, country_code: str) -> bool:
        """Tell whether the letter rather names a staircase of the house than a house."""
        return self.has_flat or (self.letter_apart and country_code in STAIRCASE_LETTERS)


def leading_number(text: str, country_code: str) -> tuple[HouseNumber, str] | None:
    """Read a house number at the beginning of a folded text; the second part is what follows it."""
    found = _NUMBER.match(text)
    if found is None or int(found["number"]) == 0:
        return None
    number, letter, rest = int(found["number"]), found["letter"] or "", text[found.end() :]
    last = int(found["last"] or number)
    has_flat = False
    if last != number and (country_code in FLAT_AFTER_DASH or _is_flat(number, last)):
        last, has_flat = number, True
    if found["last_letter"]:
        letter = f"{letter}-{found['last_letter']}" if letter else found["last_letter"]
    if slash := found["slash"]:
        letter = letter or (slash if slash.isalpha() else f"/{slash}")
    first, last = min(number, last), max(number, last)
    apart = bool(found["blank"]) or bool(found["last_letter"])
    return HouseNumber(first, last, "" if first != last else letter, "", has_flat, apart), rest


def with_flat(number: HouseNumber, rest: str) -> HouseNumber | None:
    """Add the staircase and flat that follow a number; None when something else follows it."""
    if _PURE.fullmatch(rest):
        return number
    if staircase := _STAIRCASE.fullmatch(rest):
        return replace(number, unit=staircase[1], has_flat=number.has_flat or bool(staircase[2]))
    if _FLAT.fullmatch(rest):
        return replace(number, has_flat=True)
    return None


def house_numbers(text: str, country_code: str) -> list[HouseNumber]:
    """Read the house numbers of one row of a map; noise such as floors is left out."""
    numbers: list[HouseNumber] = []
    for part in _SEVERAL.split(fold(text)):
        read = leading_number(part.strip(), country_code)
        if read is None:
            continue
        if not numbers or _PURE.fullmatch(read[1]):
            staircase = _STAIRCASE.match(read[1])
            numbers.append(replace(read[0], unit=staircase[1] if staircase else ""))
    return numbers


def _is_flat(number: int, last: int) -> bool:
    """Tell `12-5`, a flat, from `29-27`, a range that was written backwards."""
    return last < number and (number % 2 != last % 2 or number - last > 20)

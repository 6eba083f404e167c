"""What a service is asked: an address in parts, cleaned of what only people need."""

import re
import unicodedata
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from models.places import PlacementPrecision, PostalAddress

SWEDISH_ENDINGS = ("gatan", "vägen", "gränden", "gränd", "stigen", "torget", "kajen", "allén", "plan")
RANGE = re.compile(r"(\d+)\D*[-/;,–]\D*(\d+)")
FIRST_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Question:
    """An address as it is asked for: no flat, no staircase, no `c/o`.

    Args:
        street: The name of the street alone.
        number: The house number, such as `12`, `12a` or `12-14`.
        postal_code: As the country writes it.
        city: The postal town.
        country_code: Two letters, upper case.
    """

    street: str | None
    number: str | None
    postal_code: str | None
    city: str | None
    country_code: str

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to ask."""
        return not (self.street or self.postal_code or self.city)

    @property
    def street_line(self) -> str:
        """The street and the number in one."""
        return " ".join(part for part in (self.street, self.number) if part)

    @property
    def line(self) -> str:
        """The whole in one line."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        return ", ".join(part for part in (self.street_line, town) if part)

    @property
    def language(self) -> str | None:
        """The language to be answered in, so that names can be compared; None is the local one."""
        if self.country_code == "FI" and self.street:
            return "sv" if self.street.lower().endswith(SWEDISH_ENDINGS) else "fi"
        return None

    def town(self) -> "Question":
        """Ask for the town alone."""
        return Question(None, None, None, self.city, self.country_code)

    def folded(self) -> tuple[str, ...]:
        """The question without the differences that no service minds."""
        parts = (self.street, self.number, self.postal_code, self.city)
        return (*(folded(part or "") for part in parts), self.country_code)


def folded(text: str) -> str:
    """Write a text in lower case, without diacritics, with single blanks for all else."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.split(r"[\W_]+", letters)).strip()


def likeness(one: str, other: str) -> float:
    """Compare two names, 0 to 1; one slip of the pen in a longer name counts as the same name."""
    left, right = (folded(name).replace(" ", "") for name in (one, other))
    likely: float = OSA.normalized_similarity(left, right)
    is_slip = min(len(left), len(right)) >= 5 and OSA.distance(left, right) <= 1
    return max(likely, 0.85) if is_slip else likely


def compared(asked: str, found: str) -> PlacementPrecision:
    """Say how well one house number answers another: `12a` may be part of `12` or of `10-14`."""
    if number_key(asked) == number_key(found):
        return PlacementPrecision.HOUSE_NUMBER
    number = FIRST_NUMBER.search(asked)
    if number is None or not spans(found, int(number[0])):
        return PlacementPrecision.STREET
    return PlacementPrecision.NUMBER_RANGE


def number_key(number: str) -> str:
    """Write a house number so that `12 A` and `12a` are the same."""
    return folded(number.replace("-", "to")).replace(" ", "")


def spans(found: str, number: int) -> bool:
    """Tell whether a house number, or a range of one side of the street, includes a number."""
    span = RANGE.search(found)
    if span is None:
        single = FIRST_NUMBER.search(found)
        return single is not None and int(single[0]) == number
    first, last = int(span[1]), int(span[2])
    one_side = first % 2 == last % 2
    return first <= number <= last and (not one_side or number % 2 == first % 2)

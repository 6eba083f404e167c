"""Where an address says it is: postal code, town and country, taken out of its text."""

import re
from collections.abc import Container
from dataclasses import dataclass, field

from geo.wording.country_names import COUNTRY_BY_NAME, STATES
from geo.wording.postal_codes import shape
from geo.wording.street_names import key, words

LONGEST_TOWN_WORDS = 4

_SEPARATORS = re.compile(r"[,;|\r\n\t]+")
_PARENTHESES = re.compile(r"\([^)]*\)?")
_DIGIT = re.compile(r"\d")
_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")

_FIVE_DIGITS = frozenset(
    ["FI", "AX", "FR", "SE", "EE", "LT", "PL", "GB", "NL", "CZ", "SK", "CA", "IE"]
)
"""Where a number as long as a postal code is never a house number."""


def segments_of(text: str) -> list[str]:
    """Part a text at commas and line ends."""
    parts = _SEPARATORS.split(_PARENTHESES.sub(" ", text))
    cleaned = (" ".join(part.split()).strip(" .-") for part in parts)
    return [part for part in cleaned if part]


@dataclass(slots=True)
class AddressDraft:
    """An address while it is taken apart."""

    country_code: str
    known: Container[str]
    segments: list[str] = field(default_factory=list)
    postal_code: str | None = None
    towns: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    country: str | None = None
    leading_names: bool = False

    def add_place(self, place: str) -> None:
        """Note a place as a known town or as an unknown one."""
        place = place.strip(" .-")
        if not _TWO_LETTERS.search(place):
            return
        if self.country_code in STATES and len(place) <= 3:
            return
        (self.towns if key(place) in self.known else self.unknown).append(place)


def take_city(draft: AddressDraft, city: str) -> None:
    """Read the field for the town, which people also use for postal code and country."""
    for part in segments_of(city):
        if key(part) in COUNTRY_BY_NAME and key(part) not in draft.known and draft.towns:
            continue
        found = re.fullmatch(rf"({shape(draft.country_code)})\s+(.+)", part, re.IGNORECASE)
        if found:
            draft.postal_code = found[1]
        draft.add_place(re.sub(r"\s+\d{1,2}$", "", found[2] if found else part))


def take_country(draft: AddressDraft) -> None:
    """Take the country off the end."""
    if not draft.segments:
        return
    *front, last = draft.segments
    if front and (code := COUNTRY_BY_NAME.get(key(last))) and key(last) not in draft.known:
        draft.country, draft.segments = code, front
        return
    body, _, word = last.rpartition(" ")
    code = COUNTRY_BY_NAME.get(key(word))
    if code and len(word) > 3 and (_ends_in_town(draft, body) or _DIGIT.search(body)):
        draft.country, draft.segments = code, [*front, body]


def _ends_in_town(draft: AddressDraft, text: str) -> bool:
    given = words(text)
    return any("".join(given[-count:]) in draft.known for count in range(1, LONGEST_TOWN_WORDS + 1))


def take_places(draft: AddressDraft) -> None:
    """Take postal code and town out of the segments, from the last to the first."""
    kept: list[str] = []
    for place in reversed(range(len(draft.segments))):
        left = _without_place(draft, draft.segments[place], alone=place == 0 and not kept)
        if left:
            kept.insert(0, left)
    draft.segments = kept


def _without_place(draft: AddressDraft, segment: str, *, alone: bool) -> str:
    """Note the postal code and the town of a segment; give what else it says."""
    if key(segment) in draft.known:
        draft.towns.append(segment)
        return ""
    code = shape(draft.country_code)
    if found := re.fullmatch(rf"({code})(?:[\s.-]+(\D+))?", segment, re.IGNORECASE):
        draft.postal_code = draft.postal_code or found[1]
        draft.add_place(found[2] or "")
        return ""
    if found := re.fullmatch(r"(\d{2,7})\s+(\D+)", segment):  # a postal code with a slip in it
        if key(found[2]) in draft.known and (not alone or len(found[1]) > 3):
            draft.postal_code = draft.postal_code or found[1]
            draft.towns.append(found[2])
            return ""
        return segment
    found = re.fullmatch(rf"(.*\S)\s+({code})(?:\s+(\D+))?", segment, re.IGNORECASE)
    if found and (found[3] or _is_place_of_code(draft, found[1], alone=alone)):
        draft.postal_code = draft.postal_code or found[2]
        draft.add_place(found[3] or "")
        return _front(draft, found[1], alone=alone)
    return segment


def _is_place_of_code(draft: AddressDraft, front: str, *, alone: bool) -> bool:
    """Tell whether the number behind `front` is a postal code and not a house number."""
    if key(front) in draft.known:
        return True
    return bool(_DIGIT.search(front)) or not alone or draft.country_code in _FIVE_DIGITS


def _front(draft: AddressDraft, front: str, *, alone: bool) -> str:
    """Keep what stands before a postal code, unless it is the town."""
    if key(front) in draft.known:
        draft.towns.append(front)
        return ""
    if alone or _DIGIT.search(front):
        return front
    draft.add_place(front)
    return ""

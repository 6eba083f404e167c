"""An address as people write it, taken apart.

People leave out, add and swap, and one line can often be read in several ways: `12 A 15`, `17. juni
gate`, `Straße des 17. Juni 135`, `12 rue du 8 mai 1945`. So the parser gives all the readings that
make sense, likeliest first, and the index says which of them exists.
"""

import re
from collections.abc import Container
from dataclasses import dataclass, field

from geo.country_names import COUNTRY_BY_NAME, STATES
from geo.flats import is_in_house, is_post_box, split_care_of
from geo.postal_codes import postal_code_key, shape
from geo.readings import Reading, readings_of
from geo.street_names import aligned, key, words
from models.places import PostalAddress

MOST_READINGS = 8
LONGEST_TOWN_WORDS = 4

_SEPARATORS = re.compile(r"[,;|\r\n\t]+")
_PARENTHESES = re.compile(r"\([^)]*\)?")
_ONLY_NUMBER = re.compile(
    r"(?:nr|no|n°|nº|д|дом)?\.?\s*\d{1,5}\s?(?:bis|ter|quater|[a-z])?(?:\s?[-/]\s?\d{1,4})?[a-z]?(?:\s+[a-z]\s?\d{0,3})?\.?"
)
_DIGIT = re.compile(r"\d")
_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """What an address says, in parts.

    Args:
        readings: Ways to read street and house number, likeliest first; none when it names none.
        postal_code: As written.
        postal_key: As compared.
        towns: Named places that are known as towns, as written.
        unknown_places: Named places that no town is known by; perhaps misspelt, or districts.
        country_code: Where to look.
        named_country: The country that the text names, if it does.
        is_post_box: Whether it is a post box, which lies nowhere.
    """

    readings: tuple[Reading, ...]
    postal_code: str | None
    postal_key: str | None
    towns: tuple[str, ...]
    unknown_places: tuple[str, ...]
    country_code: str
    named_country: str | None
    is_post_box: bool


@dataclass(slots=True)
class _Draft:
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


def parse(address: PostalAddress, known_towns: Container[str] = ()) -> ParsedAddress:
    """Take an address apart.

    Args:
        address: Its fields win over its text.
        known_towns: Folded names that are towns.
    """
    draft = _Draft(address.country_code.upper(), known_towns)
    draft.segments = _segments(_street_text(address))
    if address.city:
        _take_city(draft, address.city)
    is_box = _drop_care_of_and_boxes(draft)
    _take_country(draft)
    _take_places(draft)
    if address.postal_code and address.postal_code.strip():
        draft.postal_code = address.postal_code.strip()
    readings = _readings(draft, explicit_street=bool(address.street))
    code = draft.postal_code
    return ParsedAddress(
        readings=readings,
        postal_code=code,
        postal_key=postal_code_key(code, draft.country_code) if code else None,
        towns=tuple(dict.fromkeys(draft.towns)),
        unknown_places=tuple(dict.fromkeys(draft.unknown)),
        country_code=draft.country_code,
        named_country=draft.country,
        is_post_box=is_box and not readings,
    )


def _street_text(address: PostalAddress) -> str:
    if not address.street:
        return address.text if not (address.city or address.postal_code) else _text_only(address)
    in_text = address.street.casefold() in address.text.casefold()
    return address.text if in_text and not (address.postal_code or address.city) else address.street


def _text_only(address: PostalAddress) -> str:
    """Give the text, unless it only repeats the postal code and the town."""
    said = key(f"{address.postal_code or ''} {address.city or ''}")
    return "" if key(address.text) in {said, key(address.city or "")} else address.text


def _segments(text: str) -> list[str]:
    parts = _SEPARATORS.split(_PARENTHESES.sub(" ", text))
    cleaned = (" ".join(part.split()).strip(" .-") for part in parts)
    return [part for part in cleaned if part]


def _take_city(draft: _Draft, city: str) -> None:
    """Read the field for the town, which people also use for postal code and country."""
    for part in _segments(city):
        if key(part) in COUNTRY_BY_NAME and key(part) not in draft.known and draft.towns:
            continue
        found = re.fullmatch(rf"({shape(draft.country_code)})\s+(.+)", part, re.IGNORECASE)
        if found:
            draft.postal_code = found[1]
        draft.add_place(re.sub(r"\s+\d{1,2}$", "", found[2] if found else part))


def _drop_care_of_and_boxes(draft: _Draft) -> bool:
    kept: list[str] = []
    boxes = 0
    for segment in draft.segments:
        before, after = split_care_of(segment)
        if is_post_box(aligned(before)):
            boxes += 1
        elif before:
            kept.append(before)
        if after and not before and _DIGIT.search(after):
            kept.append(after)
            draft.leading_names = True
    draft.segments = kept
    return boxes > 0


def _take_country(draft: _Draft) -> None:
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


def _ends_in_town(draft: _Draft, text: str) -> bool:
    given = words(text)
    return any("".join(given[-count:]) in draft.known for count in range(1, LONGEST_TOWN_WORDS + 1))


def _take_places(draft: _Draft) -> None:
    """Take postal code and town out of the segments, from the last to the first."""
    kept: list[str] = []
    for place in reversed(range(len(draft.segments))):
        left = _without_place(draft, draft.segments[place], alone=place == 0 and not kept)
        if left:
            kept.insert(0, left)
    draft.segments = kept


def _without_place(draft: _Draft, segment: str, *, alone: bool) -> str:
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


def _is_place_of_code(draft: _Draft, front: str, *, alone: bool) -> bool:
    """Tell whether the number behind `front` is a postal code and not a house number."""
    if len(shape(draft.country_code)) and key(front) in draft.known:
        return True
    return bool(_DIGIT.search(front)) or not alone or draft.country_code in _FIVE_DIGITS


_FIVE_DIGITS = frozenset(
    ["FI", "AX", "FR", "SE", "EE", "LT", "PL", "GB", "NL", "CZ", "SK", "CA", "IE"]
)
"""Where a number as long as a postal code is never a house number."""


def _front(draft: _Draft, front: str, *, alone: bool) -> str:
    """Keep what stands before a postal code, unless it is the town."""
    if key(front) in draft.known:
        draft.towns.append(front)
        return ""
    if alone or _DIGIT.search(front):
        return front
    draft.add_place(front)
    return ""


def _readings(draft: _Draft, *, explicit_street: bool) -> tuple[Reading, ...]:
    """Find the street lines among what is left, and read them."""
    lines, later = _street_lines(_joined(draft.segments))
    draft.unknown += [place for place in later if _TWO_LETTERS.search(place)]
    found: list[Reading] = []
    for line in lines:
        found += readings_of(
            line, draft.country_code, draft.known, leading_names=draft.leading_names
        )
    if not found and explicit_street and draft.towns and not lines:
        found = [Reading(town) for town in draft.towns[:1]]  # a village is its own street
    return tuple(dict.fromkeys(found))[:MOST_READINGS]


def _joined(segments: list[str]) -> list[str]:
    """Join a number to the street it belongs to, as in `Via Roma, 12` and `12, rue X`."""
    joined: list[str] = []
    for segment in segments:
        before = joined[-1] if joined else ""
        number_here = bool(_ONLY_NUMBER.fullmatch(aligned(segment)))
        number_before = bool(_ONLY_NUMBER.fullmatch(aligned(before)))
        if before and (
            (number_here and not _DIGIT.search(before))
            or (number_before and not _DIGIT.search(segment))
        ):
            joined[-1] = f"{before} {segment}"
        else:
            joined.append(segment)
    return joined


def _street_lines(segments: list[str]) -> tuple[list[str], list[str]]:
    """Part the segments into lines with a street, and places named after them."""
    telling = [each for each in segments if not is_in_house(aligned(each))]
    if not telling:
        telling = [each for each in segments if _TWO_LETTERS.search(each)][:1]
    numbered = [i for i, each in enumerate(telling) if _is_numbered(each)]
    if numbered:
        later = [each for each in telling[numbered[-1] + 1 :] if not _DIGIT.search(each)]
        return [telling[i] for i in numbered[:3]], later
    return telling[:1], telling[1:]


def _is_numbered(segment: str) -> bool:
    return bool(_DIGIT.search(segment) and _TWO_LETTERS.search(segment))

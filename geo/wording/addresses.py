"""An address as people write it, taken apart.

People leave out, add and swap, and one line can often be read in several ways: `12 A 15`, `17. juni
gate`, `Straße des 17. Juni 135`, `12 rue du 8 mai 1945`. So the parser gives all the readings that
make sense, likeliest first, and the index says which of them exists.
"""

import re
from collections.abc import Container
from dataclasses import dataclass

from geo.index.named_places import (
    AddressDraft,
    segments_of,
    take_city,
    take_country,
    take_places,
)
from geo.wording.flats import is_in_house, is_post_box, split_care_of
from geo.wording.postal_codes import postal_code_key
from geo.wording.readings import Reading, readings_of
from geo.wording.street_names import aligned, key
from models.places import PostalAddress

MOST_READINGS = 8

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


def parse(address: PostalAddress, known_towns: Container[str] = ()) -> ParsedAddress:
    """Take an address apart.

    Args:
        address: Its fields win over its text.
        known_towns: Folded names that are towns.
    """
    draft = AddressDraft(address.country_code.upper(), known_towns)
    draft.segments = segments_of(_street_text(address))
    if address.city:
        take_city(draft, address.city)
    is_box = _drop_care_of_and_boxes(draft)
    take_country(draft)
    take_places(draft)
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


def _drop_care_of_and_boxes(draft: AddressDraft) -> bool:
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


def _readings(draft: AddressDraft, *, explicit_street: bool) -> tuple[Reading, ...]:
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

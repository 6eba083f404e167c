"""Postal codes and towns: the answer for an address that names no street."""

from typing import Any

from geo.geocoding import Match
from geo.index.address_merging import metres
from geo.index.address_questions import AddressQuestion
from geo.index.choosing_places import SOURCE
from geo.wording.address_wording import not_found
from models.errors import AddressAmbiguous
from models.places import Coordinates, PlacementPrecision

CODE_CONFIDENCE = 0.4
TOWN_CONFIDENCE = 0.3
SAME_CODE_METRES = 30_000


def coarse_match(question: AddressQuestion) -> Match:
    """Place an address without a street by its postal code, else by its town.

    Raises:
        AddressNotFound: Neither is known, or they do not belong together.
        AddressAmbiguous: Several towns have that name or that postal code.
    """
    towns, certainty = question.named_towns()
    named = bool(question.parsed.towns or question.parsed.unknown_places)
    if question.code_rows and (not named or towns):
        rows = [row for row in question.code_rows if not named or row.town_id in towns]
        if rows:
            return _code_match(question, rows)
    if len(towns) == 1 and not question.code_rows:
        town = question.directory.towns[next(iter(towns))]
        place = Coordinates(town.latitude, town.longitude)
        sure = TOWN_CONFIDENCE * certainty
        return Match(place, PlacementPrecision.CITY, round(sure, 3), SOURCE, town.name)
    if len(towns) > 1:
        names = sorted(question.directory.towns[each].name for each in towns)
        raise AddressAmbiguous(f"The town may be {' or '.join(names)}. Add the postal code.")
    raise not_found(question)


def _code_match(question: AddressQuestion, rows: list[Any]) -> Match:
    rows = sorted(rows, key=lambda row: -row.houses)
    first = rows[0]
    here = (first.latitude, first.longitude)
    names = [_place_name(question, row) for row in rows]
    for row, name in zip(rows[1:], names[1:], strict=True):
        if metres(here, (row.latitude, row.longitude)) > SAME_CODE_METRES:
            raise AddressAmbiguous(f"The postal code fits {names[0]} and {name}. Add the town.")
    return Match(
        Coordinates(*here), PlacementPrecision.POSTAL_CODE, CODE_CONFIDENCE, SOURCE, names[0]
    )


def _place_name(question: AddressQuestion, row: Any) -> str:
    town = question.directory.towns.get(row.town_id)
    return f"{row.postcode} {town.name if town else ''}".strip()

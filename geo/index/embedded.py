"""The geocoder that needs no network: it looks addresses up in the index of our own database.

A batch takes a handful of statements, whatever its size: exact names first, then names one edit
away, then all names of the town named; the houses of what was found; and last, for numbers that are
not there, all houses of these streets. See `geo.index.choosing_places` for which answer is given.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from geo.geocoding import Match
from geo.index.address_index import AddressIndex, IndexMemory
from geo.index.address_questions import AddressQuestion, Candidate, Option
from geo.index.along_streets import parts_of_street, street_spots
from geo.index.choosing_places import agreement, choose
from geo.index.coarse_places import coarse_match
from geo.index.house_finding import Spot, house_spots
from geo.index.street_matching import find_elsewhere, find_exactly, find_nearly
from geo.wording.address_wording import not_found
from geo.wording.addresses import parse
from models.database import Database
from models.errors import LivionKeyError
from models.places import PostalAddress

ADDRESSES_AT_ONCE = 500


class EmbeddedGeocoder:
    """Finds addresses in the index that `livionkey addresses import` fills.

    Args:
        database: Where the index is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._memory = IndexMemory()

    async def geocode(self, address: PostalAddress) -> Match:
        """Find the one place that an address names.

        Raises:
            AddressNotFound: The index knows no such place.
            AddressAmbiguous: It fits several places; the message names them.
        """
        (answer,) = await self.geocode_many([address])
        if isinstance(answer, LivionKeyError):
            raise answer
        return answer

    async def geocode_many(
        self, addresses: Sequence[PostalAddress]
    ) -> list[Match | LivionKeyError]:
        """Find many addresses; each gets its place, or the refusal that `geocode` would raise."""
        answers: list[Match | LivionKeyError] = []
        for start in range(0, len(addresses), ADDRESSES_AT_ONCE):
            answers += await self._some(addresses[start : start + ADDRESSES_AT_ONCE])
        return answers

    async def _some(self, addresses: Sequence[PostalAddress]) -> list[Match | LivionKeyError]:
        async with self._database.reading() as connection:
            index = AddressIndex(connection, self._memory)
            await index.look()
            countries: dict[str, list[int]] = defaultdict(list)
            for place, address in enumerate(addresses):
                countries[address.country_code.upper()].append(place)
            found: dict[int, Match | LivionKeyError] = {}
            for code, places in countries.items():
                answers = await _answers(index, code, [addresses[place] for place in places])
                found.update(zip(places, answers, strict=True))
        return [found[place] for place in range(len(addresses))]


async def _answers(
    index: AddressIndex, country_code: str, addresses: Sequence[PostalAddress]
) -> list[Match | LivionKeyError]:
    """Answer for the addresses of one country."""
    questions = await _questions(index, country_code, addresses)
    asking = [question for question in questions if question.scoped and not question.refusal]
    await find_exactly(index, country_code, asking)
    await find_nearly(index, country_code, _without_street(asking))
    await find_elsewhere(index, country_code, [each for each in asking if each.is_fuzzy])
    options = await _options(index, country_code, asking)
    return [_answer(question, options.get(id(question), [])) for question in questions]


def _without_street(questions: Sequence[AddressQuestion]) -> list[AddressQuestion]:
    return [each for each in questions if not (each.candidates or each.refusal)]


async def _questions(
    index: AddressIndex, country_code: str, addresses: Sequence[PostalAddress]
) -> list[AddressQuestion]:
    directory = await index.directory(country_code)
    parsed = [parse(address, directory.by_key) for address in addresses]
    keys = {each.postal_key for each in parsed if each.postal_key}
    codes = await index.postcodes(country_code, keys)
    questions = [
        AddressQuestion(each, directory, codes.get(each.postal_key or "", [])) for each in parsed
    ]
    for question in questions:
        named = question.parsed.named_country
        if named and named != country_code:
            question.refusal = not_found(question)
        question.settle_scopes()
    return questions


def _answer(question: AddressQuestion, options: list[Option]) -> Match | LivionKeyError:
    if question.refusal:
        return question.refusal
    try:
        if not question.parsed.readings and not question.parsed.is_post_box:
            return coarse_match(question)
        return choose(question, options)
    except LivionKeyError as refusal:
        return refusal


async def _options(
    index: AddressIndex, country_code: str, questions: Sequence[AddressQuestion]
) -> dict[int, list[Option]]:
    """Find the places of all candidates: by their house numbers, else along their streets."""
    numbered = await index.houses_numbered(
        (each.street.street_id, each.reading.number.number)
        for question in questions
        for each in question.candidates
        if each.reading.number
    )
    options: dict[int, list[Option]] = {}
    open_ones: list[tuple[AddressQuestion, Candidate, list[Spot]]] = []
    for question in questions:
        found = {
            candidate: _house_spots(candidate, numbered, country_code)
            for candidate in dict.fromkeys(question.candidates)
        }
        options[id(question)] = [
            Option(candidate, spot)
            for candidate, spots in found.items()
            for spot in spots
            if agreement(question, spot)
        ]
        if not options[id(question)] or _could_be_elsewhere(question):
            open_ones += [
                (question, candidate, spots)
                for candidate, spots in found.items()
                if not any(agreement(question, spot) for spot in spots)
            ]
    houses = await index.houses_of(each.street.street_id for _, each, _ in open_ones)
    for question, candidate, spots in open_ones:
        along = _along_street(question, candidate, spots, houses[candidate.street.street_id])
        options[id(question)] += [Option(candidate, spot) for spot in along]
    return options


def _could_be_elsewhere(question: AddressQuestion) -> bool:
    """Tell whether streets of several towns compete."""
    return len({each.street.town_id for each in question.candidates}) > 1


def _house_spots(
    candidate: Candidate,
    numbered: dict[tuple[int, int], list[Row[Any]]],
    country_code: str,
) -> list[Spot]:
    number = candidate.reading.number
    if number is None:
        return []
    rows = numbered.get((candidate.street.street_id, number.number), [])
    return house_spots(number, rows, country_code)


def _along_street(
    question: AddressQuestion, candidate: Candidate, spots: list[Spot], rows: Sequence[Row[Any]]
) -> list[Spot]:
    """Look along the street for a number that is not there, or there with another postal code.

    A town may have two streets of one name. When another of them has the postal code that was
    given, it is meant, even if only this one has the number.
    """
    number, code = candidate.reading.number, question.parsed.postal_key
    if not spots:
        return street_spots(number, rows)
    for part in parts_of_street(rows):
        codes = {each for row in part for each in row.postcode_keys.split()}
        if code in codes and not any(_is_in(spot, part) for spot in spots):
            return street_spots(number, part)
    return spots


def _is_in(spot: Spot, part: Sequence[Row[Any]]) -> bool:
    return any(row.latitude == spot.latitude and row.longitude == spot.longitude for row in part)

"""Which streets of the index an address may mean: letter by letter, else with slips."""

from collections import defaultdict
from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.index.address_index import AddressIndex, NamedStreet
from geo.index.address_questions import AddressQuestion
from geo.wording.address_wording import too_common
from geo.wording.name_likeness import ACCEPTED_SIMILARITY, similarity
from geo.wording.street_names import one_letter_less, spellings
from models.addresses import name_id, place_id

MOST_STREETS = 60
"""A name borne by more streets than this needs a town or a postal code."""

SCANNED_SIMILARITY = 0.78
MOST_NEAR_NAMES = 5

Wish = tuple[AddressQuestion, int, int, float]
"""A question, the place of the reading in it, the id of a name, and how well the name fits."""


async def find_exactly(
    index: AddressIndex, country_code: str, questions: Sequence[AddressQuestion]
) -> None:
    """Find the streets that are spelt as written, or as an abbreviation stands for."""
    wishes = [
        (question, order, name_id(country_code, key), score)
        for question in questions
        for order, key, score in question.keys(fuzzy=False)
    ]
    await _grant(index, wishes)


async def find_nearly(
    index: AddressIndex, country_code: str, questions: Sequence[AddressQuestion]
) -> None:
    """Find the streets that differ by a slip or two."""
    if not questions:
        return
    for question in questions:
        question.is_fuzzy = True
    keys = {id(question): question.keys(fuzzy=True) for question in questions}
    letters = {key: one_letter_less(key) for some in keys.values() for _, key, _ in some}
    near = await index.one_edit_away(country_code, letters)
    wishes = [
        (question, order, identity, score * alike)
        for question in questions
        for order, key, score in keys[id(question)]
        for known, identity in near.get(key, {}).items()
        if (alike := similarity(key, known))
    ]
    await _grant(index, wishes)
    left = [question for question in questions if not (question.candidates or question.refusal)]
    scanned: list[Wish] = []
    for question in left:
        scanned += await _scan(index, country_code, question, keys[id(question)])
    await _grant(index, scanned)


async def find_elsewhere(
    index: AddressIndex, country_code: str, questions: Sequence[AddressQuestion]
) -> None:
    """Note where streets are known that were not found where they should be, for the message."""
    identities = {
        id(question): name_id(country_code, key)
        for question in questions
        if question.scoped
        for key, _ in spellings(question.scoped[0][0].street)[:1]
    }
    spreads = await index.spreads(identities.values())
    streets = await index.streets(
        street for spread in spreads.values() for street in (spread.first, spread.last)
    )
    for question in questions:
        spread = spreads.get(identities.get(id(question), 0))
        if spread:
            question.known_elsewhere = [
                streets[each].town_id for each in (spread.first, spread.last) if each in streets
            ]


async def _scan(
    index: AddressIndex,
    country_code: str,
    question: AddressQuestion,
    keys: Sequence[tuple[int, str, float]],
) -> list[Wish]:
    """Compare with every name of the towns named, or of a country that has not too many."""
    wishes: list[Wish] = []
    for order, key, score in keys:
        towns = question.scoped[order][1].town_ids
        if towns is None:
            books = [await index.country_keys(country_code)]
        else:
            books = [await index.town_keys(town) for town in towns]
        for book in books:
            close = process.extract(
                key,
                book.keys(),
                scorer=OSA.normalized_similarity,
                score_cutoff=min(SCANNED_SIMILARITY, ACCEPTED_SIMILARITY),
                limit=MOST_NEAR_NAMES,
            )
            wishes += [
                (question, order, book[known], score * alike)
                for known, _, _ in close
                if (alike := similarity(key, known))
            ]
    return wishes


async def _grant(index: AddressIndex, wishes: Sequence[Wish]) -> None:
    """Look the streets of names up, in the towns where each question may lie."""
    in_towns: dict[int, list[tuple[AddressQuestion, int, float]]] = defaultdict(list)
    anywhere: dict[int, list[tuple[AddressQuestion, int, float]]] = defaultdict(list)
    for question, order, identity, score in wishes:
        towns = question.scoped[order][1].town_ids
        if towns is None:
            anywhere[identity].append((question, order, score))
            continue
        for town in towns:
            in_towns[place_id(town, identity)].append((question, order, score))
    for found, asking in (
        (await index.at_places(in_towns), in_towns),
        (await _anywhere(index, anywhere), anywhere),
    ):
        for identity, streets in found.items():
            for question, order, score in asking[identity]:
                for street in streets:
                    question.add(order, street, score)


async def _anywhere(
    index: AddressIndex, asking: dict[int, list[tuple[AddressQuestion, int, float]]]
) -> dict[int, list[NamedStreet]]:
    """Look names up in the whole country; a name that too many streets bear is refused."""
    spreads = await index.spreads(asking)
    common = {name for name, spread in spreads.items() if spread.streets > MOST_STREETS}
    two = await index.streets(
        street for name in common for street in (spreads[name].first, spreads[name].last)
    )
    for name in common:
        spread = spreads[name]
        for question, _, score in asking[name]:
            if score >= 1.0:
                towns = [
                    question.directory.towns[two[each].town_id].name
                    for each in (spread.first, spread.last)
                ]
                question.refusal = too_common(question, spread.streets, towns)
    return await index.everywhere(name for name in spreads if name not in common)

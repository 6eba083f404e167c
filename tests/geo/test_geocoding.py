"""The chain of geocoders, and the cache with its provenance."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.geocoding import ChainGeocoder, Geocoder, Match
from geo.services.cache import CachingGeocoder, Terms
from models.base import new_id
from models.database import Database
from models.errors import (
    AddressAmbiguous,
    AddressNotFound,
    GeocoderUnavailable,
    LivionKeyError,
)
from models.geocodes import Geocode, GeocodeOutcome, GeocoderTurn
from models.places import Coordinates, PlacementPrecision, PostalAddress

ADDRESS = PostalAddress("Koivutie 5 A 3, 01300 Vantaa")
HOUSE = Match(
    Coordinates(60.29, 25.04), PlacementPrecision.HOUSE_NUMBER, 0.95, "house", "Koivutie 5"
)
BETWEEN = replace(HOUSE, precision=PlacementPrecision.INTERPOLATED, source="between")
STREET = replace(HOUSE, precision=PlacementPrecision.STREET, confidence=0.5, source="street")
SURER_STREET = replace(STREET, confidence=0.6, source="surer street")
TOWN = replace(HOUSE, precision=PlacementPrecision.CITY, source="town")
UNKNOWN, RIVALS, SILENT = AddressNotFound(), AddressAmbiguous("A and B"), GeocoderUnavailable()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Answering:
    """A geocoder that always gives the same answer, after a while if need be."""

    def __init__(self, answer: Match | LivionKeyError) -> None:
        self.answer = answer
        self.times_asked = 0
        self.asked = asyncio.Semaphore(0)
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def geocode(self, address: PostalAddress) -> Match:
        self.times_asked += 1
        self.asked.release()
        await self.may_answer.wait()
        if isinstance(self.answer, LivionKeyError):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answers", "best"),
    [
        ([HOUSE, BETWEEN], HOUSE),
        ([BETWEEN, HOUSE], BETWEEN),
        ([UNKNOWN, HOUSE], HOUSE),
        ([SILENT, HOUSE], HOUSE),
        ([STREET, HOUSE], HOUSE),
        ([STREET, UNKNOWN], STREET),
        ([STREET, SILENT], STREET),
        ([TOWN, STREET], STREET),
        ([STREET, SURER_STREET], SURER_STREET),
        ([RIVALS, HOUSE], HOUSE),
    ],
)
async def test_a_chain_gives_the_first_house_or_else_the_best_that_anybody_knows(
    answers: list[Match | LivionKeyError], best: Match
) -> None:
    chain = ChainGeocoder(*map(Answering, answers))

    match = await chain.geocode(ADDRESS)

    assert match == best


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        ([], AddressNotFound),
        ([UNKNOWN, UNKNOWN], AddressNotFound),
        ([UNKNOWN, SILENT], GeocoderUnavailable),
        ([SILENT, UNKNOWN], GeocoderUnavailable),
        ([RIVALS, UNKNOWN], AddressAmbiguous),
        ([RIVALS, SILENT], AddressAmbiguous),
        ([RIVALS, BETWEEN], AddressAmbiguous),
        ([STREET, RIVALS], AddressAmbiguous),
    ],
)
async def test_a_chain_says_no_the_way_that_helps_most(
    answers: list[Match | LivionKeyError], refusal: type[LivionKeyError]
) -> None:
    chain = ChainGeocoder(*map(Answering, answers))

    with pytest.raises(refusal):
        await chain.geocode(ADDRESS)


async def test_a_chain_asks_nobody_after_a_house_is_found() -> None:
    second = Answering(HOUSE)

    await ChainGeocoder(Answering(HOUSE), second).geocode(ADDRESS)

    assert second.times_asked == 0


class Remembering:
    """One service behind a cache, and a clock that a test can turn."""

    def __init__(self, database: Database, answer: Match | LivionKeyError) -> None:
        self.database = database
        self.service = Answering(answer)
        self.terms = Terms(f"service {new_id().hex[-12:]}", "© somebody", timedelta(days=30))
        self.moment = NOON
        self.version = "1"

    def cache(self, service: Geocoder | None = None) -> CachingGeocoder:
        """Make a cache, as every process has one."""

        async def version() -> str:
            return self.version

        return CachingGeocoder(
            service or self.service,
            terms=self.terms,
            database=self.database,
            clock=lambda: self.moment,
            index_version=version,
        )

    async def rows(self) -> list[Geocode]:
        async with self.database.writing() as session:
            found = await session.scalars(
                select(Geocode).where(Geocode.provider == self.terms.provider)
            )
            return list(found)


async def test_an_answer_is_remembered_with_its_date_and_licence(database: Database) -> None:
    remembering = Remembering(database, HOUSE)

    first = await remembering.cache().geocode(ADDRESS)
    again = await remembering.cache().geocode(ADDRESS)

    assert first == again == HOUSE
    assert remembering.service.times_asked == 1
    (row,) = await remembering.rows()
    assert (row.outcome, row.country_code) == (GeocodeOutcome.FOUND, "FI")
    assert (row.licence, row.created_at) == ("© somebody", NOON)
    assert row.kept_until == NOON + timedelta(days=30)


async def test_flats_of_one_house_are_asked_for_once(database: Database) -> None:
    remembering = Remembering(database, HOUSE)
    cache = remembering.cache()

    for line in ("Koivutie 5 A 3, 01300 Vantaa", "KOIVUTIE 5 A 17 01300 vantaa"):
        await cache.geocode(PostalAddress(line))

    assert remembering.service.times_asked == 1


@pytest.mark.parametrize(
    "other",
    [
        PostalAddress("Koivutie 6, 01300 Vantaa"),
        PostalAddress("Koivutie 5, 01300 Vantaa", country_code="SE"),
        PostalAddress("Koivutie 5, 02100 Espoo"),
    ],
)
async def test_another_question_is_asked_for_itself(
    database: Database, other: PostalAddress
) -> None:
    remembering = Remembering(database, HOUSE)
    cache = remembering.cache()

    await cache.geocode(PostalAddress("Koivutie 5, 01300 Vantaa"))
    await cache.geocode(other)

    assert remembering.service.times_asked == 2


async def test_another_version_of_the_index_asks_anew(database: Database) -> None:
    remembering = Remembering(database, HOUSE)
    await remembering.cache().geocode(ADDRESS)

    remembering.version = "2"
    await remembering.cache().geocode(ADDRESS)

    assert remembering.service.times_asked == 2


@pytest.mark.parametrize("refusal", [UNKNOWN, RIVALS])
async def test_a_refusal_is_remembered_for_a_day(
    database: Database, refusal: LivionKeyError
) -> None:
    remembering = Remembering(database, refusal)
    for _ in range(2):
        with pytest.raises(type(refusal), match=refusal.message):
            await remembering.cache().geocode(ADDRESS)
    assert remembering.service.times_asked == 1

    remembering.moment += timedelta(days=1)
    remembering.service.answer = HOUSE
    match = await remembering.cache().geocode(ADDRESS)

    assert match == HOUSE
    assert [row.outcome for row in await remembering.rows()] == [GeocodeOutcome.FOUND]


async def test_a_failure_is_never_remembered(database: Database) -> None:
    remembering = Remembering(database, SILENT)
    with pytest.raises(GeocoderUnavailable):
        await remembering.cache().geocode(ADDRESS)

    remembering.service.answer = HOUSE
    match = await remembering.cache().geocode(ADDRESS)

    assert match == HOUSE


async def test_an_answer_is_not_kept_longer_than_its_terms_allow(database: Database) -> None:
    remembering = Remembering(database, HOUSE)
    await remembering.cache().geocode(ADDRESS)

    remembering.moment += timedelta(days=31)
    await remembering.cache().geocode(PostalAddress("Pihlajatie 1, 01300 Vantaa"))

    assert [row.created_at for row in await remembering.rows()] == [remembering.moment]


async def test_who_asks_the_same_at_once_shares_one_answer(database: Database) -> None:
    remembering = Remembering(database, HOUSE)
    remembering.service.may_answer.clear()
    cache = remembering.cache()

    asking = [asyncio.create_task(cache.geocode(ADDRESS)) for _ in range(20)]
    await remembering.service.asked.acquire()
    asking[0].cancel()
    remembering.service.may_answer.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)

    assert isinstance(answers[0], asyncio.CancelledError)
    assert answers[1:] == [HOUSE] * 19
    assert remembering.service.times_asked == 1


async def test_a_shared_refusal_reaches_everybody(database: Database) -> None:
    remembering = Remembering(database, UNKNOWN)
    cache = remembering.cache()

    answers = await asyncio.gather(
        *(cache.geocode(ADDRESS) for _ in range(5)), return_exceptions=True
    )

    assert [type(answer) for answer in answers] == [AddressNotFound] * 5
    assert remembering.service.times_asked == 1


async def test_two_processes_may_keep_the_same_answer(database: Database) -> None:
    remembering = Remembering(database, HOUSE)
    remembering.service.may_answer.clear()
    asking = [asyncio.create_task(remembering.cache().geocode(ADDRESS)) for _ in range(2)]
    for _ in asking:
        await remembering.service.asked.acquire()

    remembering.service.may_answer.set()
    answers = await asyncio.gather(*asking)

    assert answers == [HOUSE, HOUSE]
    assert len(await remembering.rows()) == 1


async def test_nothing_is_locked_while_the_network_is_waited_for(database: Database) -> None:
    remembering = Remembering(database, HOUSE)
    remembering.service.may_answer.clear()
    asking = asyncio.create_task(remembering.cache().geocode(ADDRESS))
    await remembering.service.asked.acquire()

    async with asyncio.timeout(30), database.writing() as session:
        session.add(GeocoderTurn(service=f"free {new_id()}", next_at=NOON))
        sessions = await transactions(await session.connection())

    assert sessions <= 1
    remembering.service.may_answer.set()
    assert await asking == HOUSE


async def transactions(connection: AsyncConnection) -> int:
    """Count the open transactions on this database; SQLite has one writer at most."""
    if connection.dialect.name == "sqlite":
        return 1
    open_ones = text(
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and xact_start is not null"
    )
    return int(await connection.scalar(open_ones) or 0)

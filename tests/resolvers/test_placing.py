"""From an address to a place: what a geocoder says, and what is kept when it says nothing."""

from dataclasses import dataclass, field

import pytest
from factories import NOON, PASILA, STATION, address
from sqlalchemy import select

from geo.geocoding import Match
from models.accounts import Actor
from models.addressed import PlacementProblem
from models.database import Database
from models.entities import EntityKind, ReservableEntity
from models.errors import (
    AddressAmbiguous,
    AddressNotFound,
    ErrorCode,
    GeocoderUnavailable,
    InvalidInput,
    LivionKeyError,
)
from models.events import Event, EventKind
from models.places import Coordinates, Placement, PlacementPrecision, PostalAddress
from resolvers import entities, organizations
from resolvers.placing import checked_address, place
from resolvers.unplaced import place_again
from resolvers.work import Work


@dataclass
class Speaker:
    """A geocoder that says what it is told to say."""

    says: Coordinates | LivionKeyError
    asked: list[str] = field(default_factory=list)

    async def geocode(self, address: PostalAddress) -> Match:
        self.asked.append(address.text)
        if isinstance(self.says, LivionKeyError):
            raise self.says
        return Match(self.says, PlacementPrecision.HOUSE_NUMBER, 0.9, "speaker", "Katu 1, Helsinki")


async def test_an_address_is_placed_by_the_geocoder() -> None:
    found = await place(Speaker(STATION), address("Katu 1"), None, NOON)

    assert isinstance(found, Placement)
    assert (found.coordinates, found.source, found.placed_at) == (STATION, "speaker", NOON)


async def test_coordinates_that_are_given_outrank_the_geocoder() -> None:
    geocoder = Speaker(STATION)

    found = await place(geocoder, address("Katu 1"), PASILA, NOON)

    assert isinstance(found, Placement)
    assert (found.coordinates, found.precision) == (PASILA, PlacementPrecision.MANUAL)
    assert geocoder.asked == []


async def test_without_an_address_nobody_is_asked() -> None:
    geocoder = Speaker(STATION)

    assert await place(geocoder, None, None, NOON) is None
    assert geocoder.asked == []


@pytest.mark.parametrize(
    "refusal", [AddressNotFound("No."), AddressAmbiguous("Two."), GeocoderUnavailable("Later.")]
)
async def test_what_a_geocoder_cannot_place_is_a_problem_to_keep(refusal: LivionKeyError) -> None:
    found = await place(Speaker(refusal), address("Katu 1"), None, NOON)

    assert found == PlacementProblem(refusal.code, refusal.message)


@pytest.mark.parametrize(
    ("text", "street", "country"), [("", "", "FI"), ("  ", None, "FI"), ("Katu 1", None, "FIN")]
)
def test_an_address_has_a_text_or_a_street_and_a_country(
    text: str, street: str | None, country: str
) -> None:
    with pytest.raises(InvalidInput):
        checked_address(text=text, street=street, postal_code=None, city=None, country_code=country)


def test_parts_of_an_address_become_one_line() -> None:
    made = checked_address(
        text=None, street="Katu 1 A 2", postal_code="00100", city="Helsinki", country_code="fi"
    )

    assert (made.text, made.country_code) == ("Katu 1 A 2, 00100 Helsinki", "FI")


@pytest.fixture
async def founder(database: Database) -> Actor:
    """Found an organization that stays: geocoders are asked between transactions."""
    founder = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, founder, NOON), name="Kotikatu")
    return founder


async def unplaced(database: Database, founder: Actor, code: ErrorCode) -> ReservableEntity:
    async with database.writing() as session:
        return await entities.create(
            Work(session, founder, NOON),
            kind=EntityKind.APARTMENT,
            name="A 15",
            address=address("Katu 1"),
            found=PlacementProblem(code, "Not yet."),
        )


async def again(database: Database, founder: Actor, geocoder: Speaker) -> int:
    return await place_again(database, geocoder, founder, NOON)


async def stored(database: Database, entity: ReservableEntity) -> ReservableEntity:
    async with database.writing() as session:
        return await session.get_one(ReservableEntity, entity.id)


@pytest.mark.parametrize("code", [ErrorCode.GEOCODER_UNAVAILABLE, ErrorCode.ADDRESS_NOT_FOUND])
async def test_an_address_is_placed_later(
    database: Database, founder: Actor, code: ErrorCode
) -> None:
    entity = await unplaced(database, founder, code)

    assert await again(database, founder, Speaker(STATION)) == 1

    placed = await stored(database, entity)
    assert placed.position == STATION
    assert placed.placement_problem is None
    assert await again(database, founder, Speaker(PASILA)) == 0


async def test_an_ambiguous_address_is_not_asked_about_again(
    database: Database, founder: Actor
) -> None:
    await unplaced(database, founder, ErrorCode.ADDRESS_AMBIGUOUS)
    geocoder = Speaker(STATION)

    assert await again(database, founder, geocoder) == 0
    assert geocoder.asked == []


async def test_what_a_geocoder_says_later_is_kept_once(database: Database, founder: Actor) -> None:
    entity = await unplaced(database, founder, ErrorCode.GEOCODER_UNAVAILABLE)
    for _ in range(2):
        await again(database, founder, Speaker(GeocoderUnavailable("Still away.")))

    for _ in range(2):
        await again(database, founder, Speaker(AddressNotFound("No such street.")))

    known = (await stored(database, entity)).placement_problem
    assert known == PlacementProblem(ErrorCode.ADDRESS_NOT_FOUND, "No such street.")
    async with database.reading() as connection:
        told = await connection.execute(
            select(Event.id).where(
                Event.subject_id == entity.id, Event.kind == EventKind.ADDRESS_NOT_PLACED
            )
        )
        assert len(told.all()) == 2


@dataclass
class Slow:
    """A geocoder during whose work somebody changes the address."""

    database: Database
    actor: Actor
    entity: ReservableEntity

    async def geocode(self, address: PostalAddress) -> Match:
        async with self.database.writing() as session:
            await entities.move(
                Work(session, self.actor, NOON),
                self.entity.id,
                address=PostalAddress("Toinen katu 2"),
                found=PlacementProblem(ErrorCode.ADDRESS_AMBIGUOUS, "Two of them."),
            )
        return Match(STATION, PlacementPrecision.HOUSE_NUMBER, 0.9, "slow", "Katu 1, Helsinki")


async def test_the_place_of_an_old_address_is_not_given_to_the_new_one(
    database: Database, founder: Actor
) -> None:
    entity = await unplaced(database, founder, ErrorCode.GEOCODER_UNAVAILABLE)

    geocoder = Slow(database, founder, entity)
    placed = await place_again(database, geocoder, founder, NOON)

    after = await stored(database, entity)
    assert (placed, after.position, after.address_text) == (0, None, "Toinen katu 2")

"""Addresses that are corrected while reservations are made: one place counts, never half of it."""

import asyncio
from typing import Any

from factories import (
    AINO,
    DAY,
    NOON,
    PASILA,
    STATION,
    make_automat,
    make_entity,
    make_key,
    placed,
)
from outcomes import decision, locker_contract
from racing import at_once

from geo.geocoding import Match
from models.addressed import PlacementProblem
from models.database import Database
from models.errors import ErrorCode, GeocoderUnavailable
from models.places import PostalAddress
from models.reservations import Reservation
from resolvers import entities, organizations, reservations
from resolvers.placing import place
from resolvers.planning.stays import Wanted
from resolvers.pushing.requests import Request, Times
from resolvers.work import Work

NEW = PostalAddress("Ratapihantie 6, 00520 Helsinki")
ROUNDS = 6


async def test_a_reservation_is_planned_with_one_place_or_the_other(database: Database) -> None:
    owner = organizations.founder()
    async with database.writing() as session:
        work = Work(session, owner, NOON)
        await organizations.found(work, name="Kotikatu")
        automats = {STATION: (await make_automat(work, "Station", STATION)).id}
        automats[PASILA] = (await make_automat(work, "Pasila", PASILA)).id

    for number in range(ROUNDS):
        async with database.writing() as session:
            work = Work(session, owner, NOON)
            home = await make_entity(work, STATION)
            await make_key(work, home)
        request = Request(
            external_id=f"race {number}",
            entity_id=home.id,
            contacts=[AINO],
            times=Times(starts_at=NOON + DAY, ends_at=NOON + 2 * DAY),
            wanted=Wanted(),
        )

        async def push(work: Work, request: Request = request) -> Any:
            return (await reservations.push(work, request)).kept().id

        async def correct(work: Work, id: Any = home.id) -> None:
            await entities.move(work, id, address=NEW, found=placed(PASILA))

        pushed, corrected = await at_once(database, owner, push, correct)

        assert corrected is None
        async with database.writing() as session:
            work = Work(session, owner, NOON)
            reservation = await work.get(Reservation, pushed)
            origin = (await decision(work, reservation)).origin
            assert origin in automats
            assert (await locker_contract(work, reservation)).automat_id == automats[origin]
            after = await work.get(type(home), home.id)
            assert (after.address, after.position) == (NEW, PASILA)


class Hanging:
    """A geocoder that never answers by itself; services give up by their time-out."""

    async def geocode(self, address: PostalAddress) -> Match:
        try:
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        except TimeoutError:
            raise GeocoderUnavailable(f"No answer for {address.text}.") from None
        raise AssertionError


async def test_a_geocoder_that_hangs_leaves_an_address_to_be_tried_again(work: Work) -> None:
    found = await place(Hanging(), NEW, None, NOON)
    home = await make_entity(work, address=NEW, found=found)

    assert isinstance(found, PlacementProblem)
    assert found.code is ErrorCode.GEOCODER_UNAVAILABLE
    assert (home.position, home.placement_problem) == (None, found)

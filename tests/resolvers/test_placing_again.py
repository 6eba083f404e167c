"""Looking many addresses up again: interrupted, in turns, and never against what people know."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from factories import NOON, PASILA, STATION, make_automat, make_entity, make_unit, placed
from sqlalchemy import select

from geo.geocoding import Match
from geo.services.bucket import PacedGeocoder, TokenBucket
from models.accounts import Actor
from models.addressed import PlacementProblem
from models.database import Database
from models.entities import ReservableEntity
from models.errors import AddressNotFound, ErrorCode, GeocoderUnavailable, LivionKeyError
from models.events import Event, EventKind
from models.placement_reviews import PlacementRun, PlacementScope
from models.places import Coordinates, PlacementPrecision, PostalAddress
from resolvers import entities, organizations
from resolvers.placements.again import MOST_UNANSWERED, Placing
from resolvers.placements.running import Asked, Outcome, Run
from resolvers.work import Work

HOUSE, STREET = PlacementPrecision.HOUSE_NUMBER, PlacementPrecision.STREET
ALL = Asked(PlacementScope.ALL)
NORTH = Coordinates(STATION.latitude + 0.001, STATION.longitude)
"""About 111 m north of the station."""


@dataclass
class Map:
    """A geocoder that knows where some addresses are, by their first word."""

    knows: dict[str, Coordinates | LivionKeyError] = field(default_factory=dict)
    precision: PlacementPrecision = HOUSE
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[], Any] | None = None
    dies_at: int = 0

    async def geocode(self, address: PostalAddress) -> Match:
        self.asked.append(address.text)
        if len(self.asked) == self.dies_at:
            raise KeyboardInterrupt
        if self.meanwhile:
            await self.meanwhile()
        says = self.knows.get(address.text, NORTH)
        if isinstance(says, LivionKeyError):
            raise says
        return Match(says, self.precision, 0.9, "map", address.text)


@pytest.fixture
async def owner(database: Database) -> Actor:
    """Found an organization that stays: geocoders are asked between transactions."""
    owner = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, owner, NOON), name="Kotikatu")
    return owner


async def make(database: Database, owner: Actor, name: str, **given: Any) -> Any:
    async with database.writing() as session:
        work = Work(session, owner, NOON)
        if name.startswith("automat"):
            return await make_automat(work, name, **given)
        return await make_entity(work, **{"address": PostalAddress(name), **given})


async def run(database: Database, owner: Actor, geocoder: Any, asked: Asked = ALL) -> Run:
    placing = Placing(
        database, geocoder, owner, lambda: NOON, asked=asked, progress=lambda _done, _total: None
    )
    return await placing.through()


async def stored(database: Database, entity: Any) -> Any:
    async with database.writing() as session:
        return await session.get_one(type(entity), entity.id)


async def facts(database: Database, entity: Any) -> dict[str, Any]:
    async with database.reading() as connection:
        newest = (
            select(Event.facts)
            .where(Event.subject_id == entity.id, Event.kind == EventKind.ADDRESS_PLACED)
            .order_by(Event.id.desc())
            .limit(1)
        )
        return dict((await connection.execute(newest)).scalar_one())


async def test_things_move_to_better_places_and_the_metres_are_told(
    database: Database, owner: Actor
) -> None:
    moved = await make(database, owner, "moved")
    same = await make(database, owner, "same")
    lost = await make(database, owner, "lost")
    new = await make(database, owner, "new", position=None, address=PostalAddress("new"))
    by_hand = await make(database, owner, "hand", found=placed(PASILA, PlacementPrecision.MANUAL))
    automat = await make(database, owner, "automat")
    geocoder = Map({"same": STATION, "lost": AddressNotFound("No."), "automat": PASILA})

    done = await run(database, owner, geocoder)

    assert done.counts == {
        Outcome.MOVED: 2,
        Outcome.SAME: 1,
        Outcome.NOT_FOUND: 1,
        Outcome.PLACED: 1,
    }
    assert "hand" not in geocoder.asked
    places = [(await stored(database, one)).position for one in (moved, same, lost, new, by_hand)]
    assert places == [NORTH, STATION, STATION, NORTH, PASILA]
    assert (await stored(database, automat)).position == PASILA
    assert (await facts(database, moved))["moved_metres"] == pytest.approx(111.4, abs=0.2)
    assert done.moved.number == 2
    assert done.moved.largest == pytest.approx(3_009, abs=10)


async def test_no_place_is_exchanged_for_a_coarser_one(database: Database, owner: Actor) -> None:
    home = await make(database, owner, "home")
    coarse = await make(database, owner, "coarse", found=placed(STATION, STREET))

    geocoder = Map({"coarse": STATION})
    geocoder.precision = STREET
    done = await run(database, owner, geocoder)

    assert done.counts == {Outcome.COARSER: 1, Outcome.SAME: 1}
    assert (await stored(database, home)).position == STATION
    again = await run(database, owner, Map({"coarse": STATION}))
    assert again.counts[Outcome.SAME] == 1
    assert (await stored(database, coarse)).placement_precision is HOUSE


async def test_a_scope_and_a_unit_leave_others_alone(database: Database, owner: Actor) -> None:
    async with database.writing() as session:
        unit = await make_unit(Work(session, owner, NOON))
    inside = {"unit_id": unit.id}
    await make(database, owner, "good")
    await make(database, owner, "coarse", found=placed(STATION, STREET))
    await make(database, owner, "inside", found=placed(STATION, STREET), **inside)
    await make(database, owner, "unknown", position=None, address=PostalAddress("unknown"))

    async def asked_for(asked: Asked) -> list[str]:
        geocoder = Map()
        await run(database, owner, geocoder, asked)
        return geocoder.asked

    def dry(scope: PlacementScope, unit_id: Any = None) -> Asked:
        return Asked(scope, unit_id, dry_run=True)

    assert await asked_for(dry(PlacementScope.UNPLACED)) == ["unknown"]
    assert await asked_for(dry(PlacementScope.COARSE)) == ["coarse", "inside", "unknown"]
    assert await asked_for(dry(PlacementScope.ALL, unit.id)) == ["inside"]


async def test_a_dry_run_writes_nothing(database: Database, owner: Actor) -> None:
    home = await make(database, owner, "home")

    done = await run(database, owner, Map(), Asked(PlacementScope.ALL, dry_run=True))

    assert done.moved.number == 1
    assert (await stored(database, home)).position == STATION
    async with database.reading() as connection:
        runs = select(PlacementRun.id).where(PlacementRun.organization_id == owner.organization_id)
        assert (await connection.execute(runs)).all() == []


async def test_a_killed_run_goes_on_and_counts_everything_once(
    database: Database, owner: Actor
) -> None:
    names = [f"home {number}" for number in range(6)]
    for name in names:
        await make(database, owner, name)
    first = Map(dies_at=4)

    with pytest.raises(KeyboardInterrupt):
        await run(database, owner, first)
    second = Map()
    done = await run(database, owner, second)

    assert (first.asked, second.asked) == (names[:4], names[3:])
    assert (done.goes_on, done.counts, done.moved.number) == (True, {Outcome.MOVED: 6}, 6)
    third = await run(database, owner, Map())
    assert (third.goes_on, third.counts) == (False, {Outcome.SAME: 6})


async def test_a_run_can_begin_anew(database: Database, owner: Actor) -> None:
    for name in ("one", "two"):
        await make(database, owner, name)
    with pytest.raises(KeyboardInterrupt):
        await run(database, owner, Map(dies_at=2))

    geocoder = Map()
    done = await run(database, owner, geocoder, Asked(PlacementScope.ALL, anew=True))

    assert (done.goes_on, geocoder.asked) == (False, ["one", "two"])


async def test_a_geocoder_that_is_away_stops_the_run_and_takes_no_place(
    database: Database, owner: Actor
) -> None:
    homes = [await make(database, owner, f"home {n}") for n in range(MOST_UNANSWERED + 1)]
    away = Map({f"home {n}": GeocoderUnavailable("Later.") for n in range(1, len(homes))})

    with pytest.raises(GeocoderUnavailable):
        await run(database, owner, away)

    assert (await stored(database, homes[1])).position == STATION
    back = Map()
    done = await run(database, owner, back)
    assert back.asked == [f"home {n}" for n in range(1, len(homes))]
    assert done.counts == {Outcome.MOVED: len(homes)}


async def test_one_that_is_not_answered_stays_as_it_is(database: Database, owner: Actor) -> None:
    silent = await make(database, owner, "silent")
    await make(database, owner, "home")

    done = await run(database, owner, Map({"silent": GeocoderUnavailable("Time-out.")}))

    assert done.counts == {Outcome.UNANSWERED: 1, Outcome.MOVED: 1}
    kept = await stored(database, silent)
    assert (kept.position, kept.placement_problem) == (STATION, None)


async def test_what_was_corrected_meanwhile_is_not_overwritten(
    database: Database, owner: Actor
) -> None:
    home = await make(database, owner, "old")

    async def correct() -> None:
        async with database.writing() as session:
            work = Work(session, owner, NOON)
            address = PostalAddress("corrected")
            await entities.move(work, home.id, address=address, found=placed(PASILA))

    done = await run(database, owner, Map(meanwhile=correct))

    after = await stored(database, home)
    assert done.counts == {Outcome.CHANGED: 1}
    assert (after.address_text, after.position) == ("corrected", PASILA)


async def test_news_of_what_has_no_place_is_kept(database: Database, owner: Actor) -> None:
    problem = PlacementProblem(ErrorCode.GEOCODER_UNAVAILABLE, "Later.")
    home = await make(database, owner, "home", found=problem)

    await run(database, owner, Map({"home": AddressNotFound("No such street.")}))

    known = (await stored(database, home)).placement_problem
    assert known == PlacementProblem(ErrorCode.ADDRESS_NOT_FOUND, "No such street.")
    assert isinstance(home, ReservableEntity)


async def test_questions_take_turns() -> None:
    now, slept = [100.0], []

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))
        now[0] += seconds

    paced = PacedGeocoder(Map(), TokenBucket(4, clock=lambda: now[0], sleep=sleep))
    for _ in range(3):
        await paced.geocode(PostalAddress("Katu 1"))
    now[0] += 60
    for _ in range(2):
        await paced.geocode(PostalAddress("Katu 1"))

    assert slept == [0.25, 0.25, 0.25]

"""The nearest automats: exactly those that a ranking of every geodesic gives."""

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from factories import NOON, PASILA, STATION, make_automat, make_stranger
from sqlalchemy import insert

from geo.measuring import Found, Nearby, in_order
from geo.nearest import nearest_automats, nearest_to_each
from geo.position import distance_metres
from models.automats import Automat, AutomatModel, AutomatState
from models.base import new_id
from models.dialects.nearest_index import strip_of
from models.places import Coordinates
from resolvers import organizations
from resolvers.work import Work

HARD = [
    Coordinates(0.0, -180.0), Coordinates(0.0, 179.9999), Coordinates(-17.0, 179.5),
    Coordinates(-17.0, -179.5), Coordinates(90.0, 0.0), Coordinates(90.0, 77.0),
    Coordinates(89.9999, -120.0), Coordinates(-90.0, 0.0), Coordinates(-89.99, 33.0),
    Coordinates(65.0, -180.0), Coordinates(0.0, 0.0), Coordinates(60.17, 24.94),
    Coordinates(45.1, 0.0), Coordinates(0.0, -135.0), Coordinates(-35.45, 45.0),
]  # fmt: skip
"""Places where boxes of degrees and spheres go wrong, or where drawings of the map end."""


@dataclass(frozen=True)
class Standing:
    """An automat of a test: whose, where, and installed in which turn."""

    id: UUID
    organization_id: UUID
    position: Coordinates
    turn: int


def scattered(chance: random.Random) -> Coordinates:
    if chance.random() < 0.3:
        return chance.choice(HARD)
    if chance.random() < 0.5:
        near = chance.choice(HARD)
        latitude = max(-90.0, min(90.0, near.latitude + chance.gauss(0, 0.3)))
        longitude = (near.longitude + chance.gauss(0, 0.3) + 180) % 360 - 180
        return Coordinates(latitude, longitude)
    return Coordinates(chance.uniform(-90, 90), chance.uniform(-180, 179.9))


async def stand(work: Work, owner: Work, places: list[Coordinates], first: int) -> list[Standing]:
    """Write automats without lockers, past the use case, which would take its time."""
    standing = [
        Standing(new_id(), owner.actor.organization_id, place, first + turn)
        for turn, place in enumerate(places)
    ]
    connection = await work.connection()
    rows = [
        {
            "id": one.id,
            "organization_id": one.organization_id,
            "unit_id": one.organization_id,
            "device_id": str(one.turn),
            "name": str(one.turn),
            "model": AutomatModel.LIVIONKEY_1,
            "state": AutomatState.IN_SERVICE,
            "time_zone": "UTC",
            "installed_at": NOON - timedelta(minutes=one.turn),
            "position": one.position,
        }
        for one in standing
    ]
    await connection.execute(insert(Automat), rows)
    return standing


def expected(standing: list[Standing], here: Coordinates, count: int) -> list[UUID]:
    """Rank every geodesic by hand; the one with the highest turn was installed first."""
    found = [
        Found(distance_metres(here, one.position), NOON - timedelta(minutes=one.turn), one.id)
        for one in standing
    ]
    return [one.automat_id for one in in_order(found)][:count]


@pytest.mark.parametrize("count", [1, 3, 10, 200])
async def test_the_nearest_are_those_of_a_full_ranking(work: Work, count: int) -> None:
    chance = random.Random(count)
    stranger = await make_stranger(work)
    own = await stand(work, work, [scattered(chance) for _ in range(120)], 0)
    others = await stand(work, stranger, [scattered(chance) for _ in range(40)], 500)
    connection = await work.connection()
    ids = [work.actor.organization_id]
    both = [*ids, stranger.actor.organization_id]

    for here in [*HARD, *(scattered(chance) for _ in range(25))]:
        mine = await nearest_automats(connection, here, organization_ids=ids, count=count)
        all_ours = await nearest_automats(connection, here, organization_ids=both, count=count)

        assert [one.automat_id for one in mine] == expected(own, here, count)
        assert [one.automat_id for one in all_ours] == expected(own + others, here, count)


@pytest.mark.parametrize(("places", "count"), [(10, 5), (40, 5), (40, 100)])
async def test_many_places_are_answered_as_each_alone(work: Work, places: int, count: int) -> None:
    chance = random.Random(9)
    stranger = await make_stranger(work)
    own = await stand(work, work, [scattered(chance) for _ in range(60)], 0)
    others = await stand(work, stranger, [scattered(chance) for _ in range(20)], 500)
    both = [work.actor.organization_id, stranger.actor.organization_id]
    asked = [*HARD, *(scattered(chance) for _ in range(places))]
    connection = await work.connection()

    found = await nearest_to_each(connection, asked, organization_ids=both[:1], count=count)
    all_found = await nearest_to_each(connection, asked, organization_ids=both, count=count)

    assert ids_of(found) == [expected(own, here, count) for here in asked]
    assert ids_of(all_found) == [expected(own + others, here, count) for here in asked]


@pytest.mark.parametrize("places", [0, 1, 40])
async def test_where_nothing_stands_nothing_is_near(work: Work, places: int) -> None:
    asked = HARD[:1] * places
    ids = [work.actor.organization_id]

    found = await nearest_to_each(await work.connection(), asked, organization_ids=ids, count=5)

    assert found == [[]] * places


def ids_of(found: list[list[Nearby]]) -> list[list[UUID]]:
    return [[one.automat_id for one in near] for near in found]


async def test_organizations_that_share_a_strip_of_the_map_see_their_own(work: Work) -> None:
    chance = random.Random(5)
    own_id = work.actor.organization_id
    founder = replace(
        organizations.founder(), organization_id=UUID(int=own_id.int ^ (1 << 62) - (1 << 24))
    )
    other = Work(work.session, founder, work.now)
    await organizations.found(other, name="Somebody in the same strip")
    few = await stand(work, work, [scattered(chance) for _ in range(6)], 0)
    many = await stand(work, other, [scattered(chance) for _ in range(60)], 500)
    connection = await work.connection()

    assert strip_of(own_id) == strip_of(founder.organization_id)
    for here in HARD:
        mine = await nearest_automats(connection, here, organization_ids=[own_id], count=4)
        others = await nearest_automats(
            connection, here, organization_ids=[founder.organization_id], count=4
        )

        assert [one.automat_id for one in mine] == expected(few, here, 4)
        assert [one.automat_id for one in others] == expected(many, here, 4)


async def test_distances_are_geodesics_on_the_ellipsoid(work: Work) -> None:
    automat = await make_automat(work, position=PASILA)

    (found,) = await nearest_automats(
        await work.connection(),
        STATION,
        organization_ids=[work.actor.organization_id],
        count=3,
    )

    assert found.automat_id == automat.id
    assert found.metres == pytest.approx(distance_metres(STATION, PASILA), abs=1e-6)


async def test_of_two_at_one_place_the_one_installed_first_comes_first(work: Work) -> None:
    places = [Coordinates(60.0, 25.0)] * 5
    standing = await stand(work, work, places, 0)  # a higher turn was installed earlier

    found = await nearest_automats(
        await work.connection(),
        STATION,
        organization_ids=[work.actor.organization_id],
        count=2,
    )

    assert [one.automat_id for one in found] == [standing[4].id, standing[3].id]


async def test_less_than_a_millimetre_is_a_tie(work: Work) -> None:
    half_a_millimetre = 0.5 / 111_000_000
    near = Coordinates(60.1, 25.0)
    behind = Coordinates(60.1 + half_a_millimetre, 25.0)
    standing = await stand(work, work, [near, behind], 0)

    found = await nearest_automats(
        await work.connection(),
        Coordinates(60.0, 25.0),
        organization_ids=[work.actor.organization_id],
        count=1,
    )

    assert [one.automat_id for one in found] == [standing[1].id]


async def test_automats_without_a_place_or_taken_away_are_not_there(work: Work) -> None:
    await make_automat(work, position=None)
    gone = await make_automat(work)
    gone.state = AutomatState.UNINSTALLED
    out = await make_automat(work, position=PASILA)
    out.state = AutomatState.OUT_OF_SERVICE

    found = await nearest_automats(
        await work.connection(),
        STATION,
        organization_ids=[work.actor.organization_id],
        count=9,
    )

    assert [one.automat_id for one in found] == [out.id]


async def test_an_automat_that_moved_is_found_where_it_is(work: Work) -> None:
    automat = await make_automat(work, position=Coordinates(-45.0, 170.0))
    other = await make_automat(work, position=PASILA)
    automat.position = STATION

    found = await nearest_automats(
        await work.connection(),
        STATION,
        organization_ids=[work.actor.organization_id],
        count=2,
    )

    assert [one.automat_id for one in found] == [automat.id, other.id]


async def test_where_there_is_nothing_nothing_is_found(work: Work) -> None:
    found = await nearest_automats(
        await work.connection(),
        STATION,
        organization_ids=[work.actor.organization_id],
        count=5,
    )

    assert found == []

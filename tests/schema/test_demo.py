"""The demo holds what the README promises, on both databases, and the main job works in it."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from outsides import outside_in
from small_api import ask, client_of, nothing_missing
from sqlalchemy import func, select

from geo.index.embedded import EmbeddedGeocoder
from models.accounts import Actor, Role, Token
from models.automats import Automat, AutomatModel, DeviceGroup
from models.base import Base
from models.database import Database
from models.entities import EntityKind, ReservableEntity
from models.errors import ErrorCode, InvalidInput, Unauthenticated
from models.keys import Key, KeyKind
from models.organizations import OrganizationUnit
from models.places import PlacementPrecision
from models.reservations import Reservation, ReservationStatus
from models.selections import SelectionMethod
from resolvers import organizations, selections
from resolvers.accounts import authenticate
from resolvers.planning.stays import Wanted
from resolvers.work import Reading, Work
from schema.api import schema
from schema.app import create_app
from schema.context import Context
from schema.demo import files
from schema.demo.access import (
    DemoAccess,
    check_no_demo,
    close_demo,
    load_demo,
    main_job,
    organizations_of,
)
from schema.doors.doorkeeper import doorkeeper

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass
class Demo:
    database: Database
    access: DemoAccess


async def started(database: Database) -> DemoAccess:
    access = await load_demo(database, EmbeddedGeocoder(database), NOW)
    assert access is not None
    return access


@pytest.fixture(scope="module")
async def demo(own_database: Database) -> Demo:
    return Demo(own_database, await started(own_database))


async def counted(demo: Demo, model: type[Base], *where: Any) -> int:
    async with demo.database.reading() as connection:
        query = select(func.count()).select_from(model).where(*where)
        return int((await connection.execute(query)).scalar_one())


@pytest.fixture
async def client(demo: Demo, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    outside = outside_in(tmp_path)
    app = create_app(
        schema,
        authenticate=doorkeeper(demo.database, outside),
        make_context=lambda _, actor: Context(
            demo.database, EmbeddedGeocoder(demo.database), outside, actor
        ),
        what_is_missing=nothing_missing,
    )
    async with client_of(app, demo.access.partner_token) as client:
        yield client


async def test_at_least_300_entities_stand_at_real_house_numbers(demo: Demo) -> None:
    placed = await counted(
        demo,
        ReservableEntity,
        ReservableEntity.placement_precision == PlacementPrecision.HOUSE_NUMBER,
        ReservableEntity.placement_source == "embedded",
    )

    assert placed >= 300


async def test_entities_are_apartments_offices_and_cars(demo: Demo) -> None:
    for kind in (EntityKind.APARTMENT, EntityKind.OFFICE, EntityKind.CAR):
        assert await counted(demo, ReservableEntity, ReservableEntity.kind == kind) >= 40


async def test_an_address_in_no_street_is_kept_without_a_place(demo: Demo) -> None:
    async with demo.database.reading() as connection:
        unplaced = await connection.execute(
            select(ReservableEntity.external_id, ReservableEntity.placement_problem_code).where(
                ReservableEntity.position.is_(None), ReservableEntity.address_text.is_not(None)
            )
        )

        assert [tuple(row) for row in unplaced] == [
            ("demo-apartment-unplaced", ErrorCode.ADDRESS_NOT_FOUND)
        ]


async def test_25_automats_of_three_organizations_stand_at_real_places(demo: Demo) -> None:
    async with demo.database.reading() as connection:
        rows = (await connection.execute(select(Automat))).all()

    assert len(rows) == 25
    assert {row.model for row in rows} == set(AutomatModel)
    assert all(row.placement_precision is PlacementPrecision.MANUAL for row in rows)
    assert all(row.device_id.startswith("000") for row in rows)
    assert len({row.organization_id for row in rows}) == 3
    assert await counted(demo, OrganizationUnit) == 10
    assert await counted(demo, DeviceGroup) == 2


async def test_keys_of_every_kind_lie_in_automats_and_at_desks(demo: Demo) -> None:
    async with demo.database.reading() as connection:
        keys = (await connection.execute(select(Key))).all()

    kinds = Counter((key.kind, key.automat_id is not None) for key in keys)
    assert set(kinds) == {(kind, inside) for kind in KeyKind for inside in (True, False)}
    assert any(key.shared for key in keys)
    assert any(key.sealed_return_code for key in keys)


async def test_all_stays_but_two_are_fulfilled_and_some_begin_now(demo: Demo) -> None:
    waiting = Reservation.status == ReservationStatus.UNFULFILLED

    assert await counted(demo, Reservation) == len(files.read_reservations())
    assert await counted(demo, Reservation, waiting) == 2
    assert await counted(demo, Reservation, Reservation.starts_at == NOW) >= 5
    assert await counted(demo, Reservation, Reservation.ends_at.is_(None)) >= 1


async def test_a_key_at_a_desk_goes_to_the_nearest_automat_that_has_room(
    client: httpx2.AsyncClient,
) -> None:
    answer = await ask(client, main_job(NOW))

    pushed = answer["data"]["reservationUpsert"]
    assert (pushed["outcome"], pushed["userErrors"]) == ("CREATED", [])
    assert pushed["reservation"]["status"] == "CONFIRMED"
    selection = pushed["reservation"]["selection"]
    assert selection["method"] == "NEAREST"
    candidates = {one["automat"]["name"]: one for one in selection["candidates"]}
    chosen = candidates[selection["automat"]["name"]]
    nearer = [
        one for one in candidates.values() if one["distanceMetres"] < chosen["distanceMetres"]
    ]
    assert chosen["rejections"] == []
    assert [one["rejections"][0]["code"] for one in nearer] == ["FULL_IN_WINDOW"]
    (locker_contract,) = pushed["reservation"]["keyContract"]["lockerContracts"]
    assert locker_contract["automat"]["name"] == selection["automat"]["name"]
    assert locker_contract["locker"]["index"] in range(30)
    assert len(locker_contract["pin"]) == 6


async def test_a_key_that_lies_in_an_automat_stays_there(client: httpx2.AsyncClient) -> None:
    key = next(key for key in files.read_keys() if key.entities == ("demo-apartment-2",))
    query = main_job(NOW).replace("demo-apartment-1", "demo-apartment-2")

    answer = await ask(client, query.replace("my-first-stay", "my-second-stay"))

    reservation = answer["data"]["reservationUpsert"]["reservation"]
    assert reservation["selection"]["method"] == "KEY_LOCATION"
    (automat,) = (one for one in files.read_automats() if one.device_id == key.automat)
    (locker_contract,) = reservation["keyContract"]["lockerContracts"]
    assert locker_contract["automat"]["name"] == automat.name
    assert locker_contract["locker"]["index"] == key.locker


async def test_a_car_without_an_address_is_served_by_its_group(demo: Demo) -> None:
    async with demo.database.reading() as connection:
        cars = (await organizations_of(demo.database))["demo-autot"]
        reading = Reading(connection, Actor(cars, Role.USER), NOW)

        decision = await selections.preview(
            reading,
            entity_id=None,
            entity_external_id="demo-car-roving",
            starts_at=NOW,
            ends_at=NOW + timedelta(hours=3),
            wanted=Wanted(),
        )

    assert decision.method is SelectionMethod.DEVICE_GROUP
    assert decision.chosen is not None


async def test_a_second_start_changes_nothing_but_the_tokens(demo: Demo) -> None:
    entities, first = await counted(demo, ReservableEntity), demo.access

    demo.access = await started(demo.database)

    assert await counted(demo, ReservableEntity) == entities
    assert await counted(demo, Token, Token.revoked_at.is_(None)) == 2
    async with demo.database.reading() as connection:
        assert (await authenticate(connection, demo.access.staff_token, NOW)).role is Role.ADMIN
        with pytest.raises(Unauthenticated):
            await authenticate(connection, first.staff_token, NOW)


async def test_it_is_not_served_for_real_while_its_tokens_are_good(demo: Demo) -> None:
    with pytest.raises(InvalidInput, match="livionkey demo --close"):
        await check_no_demo(demo.database)

    await close_demo(demo.database)

    await check_no_demo(demo.database)
    assert await counted(demo, Token, Token.revoked_at.is_(None)) == 0
    demo.access = await started(demo.database)


async def test_a_database_with_other_organizations_is_left_alone(database: Database) -> None:
    async with database.writing() as session:
        work = Work(session, organizations.founder(), NOW)
        await organizations.found(work, name="Somebody else")

    assert await load_demo(database, EmbeddedGeocoder(database), NOW) is None


def test_the_query_is_about_a_stay_that_begins_tomorrow() -> None:
    evening = datetime(2027, 3, 27, 21, 30, tzinfo=UTC)

    query = main_job(evening)

    assert 'startsAt: "2027-03-28T12:00:00Z"' in query
    assert 'endsAt: "2027-03-31T12:00:00Z"' in query

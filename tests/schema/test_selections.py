"""Which automat, and why: the dry run, the nearest ones, and where an address lies."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from atlas import Atlas
from documents import UPSERT, days_from_now, stay
from factories import (
    MARKET_SQUARE,
    PASILA,
    STATION,
    make_automat,
    make_entity,
    make_group,
    make_key,
    make_unit,
    push,
)
from talking import Client, new_client

from models.accounts import Role
from models.automats import Automat, AutomatModel, DeviceGroup
from models.base import new_id
from models.database import Database
from models.entities import ReservableEntity
from models.places import Coordinates
from models.reservations import Reservation
from schema.scalars import to_id

CANDIDATE = """automat { id name } rank distanceMetres suitable freeLockers
  rejections { code message }"""
NEAREST = f"""query($near: NearInput!, $first: Int, $from: DateTime, $to: DateTime, $max: Float) {{
  nearestAutomats(near: $near, first: $first, from: $from, to: $to, maxDistanceMetres: $max) {{
    {CANDIDATE}
  }}
}}"""
PLACEMENT = """query($address: AddressInput!) { placement(address: $address) {
  coordinates { latitude longitude } precision confidence source matchedAddress placedAt
} }"""
DRY_RUN = f"""query($input: AutomatSelectionInput!) {{ automatSelection(input: $input) {{
  method examined notes decidedAt origin {{ latitude longitude }} automat {{ id name }}
  candidates {{ {CANDIDATE} }}
}} }}"""


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    """Give an organization that asks the atlas where addresses lie."""
    async with new_client(database, Atlas()) as client:
        yield client


@pytest.fixture
async def three(client: Client) -> None:
    """Install three automats, from the station outwards."""
    async with client.working() as work:
        await make_automat(work, "Pasila", PASILA)
        await make_automat(work, "Station", STATION)
        await make_automat(work, "Lost", None)
        await make_automat(work, "Market", MARKET_SQUARE, AutomatModel.LIVIONKEY_1)


def at(place: Coordinates) -> dict[str, Any]:
    return {"coordinates": {"latitude": place.latitude, "longitude": place.longitude}}


async def names(client: Client, **variables: Any) -> list[str]:
    found = (await client.ask(NEAREST, Role.INSTALLER, **variables))["nearestAutomats"]
    return [one["automat"]["name"] for one in found]


@pytest.mark.usefixtures("three")
async def test_the_nearest_automats_come_by_distance(client: Client) -> None:
    assert await names(client, near=at(STATION)) == ["Station", "Market", "Pasila"]
    assert await names(client, near=at(STATION), first=2) == ["Station", "Market"]
    assert await names(client, near=at(STATION), first=0) == []
    assert await names(client, near=at(STATION), max=900.0) == ["Station", "Market"]
    assert await names(client, near=at(STATION), max=0.0) == ["Station"]
    near = {"address": {"text": "Kauppatori 1, Helsinki"}}
    assert await names(client, near=near) == ["Market", "Station", "Pasila"]


@pytest.mark.usefixtures("three")
async def test_near_an_entity_is_where_its_address_was_placed(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work, PASILA)
        nowhere = await make_entity(work, None)
    id, lost = (to_id(ReservableEntity, one.id) for one in (home, nowhere))

    found = (await client.ask(NEAREST, near={"entityId": id}))["nearestAutomats"]

    assert [one["automat"]["name"] for one in found] == ["Pasila", "Station", "Market"]
    assert found[0]["distanceMetres"] == 0
    assert await client.error_code(NEAREST, near={"entityId": lost}) == "ADDRESS_NOT_FOUND"


@pytest.mark.usefixtures("three")
async def test_free_lockers_are_counted_over_the_window(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work, MARKET_SQUARE)
        await make_key(work, home)
        await push(work, home)
    near = at(MARKET_SQUARE)
    window: dict[str, Any] = {"from": days_from_now(2), "to": days_from_now(9)}
    later: dict[str, Any] = {"from": days_from_now(4), "to": days_from_now(9)}

    full = (await client.ask(NEAREST, near=near, **window))["nearestAutomats"][0]
    free = (await client.ask(NEAREST, near=near, **later))["nearestAutomats"][0]

    assert (full["automat"]["name"], full["freeLockers"], full["suitable"]) == ("Market", 0, False)
    assert [reason["code"] for reason in full["rejections"]] == ["FULL_IN_WINDOW"]
    assert (free["freeLockers"], free["suitable"], free["rank"]) == (1, True, 1)


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"near": {"address": {"text": "Nowhere 1"}}}, "ADDRESS_NOT_FOUND"),
        ({"near": {"address": {"text": "Koulukatu 1"}}}, "ADDRESS_AMBIGUOUS"),
        ({"near": {"address": {"city": "Helsinki"}}}, "INVALID_INPUT"),
        ({"near": {"address": {"text": "A", "countryCode": "FIN"}}}, "INVALID_INPUT"),
        ({"near": {}}, "INVALID_INPUT"),
        ({"near": {**at(STATION), "entityId": "entity_1"}}, "INVALID_INPUT"),
        ({"near": {"coordinates": None}}, "INVALID_INPUT"),
        ({"near": {"entityId": "entity_1"}}, "NOT_FOUND"),
        ({"near": at(Coordinates(90.1, 0))}, "INVALID_INPUT"),
        ({"near": at(Coordinates(0, -180.1))}, "INVALID_INPUT"),
        ({"near": at(STATION), "first": -1}, "INVALID_INPUT"),
        ({"near": at(STATION), "first": 101}, "INVALID_INPUT"),
        ({"near": at(STATION), "max": -1.0}, "INVALID_INPUT"),
        ({"near": at(STATION), "from": "2031-06-01T12:00:00"}, "INVALID_INPUT"),
        (
            {"near": at(STATION), "from": days_from_now(2), "to": days_from_now(1)},
            "STARTS_AFTER_END",
        ),
    ],
)
async def test_a_question_about_the_nearest_that_makes_no_sense_is_an_error(
    client: Client, variables: dict[str, Any], code: str
) -> None:
    assert await client.error_code(NEAREST, **variables) == code


async def test_an_address_is_placed_or_not_or_fits_several_places(client: Client) -> None:
    found = (await client.ask(PLACEMENT, address={"street": "Kauppatori 1"}))["placement"]
    unknown = await client.ask(PLACEMENT, address={"text": "Nowhere 1"})
    answer = (await client.post(PLACEMENT, address={"text": "Koulukatu 1"})).json()

    assert found["coordinates"] == at(MARKET_SQUARE)["coordinates"]
    assert (found["precision"], found["confidence"]) == ("HOUSE_NUMBER", 0.9)
    assert (found["source"], found["matchedAddress"]) == ("atlas", "Kauppatori 1, Helsinki")
    assert found["placedAt"].endswith("Z")
    assert unknown == {"placement": None}
    assert answer["data"] == {"placement": None}
    assert answer["errors"][0]["extensions"]["code"] == "ADDRESS_AMBIGUOUS"
    assert "Vaasa and in Tampere" in answer["errors"][0]["message"]
    assert await client.error_code(PLACEMENT, address={"text": " "}) == "INVALID_INPUT"


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("way", ["nearest", "named", "group", "key"])
async def test_a_dry_run_says_what_the_push_then_stores(client: Client, way: str) -> None:
    async with client.working() as work:
        home = await make_entity(work, MARKET_SQUARE)
        far = await make_automat(work, "Far", PASILA)
        group = await make_group(work, far)
        await make_key(work, home, automat=far if way == "key" else None)
    wanted = {"entityId": to_id(ReservableEntity, home.id)}
    wanted |= {"named": {"automatId": to_id(Automat, far.id)}}.get(way, {})
    wanted |= {"group": {"deviceGroupId": to_id(DeviceGroup, group.id)}}.get(way, {})
    given = stay(**wanted)
    dry = {**wanted, "startsAt": given["startsAt"], "endsAt": given["endsAt"]}

    said = (await client.ask(DRY_RUN, Role.VIEWER, input=dry))["automatSelection"]
    untouched = await client.ask("{ reservations { edges { node { id } } } }")
    stored = (await client.ask(UPSERT, input=given))["reservationUpsert"]["reservation"]
    again = {**dry, "reservationId": stored["id"]}
    replaced = (await client.ask(DRY_RUN, input=again))["automatSelection"]

    assert untouched == {"reservations": {"edges": []}}
    methods = {"nearest": "NEAREST", "named": "NAMED_AUTOMAT", "group": "DEVICE_GROUP"}
    assert said["method"] == methods.get(way, "KEY_LOCATION")
    for moment in (said, stored["selection"], replaced):
        moment.pop("decidedAt")
    assert said == stored["selection"]
    assert replaced == said


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"entityId": ...}, "INVALID_INPUT"),
        ({"entityExternalId": "x"}, "INVALID_INPUT"),
        ({"endsAt": days_from_now(0.5)}, "STARTS_AFTER_END"),
        ({"startsAt": "2031-06-01T12:00"}, "INVALID_INPUT"),
        ({"keyIds": ["key_1"]}, "NOT_FOUND"),
    ],
)
async def test_a_dry_run_that_makes_no_sense_is_an_error(
    client: Client, changes: dict[str, Any], code: str
) -> None:
    async with client.working() as work:
        home = await make_entity(work)
    usual = {
        "entityId": to_id(ReservableEntity, home.id),
        "startsAt": days_from_now(1),
        "endsAt": days_from_now(2),
    }
    input = {name: value for name, value in (usual | changes).items() if value is not ...}

    assert await client.error_code(DRY_RUN, input=input) == code


async def test_a_dry_run_counts_what_the_reservation_holds_as_free(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
        await make_automat(work, model=AutomatModel.LIVIONKEY_1)
        await make_key(work, home)
        reservation, _ = await push(work, home)
    input = {
        "entityId": to_id(ReservableEntity, home.id),
        "startsAt": days_from_now(1.5),
        "endsAt": days_from_now(9),
    }
    instead = {**input, "reservationId": to_id(Reservation, reservation.id)}

    assert await client.error_code(DRY_RUN, input=input) == "KEY_TAKEN"
    found = (await client.ask(DRY_RUN, input=instead))["automatSelection"]

    assert found["automat"]["name"] == "Station"
    assert found["candidates"][0]["freeLockers"] == 1


WHOLE = f"""
  method examined notes origin {{ latitude longitude }} automat {{ id name }} policyVersion
  candidates {{ {CANDIDATE} }}
  counterfactuals {{ kind message limitMetres automat {{ id name }} }}
  shadow {{ method distanceMetres message automat {{ id }} }}
"""
WOULD_GET = f"""query($input: AutomatSelectionInput!) {{
  automatSelection(input: $input) {{ {WHOLE} }}
}}"""
GETS = f"""mutation($input: ReservationUpsertInput!) {{
  reservationUpsert(input: $input) {{ reservation {{ id selection {{ {WHOLE} }} }} }}
}}"""
REPLAY = f"""query($id: ID!) {{ selectionReplay(reservationId: $id) {{
  same outcome inputs differences {{ name stored replayed }} selection {{ {WHOLE} }}
}} }}"""


async def test_a_choice_is_tried_made_and_made_again(client: Client) -> None:
    async with client.working() as work:
        await make_automat(work, "Station", STATION, AutomatModel.LIVIONKEY_1)
        await make_automat(work, "Pasila", PASILA)
        full = await make_entity(work)
        await make_key(work, full)
        await push(work, full, days=9)
        home = await make_entity(work)
        await make_key(work, home)
        north = await make_unit(work)
        there = await make_entity(work, unit_id=north.id)
        await make_key(work, there)
    when = {"startsAt": days_from_now(2), "endsAt": days_from_now(4)}
    asked = {"entityId": to_id(ReservableEntity, home.id), **when}

    tried = (await client.ask(WOULD_GET, input=asked))["automatSelection"]
    push_it = {"externalId": "7", "contacts": [{"name": "Aino"}], **asked}
    made = (await client.ask(GETS, input=push_it))["reservationUpsert"]["reservation"]
    again = (await client.ask(REPLAY, id=made["id"]))["selectionReplay"]

    assert tried == made["selection"] == again["selection"]
    (told,) = tried["counterfactuals"]
    assert (told["kind"], told["automat"]["name"]) == ("FULL", "Station")
    assert (again["same"], again["differences"]) == (True, [])
    assert tried["shadow"] is None
    of_narrow = asked | {"entityId": to_id(ReservableEntity, there.id)}
    seen = (await client.ask(WOULD_GET, input=of_narrow))["automatSelection"]
    narrow = await client.reaching(north)
    beyond = (await narrow.ask(WOULD_GET, input=of_narrow))["automatSelection"]
    assert len(seen["counterfactuals"]) == 1
    assert "Station" not in str(beyond)


async def test_an_unknown_reservation_has_no_choice_to_make_again(client: Client) -> None:
    unknown = to_id(Reservation, new_id())

    assert await client.error_code(REPLAY, id=unknown) == "NOT_FOUND"

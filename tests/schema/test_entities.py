"""Apartments, offices and cars over HTTP: made, changed, looked up and listed."""

from typing import Any

import pytest
from documents import UPSERT, stay
from factories import PASILA, STATION, make_automat, make_entity, make_key
from talking import Client

from models.accounts import Role
from models.entities import EntityKind, ReservableEntity
from schema.scalars import to_id

ENTITY = """id kind name externalId keyRule keyCount
  address { text street postalCode city countryCode }
  placement { precision source coordinates { latitude longitude } }
  deviceGroup { id } organizationUnit { id } keys { edges { node { code } } }"""
CREATE = f"""mutation($input: EntityCreateInput!) {{ entityCreate(input: $input) {{
  entity {{ {ENTITY} }} warnings {{ code message path }} userErrors {{ code message path }}
}} }}"""
UPDATE = f"""mutation($input: EntityUpdateInput!) {{ entityUpdate(input: $input) {{
  entity {{ {ENTITY} }} warnings {{ code message path }} userErrors {{ code message path }}
}} }}"""
FIND = f"""query($id: ID, $externalId: String) {{
  entity(id: $id, externalId: $externalId) {{ {ENTITY} }}
}}"""
LIST = """query($first: Int, $after: String, $search: String, $kind: EntityKind) {
  entities(first: $first, after: $after, search: $search, kind: $kind) {
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
HOME = {"kind": "APARTMENT", "name": "A 15"}
HERE = {"latitude": STATION.latitude, "longitude": STATION.longitude}


async def created(client: Client, **changes: Any) -> dict[str, Any]:
    answer = await client.ask(CREATE, Role.PARTNER, input={**HOME, **changes})
    payload: dict[str, Any] = answer["entityCreate"]
    return payload


async def test_an_entity_with_coordinates_stands_where_somebody_says(client: Client) -> None:
    payload = await created(
        client,
        externalId="A15",
        coordinates=HERE,
        address={"street": "Mannerheimintie 12 A 15", "postalCode": "00100", "city": "Helsinki"},
    )

    entity = payload["entity"]
    assert (payload["warnings"], payload["userErrors"]) == ([], [])
    assert entity["address"] == {
        "text": "Mannerheimintie 12 A 15, 00100 Helsinki",
        "street": "Mannerheimintie 12 A 15",
        "postalCode": "00100",
        "city": "Helsinki",
        "countryCode": "FI",
    }
    expected = {"precision": "MANUAL", "source": "manual", "coordinates": HERE}
    assert entity["placement"] == expected
    for names in ({"id": entity["id"]}, {"externalId": "A15"}):
        assert (await client.ask(FIND, **names))["entity"] == entity


async def test_an_address_that_is_not_found_is_stored_with_a_warning(client: Client) -> None:
    payload = await created(client, address={"text": "Nowhere 1, Atlantis"})

    assert payload["userErrors"] == []
    assert payload["entity"]["placement"] is None
    assert payload["entity"]["address"]["text"] == "Nowhere 1, Atlantis"
    (warning,) = payload["warnings"]
    assert (warning["code"], warning["path"]) == ("ADDRESS_NOT_FOUND", ["input", "address"])
    trail = await client.ask("{ events(kind: ADDRESS_NOT_PLACED) { edges { node { facts } } } }")
    (event,) = trail["events"]["edges"]
    assert event["node"]["facts"]["code"] == "address_not_found"


async def test_an_entity_without_an_address_has_no_place_and_no_warning(client: Client) -> None:
    payload = await created(client, kind="CAR")

    assert payload["warnings"] == []
    assert (payload["entity"]["address"], payload["entity"]["placement"]) == (None, None)


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"name": " "}, "INVALID_INPUT", ["input", "name"]),
        ({"coordinates": {"latitude": 91, "longitude": 0}}, "INVALID_INPUT", None),
        ({"coordinates": {"latitude": 0, "longitude": -180.5}}, "INVALID_INPUT", None),
        ({"address": {"city": "Helsinki"}}, "INVALID_INPUT", ["input", "address"]),
        (
            {"address": {"text": "A", "countryCode": "Finland"}},
            "INVALID_INPUT",
            ["input", "address", "countryCode"],
        ),
        ({"organizationUnitId": "unit_1"}, "NOT_FOUND", ["input", "organizationUnitId"]),
        ({"deviceGroupId": "group_1"}, "NOT_FOUND", ["input", "deviceGroupId"]),
        ({"externalId": "taken"}, "EXTERNAL_ID_IN_USE", ["input", "externalId"]),
        ({"keyRule": "SOME"}, "INVALID_INPUT", ["input", "keyCount"]),
        ({"keyRule": "SOME", "keyCount": 0}, "INVALID_INPUT", ["input", "keyCount"]),
        ({"keyRule": "ALL", "keyCount": 2}, "INVALID_INPUT", ["input", "keyCount"]),
        ({"keyCount": 1}, "INVALID_INPUT", ["input", "keyCount"]),
    ],
    ids=str,
)
async def test_an_entity_that_makes_no_sense_is_refused(
    client: Client, changes: dict[str, Any], code: str, path: list[str] | None
) -> None:
    await created(client, externalId="taken")

    payload = await created(client, **changes)

    assert payload["entity"] is None
    (error,) = payload["userErrors"]
    assert error["code"] == code
    assert path is None or error["path"] == path


async def test_what_is_left_out_of_a_change_stays_and_null_takes_away(client: Client) -> None:
    made = (await created(client, externalId="A15", coordinates=HERE))["entity"]

    renamed = await client.ask(UPDATE, input={"id": made["id"], "name": "A 16"})
    bare = await client.ask(UPDATE, input={"id": made["id"], "externalId": None})
    refused = await client.ask(UPDATE, input={"id": made["id"], "name": None})

    assert renamed["entityUpdate"]["entity"] == {**made, "name": "A 16"}
    assert bare["entityUpdate"]["entity"]["externalId"] is None
    (error,) = refused["entityUpdate"]["userErrors"]
    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", "name"])


async def test_how_many_keys_go_with_a_reservation_is_said_and_changed(client: Client) -> None:
    usual = (await created(client))["entity"]
    some = (await created(client, keyRule="SOME", keyCount=2))["entity"]

    more = await client.ask(UPDATE, input={"id": some["id"], "keyCount": 3})
    every = await client.ask(UPDATE, input={"id": some["id"], "keyRule": "ALL"})
    wrong = await client.ask(UPDATE, input={"id": some["id"], "keyCount": 3})
    null = await client.ask(UPDATE, input={"id": some["id"], "keyRule": None})

    assert (usual["keyRule"], usual["keyCount"]) == ("ONE", None)
    assert (some["keyRule"], some["keyCount"]) == ("SOME", 2)
    assert more["entityUpdate"]["entity"] == {**some, "keyCount": 3}
    assert every["entityUpdate"]["entity"] == {**some, "keyRule": "ALL", "keyCount": None}
    for refused, place in ((wrong, "keyCount"), (null, "keyRule")):
        (error,) = refused["entityUpdate"]["userErrors"]
        assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", place])


async def test_a_new_place_of_an_entity_makes_its_waiting_reservation_possible(
    client: Client,
) -> None:
    async with client.working() as work:
        home = await make_entity(work, None)
        await make_automat(work, "Pasila", PASILA)
        await make_key(work, home)
    id = to_id(ReservableEntity, home.id)
    push = stay(entityId=id)
    waiting = (await client.ask(UPSERT, input=push))["reservationUpsert"]

    await client.ask(UPDATE, input={"id": id, "coordinates": HERE})

    assert waiting["userErrors"] == []
    assert waiting["reservation"]["status"] == "UNFULFILLED"
    assert waiting["reservation"]["unfulfilledMessage"]
    again = (await client.ask(UPSERT, input=push))["reservationUpsert"]
    assert (again["outcome"], again["reservation"]["status"]) == ("UNCHANGED", "CONFIRMED")


@pytest.mark.parametrize("names", [{}, {"id": "entity_1", "externalId": "x"}])
async def test_an_entity_is_named_in_exactly_one_way(client: Client, names: dict[str, Any]) -> None:
    assert await client.error_code(FIND, **names) == "INVALID_INPUT"


@pytest.mark.parametrize("names", [{"id": "entity_1"}, {"id": ""}, {"externalId": "unknown"}])
async def test_an_unknown_entity_is_null(client: Client, names: dict[str, Any]) -> None:
    assert await client.ask(FIND, **names) == {"entity": None}


async def test_entities_come_in_pages_and_by_what_is_searched(client: Client) -> None:
    async with client.working() as work:
        for number in range(5):
            kind = EntityKind.CAR if number == 3 else EntityKind.APARTMENT
            await make_entity(work, name=f"Home {number}%", kind=kind, external_id=f"x{number}")

    def shown(page: dict[str, Any]) -> list[str]:
        return [edge["node"]["name"] for edge in page["entities"]["edges"]]

    first = await client.ask(LIST, first=2)
    second = await client.ask(LIST, first=2, after=first["entities"]["pageInfo"]["endCursor"])
    last = await client.ask(LIST, first=2, after=second["entities"]["pageInfo"]["endCursor"])

    assert shown(first) + shown(second) + shown(last) == [f"Home {n}%" for n in range(5)]
    assert first["entities"]["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": first["entities"]["edges"][0]["cursor"],
        "endCursor": first["entities"]["edges"][1]["cursor"],
    }
    assert last["entities"]["pageInfo"]["hasNextPage"] is False
    assert last["entities"]["pageInfo"]["hasPreviousPage"] is True
    assert shown(await client.ask(LIST, search="hOME 3")) == ["Home 3%"]
    assert shown(await client.ask(LIST, search="x4")) == ["Home 4%"]
    assert shown(await client.ask(LIST, search="_")) == []
    assert shown(await client.ask(LIST, search="%", first=1)) == ["Home 0%"]
    assert shown(await client.ask(LIST, kind="CAR")) == ["Home 3%"]

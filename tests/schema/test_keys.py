"""Keys and desks over HTTP."""

from typing import Any

import pytest
from factories import make_automat, make_desk, make_entity
from talking import Client

from models.accounts import Role
from models.automats import Automat, AutomatModel
from models.entities import ReservableEntity
from models.keys import ManualStorage
from schema.scalars import to_id

STORAGE = """__typename ... on ManualStorage { id name }
  ... on AutomatStorage { automat { id } locker { index state key { code } } }"""
KEY = f"""id code kind shared status rfidTag entities {{ edges {{ node {{ id }} }} }}
  selectedStorage {{ {STORAGE} }} storage {{ {STORAGE} }} targetStorage {{ {STORAGE} }}"""
REGISTER = f"""mutation($input: KeyRegisterInput!) {{ keyRegister(input: $input) {{
  key {{ {KEY} }} userErrors {{ code message path }}
}} }}"""
UPDATE = f"""mutation($input: KeyUpdateInput!) {{ keyUpdate(input: $input) {{
  key {{ {KEY} }} userErrors {{ code path }}
}} }}"""
DESK = """mutation($input: ManualStorageCreateInput!) { manualStorageCreate(input: $input) {
  manualStorage { id name instructions address { text } } userErrors { code path }
} }"""
CHANGE_DESK = """mutation($input: ManualStorageUpdateInput!) { manualStorageUpdate(input: $input) {
  manualStorage { id name instructions } userErrors { code path }
} }"""
LIST = """query($search: String, $automatId: ID) {
  keys(search: $search, automatId: $automatId) { edges { node { code } } }
}"""


class Places:
    """Where keys can lie, and what they open."""

    def __init__(self, home: str, desk: str, automat: str) -> None:
        self.home, self.desk, self.automat = home, desk, automat


@pytest.fixture
async def places(client: Client) -> Places:
    """Give an apartment, a desk and an automat with one locker."""
    async with client.working() as work:
        home, desk = await make_entity(work), await make_desk(work)
        automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    return Places(
        to_id(ReservableEntity, home.id),
        to_id(ManualStorage, desk.id),
        to_id(Automat, automat.id),
    )


async def registered(client: Client, places: Places, **changes: Any) -> dict[str, Any]:
    usual = {
        "kind": "MECHANICAL",
        "entityIds": [places.home],
        "storage": {"manualStorageId": places.desk},
    }
    answer = await client.ask(REGISTER, Role.ADVANCED_USER, input={**usual, **changes})
    payload: dict[str, Any] = answer["keyRegister"]
    return payload


async def test_a_key_at_a_desk_gets_a_number_of_its_own(client: Client, places: Places) -> None:
    payload = await registered(client, places)

    key = payload["key"]
    assert payload["userErrors"] == []
    assert key["code"]
    assert (key["kind"], key["shared"], key["status"]) == ("MECHANICAL", False, "IN_STORAGE")
    assert key["storage"] == key["selectedStorage"]
    assert (key["storage"]["__typename"], key["storage"]["id"]) == ("ManualStorage", places.desk)
    assert key["targetStorage"] is None
    assert key["entities"]["edges"] == [{"node": {"id": places.home}}]


async def test_a_key_in_an_automat_lies_in_its_locker(client: Client, places: Places) -> None:
    storage = {"automatId": places.automat}
    payload = await registered(client, places, storage=storage, code="K 1", shared=None)
    second = await registered(client, places, storage=storage)

    key = payload["key"]
    locker = {"index": 0, "state": "WITH_KEY", "key": {"code": "K 1"}}
    expected = {"__typename": "AutomatStorage", "automat": {"id": places.automat}, "locker": locker}
    assert key["storage"] == expected
    assert second["key"] is None
    assert [error["code"] for error in second["userErrors"]] == ["NO_FREE_LOCKER"]
    found = await client.ask(LIST, automatId=places.automat)
    assert found["keys"]["edges"] == [{"node": {"code": "K 1"}}]
    assert (await client.ask(LIST, search="k 2"))["keys"]["edges"] == []


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"code": " "}, "INVALID_INPUT", ["input", "code"]),
        ({"code": "taken"}, "EXTERNAL_ID_IN_USE", ["input", "code"]),
        ({"returnCode": "12a4"}, "INVALID_INPUT", ["input", "returnCode"]),
        ({"returnCode": "123"}, "INVALID_INPUT", ["input", "returnCode"]),
        ({"entityIds": ["entity_1"]}, "NOT_FOUND", ["input", "entityIds"]),
        ({"lockerIndex": 1}, "INVALID_INPUT", ["input", "lockerIndex"]),
        ({"lockerIndex": -1}, "INVALID_INPUT", ["input", "lockerIndex"]),
    ],
    ids=str,
)
async def test_a_key_that_makes_no_sense_is_refused(
    client: Client, places: Places, changes: dict[str, Any], code: str, path: list[str]
) -> None:
    await registered(client, places, code="taken")

    payload = await registered(client, places, storage={"automatId": places.automat}, **changes)

    assert payload["key"] is None
    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == (code, path)


@pytest.mark.parametrize("storage", [{}, {"automatId": "a", "manualStorageId": "b"}, None])
async def test_a_key_lies_in_exactly_one_place(
    client: Client, places: Places, storage: dict[str, str] | None
) -> None:
    input = {"kind": "MECHANICAL", "entityIds": [places.home], "storage": storage}

    assert await client.error_code(REGISTER, input=input) == "INVALID_INPUT"


async def test_a_key_changes_and_goes_out_of_use(client: Client, places: Places) -> None:
    made = (await registered(client, places, code="K 1", rfidTag="04a2"))["key"]

    changed = await client.ask(UPDATE, input={"id": made["id"], "code": "K 2", "entityIds": []})
    retired = await client.ask(UPDATE, input={"id": made["id"], "retired": True})
    wrong = (await client.ask(UPDATE, input={"id": made["id"], "code": ""}))["keyUpdate"]

    nothing: dict[str, Any] = {"edges": []}
    assert changed["keyUpdate"]["key"] == {**made, "code": "K 2", "entities": nothing}
    assert retired["keyUpdate"]["key"]["status"] == "RETIRED"
    assert wrong["userErrors"] == [{"code": "INVALID_INPUT", "path": ["input", "code"]}]


async def test_a_desk_is_made_and_changed(client: Client) -> None:
    given = {"name": "Desk", "address": {"text": "Aleksi 1"}, "instructions": "Ring twice."}

    made = (await client.ask(DESK, input=given))["manualStorageCreate"]["manualStorage"]
    change = {"id": made["id"], "name": "Reception"}
    changed = (await client.ask(CHANGE_DESK, input=change))["manualStorageUpdate"]["manualStorage"]
    wrong = (await client.ask(DESK, input={"name": ""}))["manualStorageCreate"]

    assert made["address"] == {"text": "Aleksi 1"}
    assert changed == {"id": made["id"], "name": "Reception", "instructions": "Ring twice."}
    assert wrong["userErrors"] == [{"code": "INVALID_INPUT", "path": ["input", "name"]}]

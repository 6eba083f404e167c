"""What people do at a desk, over HTTP: hand over, take back, put elsewhere; late, early, twice."""

from typing import Any

import pytest
from documents import days_from_now
from factories import DAY, make_automat, make_desk, make_entity, make_key, make_ring, push
from talking import Client

from models.accounts import Role
from models.automats import Automat
from models.contracts import KeyContract
from models.keys import Key, KeyRing, ManualStorage
from resolvers.work import Work
from schema.scalars import to_id

PLACE = """storage {
  ... on ManualStorage { name } ... on AutomatStorage { automat { name } locker { index } }
}"""
KEY = f"id code status holder {{ id }} {PLACE}"
CONTRACT = "id status startsAt endsAt overdueAt pickUpInformation contacts { name } keys { code }"
TOLD = "warnings { code message } userErrors { code message path }"
HAND_OVER = f"""mutation($input: KeyHandOverInput!) {{ keyHandOver(input: $input) {{
  keys {{ {KEY} }} keyContract {{ {CONTRACT} }} {TOLD}
}} }}"""
TAKE_BACK = f"""mutation($input: KeyTakeBackInput!) {{ keyTakeBack(input: $input) {{
  key {{ {KEY} }} keyContract {{ {CONTRACT} }} {TOLD}
}} }}"""
TRANSFER = f"""mutation($input: KeyTransferInput!) {{ keyTransfer(input: $input) {{
  key {{ {KEY} }} {TOLD}
}} }}"""
CHAIN = """query($id: ID!) { key(id: $id) { custody(first: 100) { edges { node { kind } } } } }"""
AINO = {"name": "Aino Virtanen", "email": "aino@example.com"}
WAYS = ["id", "code", "rfidTag"]


async def furnished(client: Client, *, automat: bool = False) -> dict[str, str]:
    """Register a key with a code and a tag at a desk; gives the ids, and its names."""
    async with client.working() as work:
        desk = await make_desk(work, "Reception")
        key = await make_key(work, desk=desk, code="A-12", rfid_tag="04a2")
        found = {
            "id": to_id(Key, key.id),
            "code": key.code,
            "rfidTag": "04a2",
            "desk": to_id(ManualStorage, desk.id),
        }
        if automat:
            found["automat"] = to_id(Automat, (await make_automat(work, "Station")).id)
    return found


async def hand_over(client: Client, role: Role = Role.USER, **input: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.ask(HAND_OVER, role, input=input))["keyHandOver"]
    return payload


async def take_back(client: Client, **input: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.ask(TAKE_BACK, Role.USER, input=input))["keyTakeBack"]
    return payload


async def transfer(client: Client, **input: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.ask(TRANSFER, Role.USER, input=input))["keyTransfer"]
    return payload


async def kinds(client: Client, id: str) -> list[str]:
    chain = (await client.ask(CHAIN, id=id))["key"]["custody"]
    return [edge["node"]["kind"] for edge in chain["edges"]]


def codes(payload: dict[str, Any], kind: str = "userErrors") -> list[str]:
    return [error["code"] for error in payload[kind]]


@pytest.mark.parametrize("way", WAYS)
async def test_a_key_is_handed_over_with_a_due_time_and_taken_back(
    client: Client, way: str
) -> None:
    things = await furnished(client)
    name, due = {way: things[way]}, days_from_now(2)

    given = await hand_over(
        client, keys=[name], contacts=[AINO], dueAt=due, pickUpInformation="Counter 2."
    )
    back = await take_back(client, key=name)

    (key,) = given["keys"]
    contract = given["keyContract"]
    assert (key["code"], key["status"], key["storage"]) == ("A-12", "OUT", None)
    assert key["holder"] == {"id": contract["id"]}
    assert (contract["status"], contract["endsAt"]) == ("ACTIVE", due)
    assert contract["pickUpInformation"] == "Counter 2."
    assert [contact["name"] for contact in contract["contacts"]] == ["Aino Virtanen"]
    assert (back["key"]["status"], back["key"]["holder"]) == ("IN_STORAGE", None)
    assert back["key"]["storage"] == {"name": "Reception"}
    assert back["keyContract"]["id"] == contract["id"]
    assert [codes(one, "warnings") for one in (given, back)] == [[], []]
    assert await kinds(client, things["id"]) == ["REGISTERED", "HANDED_OVER", "TAKEN_BACK"]


async def test_handing_over_and_taking_back_twice_is_once(client: Client) -> None:
    things = await furnished(client)
    name = {"code": "A-12"}
    given = await hand_over(client, keys=[name], contacts=[AINO])
    contract_id = given["keyContract"]["id"]

    again = await hand_over(client, keys=[name], keyContractId=contract_id)
    await take_back(client, key=name)
    back = await take_back(client, key=name)

    assert again["keyContract"]["id"] == contract_id
    assert [codes(one, "warnings") for one in (again, back)] == [["CONTRADICTION"]] * 2
    assert again["warnings"][0]["message"] == "The key A-12 was handed over before."
    assert await kinds(client, things["id"]) == ["REGISTERED", "HANDED_OVER", "TAKEN_BACK"]


async def test_an_idempotency_key_gives_the_same_answer_at_a_desk(client: Client) -> None:
    things = await furnished(client, automat=True)
    name = {"code": "A-12"}
    there = {"automatId": things["automat"]}
    steps: list[tuple[Any, dict[str, Any]]] = [
        (hand_over, {"keys": [name], "contacts": [AINO], "idempotencyKey": "1"}),
        (take_back, {"key": name, "idempotencyKey": "2"}),
        (transfer, {"key": name, "storage": there, "idempotencyKey": "3"}),
    ]

    for act, input in steps:
        assert await act(client, **input) == await act(client, **input)

    done = ["REGISTERED", "HANDED_OVER", "TAKEN_BACK", "TRANSFERRED"]
    assert await kinds(client, things["id"]) == done


async def test_an_answer_that_is_given_again_repeats_its_warnings(client: Client) -> None:
    await furnished(client)
    name = {"code": "A-12"}

    first = await take_back(client, key=name, idempotencyKey="w")
    again = await take_back(client, key=name, idempotencyKey="w")

    assert first["warnings"][0]["message"] == "It lies at that desk already."
    assert again == first


async def stay_with_key(client: Client, begins_in: float) -> dict[str, str]:
    """Push a stay whose key still lies at a desk; gives the contract and the key."""
    async with client.working() as work:
        home = await make_entity(work)
        await make_automat(work)
        key = await make_key(work, home, code="S-1")
        await push(work, home, starts_at=work.now + begins_in * DAY)
        contract = await only_contract(work)
        return {"key": to_id(Key, key.id), "contract": to_id(KeyContract, contract.id)}


async def only_contract(work: Work) -> KeyContract:
    found = await work.first(work.own(KeyContract))
    assert found is not None
    return found


async def test_a_key_is_handed_over_early_to_whoever_it_waits_for(client: Client) -> None:
    waiting = await stay_with_key(client, begins_in=1)

    given = await hand_over(client, keys=[{"code": "S-1"}])

    assert given["keyContract"]["id"] == waiting["contract"]
    assert (given["keyContract"]["status"], given["keys"][0]["status"]) == ("ACTIVE", "OUT")
    assert codes(given, "warnings") == []


async def test_a_key_that_is_brought_for_another_contract_is_taken_back_and_told(
    client: Client,
) -> None:
    things = await furnished(client)
    async with client.working() as work:
        other = await make_key(work, code="B-7", desk=await make_desk(work, "Other"))
    await hand_over(client, keys=[{"code": "A-12"}], contacts=[AINO])
    for_other = await hand_over(client, keys=[{"id": to_id(Key, other.id)}], contacts=[AINO])
    contract_id = for_other["keyContract"]["id"]

    back = await take_back(client, key={"rfidTag": "04a2"}, keyContractId=contract_id)

    assert back["userErrors"] == []
    assert "the key of another contract" in back["warnings"][0]["message"]
    assert back["key"]["storage"] == {"name": "Reception"}
    assert await kinds(client, things["id"]) == ["REGISTERED", "HANDED_OVER", "TAKEN_BACK"]


async def test_a_ring_is_handed_over_as_one(client: Client) -> None:
    async with client.working() as work:
        keys = [await make_key(work, code=f"R-{number}") for number in range(3)]
        ring = await make_ring(work, *keys)

    given = await hand_over(client, keyRingIds=[to_id(KeyRing, ring.id)], contacts=[AINO])

    assert [key["code"] for key in given["keys"]] == ["R-0", "R-1", "R-2"]
    assert sorted(key["code"] for key in given["keyContract"]["keys"]) == ["R-0", "R-1", "R-2"]


async def test_a_key_moves_between_a_desk_a_locker_and_another_desk(client: Client) -> None:
    things = await furnished(client, automat=True)
    async with client.working() as work:
        shelf = to_id(ManualStorage, (await make_desk(work, "Shelf")).id)
    name = {"code": "A-12"}

    inside = await transfer(
        client, key=name, storage={"automatId": things["automat"]}, lockerIndex=4
    )
    again = await transfer(
        client, key=name, storage={"automatId": things["automat"]}, lockerIndex=4
    )
    outside = await transfer(client, key=name, storage={"manualStorageId": shelf})

    in_locker = {"automat": {"name": "Station"}, "locker": {"index": 4}}
    assert inside["key"]["storage"] == again["key"]["storage"] == in_locker
    assert codes(again, "warnings") == ["CONTRADICTION"]
    assert outside["key"]["storage"] == {"name": "Shelf"}
    assert await kinds(client, things["id"]) == ["REGISTERED", "TRANSFERRED", "TRANSFERRED"]


async def test_what_cannot_be_done_at_a_desk_is_refused_with_the_way_out(client: Client) -> None:
    things = await furnished(client, automat=True)
    name = {"code": "A-12"}
    there = {"automatId": things["automat"]}
    nobody = await hand_over(client, keys=[name])
    late = await hand_over(client, keys=[name], contacts=[AINO], dueAt=days_from_now(-1))
    unknown = await hand_over(client, keys=[{"code": "?"}], contacts=[AINO])
    words = await hand_over(client, keys=[name], pickUpInformation="Counter 2.")
    nowhere = await transfer(client, key=name, storage=there, lockerIndex=99)
    await hand_over(client, keys=[name], contacts=[AINO])
    out = await transfer(client, key=name, storage=there)
    taken = await hand_over(client, keys=[name], contacts=[AINO])

    refused = [nobody, late, unknown, words, nowhere, out, taken]
    assert [(codes(one)[0], one["userErrors"][0]["path"]) for one in refused] == [
        ("INVALID_INPUT", ["input", "contacts"]),
        ("STARTS_AFTER_END", ["input", "dueAt"]),
        ("NOT_FOUND", ["input", "keys"]),
        ("INVALID_INPUT", ["input", "pickUpInformation"]),
        ("INVALID_INPUT", ["input", "lockerIndex"]),
        ("KEY_OUT", ["input", "key"]),
        ("KEY_OUT", ["input", "keys"]),
    ]
    assert "take it back first" in taken["userErrors"][0]["message"]
    assert taken["keys"] is taken["keyContract"] is None
    assert await kinds(client, things["id"]) == ["REGISTERED", "HANDED_OVER"]


async def test_a_key_has_one_name_at_a_time(client: Client) -> None:
    things = await furnished(client)

    for wrong in ({}, {"code": "A-12", "id": things["id"]}):
        answer = (await client.post(TAKE_BACK, Role.USER, input={"key": wrong})).json()
        assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"

"""Key rings over HTTP: made, changed, listed, and found from their keys."""

from typing import Any

import pytest
from factories import make_desk, make_key
from talking import Client

from models.accounts import Role
from models.keys import Key
from schema.scalars import to_id

RING = "id name keys { edges { node { id code keyRing { name } } } }"
CREATE = f"""mutation($input: KeyRingCreateInput!) {{ keyRingCreate(input: $input) {{
  keyRing {{ {RING} }} userErrors {{ code path }}
}} }}"""
UPDATE = f"""mutation($input: KeyRingUpdateInput!) {{ keyRingUpdate(input: $input) {{
  keyRing {{ {RING} }} userErrors {{ code path }}
}} }}"""
LIST = f"""query($first: Int, $after: String) {{ keyRings(first: $first, after: $after) {{
  edges {{ node {{ {RING} }} }} pageInfo {{ hasNextPage endCursor }}
}} }}"""
NODE = f"query($id: ID!) {{ node(id: $id) {{ ... on KeyRing {{ {RING} }} }} }}"
OF_KEYS = "{ keys { edges { node { code keyRing { name } } } } }"


@pytest.fixture
async def keys(client: Client) -> list[str]:
    """Register three keys; gives their ids."""
    async with client.working() as work:
        desk = await make_desk(work)
        made = [await make_key(work, desk=desk, code=f"K{number}") for number in range(3)]
    return [to_id(Key, key.id) for key in made]


async def created(client: Client, name: str, keys: list[str]) -> dict[str, Any]:
    answer = await client.ask(CREATE, Role.ADVANCED_USER, input={"name": name, "keyIds": keys})
    payload: dict[str, Any] = answer["keyRingCreate"]
    return payload


def codes(ring: dict[str, Any]) -> list[str]:
    return [edge["node"]["code"] for edge in ring["keys"]["edges"]]


async def test_a_ring_is_made_and_found_from_its_keys(client: Client, keys: list[str]) -> None:
    ring = (await created(client, "Cleaners", keys[:2]))["keyRing"]

    assert (ring["name"], codes(ring)) == ("Cleaners", ["K0", "K1"])
    assert ring["keys"]["edges"][0]["node"]["keyRing"] == {"name": "Cleaners"}
    assert (await client.ask(NODE, Role.VIEWER, id=ring["id"]))["node"] == ring
    listed = await client.ask(LIST, Role.VIEWER)
    assert [edge["node"] for edge in listed["keyRings"]["edges"]] == [ring]
    of_keys = [edge["node"] for edge in (await client.ask(OF_KEYS))["keys"]["edges"]]
    assert [key["keyRing"] for key in of_keys] == [{"name": "Cleaners"}] * 2 + [None]


async def test_a_ring_changes(client: Client, keys: list[str]) -> None:
    ring = (await created(client, "Cleaners", keys[:1]))["keyRing"]

    renamed = await client.ask(UPDATE, input={"id": ring["id"], "name": "Caretakers"})
    filled = await client.ask(UPDATE, input={"id": ring["id"], "keyIds": keys})
    emptied = await client.ask(UPDATE, input={"id": ring["id"], "keyIds": []})

    assert renamed["keyRingUpdate"]["keyRing"]["name"] == "Caretakers"
    assert codes(renamed["keyRingUpdate"]["keyRing"]) == ["K0"]
    assert codes(filled["keyRingUpdate"]["keyRing"]) == ["K0", "K1", "K2"]
    assert emptied["keyRingUpdate"]["keyRing"]["keys"]["edges"] == []
    trail = await client.ask(
        "query($id: ID!) { events(subjectId: $id) { edges { node { kind } } } }", id=ring["id"]
    )
    kinds = [edge["node"]["kind"] for edge in trail["events"]["edges"]]
    assert kinds == ["KEY_RING_CREATED"] + ["KEY_RING_UPDATED"] * 3


async def test_a_ring_that_makes_no_sense_is_refused(client: Client, keys: list[str]) -> None:
    await created(client, "Cleaners", keys[:1])

    for name, wanted, code, place in (
        ("Other", keys, "STILL_IN_USE", "keyIds"),
        ("Cleaners", keys[1:], "EXTERNAL_ID_IN_USE", "name"),
        (" ", [], "INVALID_INPUT", "name"),
        ("Other", ["key_1"], "NOT_FOUND", "keyIds"),
    ):
        payload = await created(client, name, wanted)
        assert payload == {
            "keyRing": None,
            "userErrors": [{"code": code, "path": ["input", place]}],
        }


async def test_rings_come_in_pages(client: Client) -> None:
    for number in range(3):
        await created(client, f"Ring {number}", [])

    first = (await client.ask(LIST, first=2))["keyRings"]
    rest = (await client.ask(LIST, first=2, after=first["pageInfo"]["endCursor"]))["keyRings"]

    names = [edge["node"]["name"] for edge in first["edges"] + rest["edges"]]
    assert names == ["Ring 0", "Ring 1", "Ring 2"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)

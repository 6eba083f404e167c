"""The tree of an organization and its contacts over HTTP."""

from typing import Any

import pytest
from factories import make_entity, make_unit
from talking import Client
from things import one_of_everything

from models.accounts import Role
from models.organizations import OrganizationUnit
from schema.scalars import to_id

UNIT = """id name kind customerId timeZone language parent { id }
  settings { timeZone language countryCode leastPrecision largestDistanceMetres
    defaultSyncSeconds silenceToleranceSeconds usesAutomats }"""
CREATE = f"""mutation($input: OrganizationUnitCreateInput!) {{
  organizationUnitCreate(input: $input) {{
    organizationUnit {{ {UNIT} }} userErrors {{ code path }}
  }}
}}"""
UPDATE = f"""mutation($input: OrganizationUnitUpdateInput!) {{
  organizationUnitUpdate(input: $input) {{
    organizationUnit {{ {UNIT} }} userErrors {{ code path }}
  }}
}}"""
LIST = f"{{ organizationUnits {{ edges {{ node {{ {UNIT} }} }} }} }}"
CONTACT = """mutation($input: ContactUpdateInput!) { contactUpdate(input: $input) {
  contact { id name email phone language } userErrors { code path }
} }"""


async def units(client: Client) -> list[dict[str, Any]]:
    listed = await client.ask(LIST, Role.INSTALLER)
    return [edge["node"] for edge in listed["organizationUnits"]["edges"]]


async def created(client: Client, **input: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.ask(CREATE, input=input))["organizationUnitCreate"]
    return payload


async def test_a_new_organization_is_in_helsinki_until_it_says_otherwise(client: Client) -> None:
    (root,) = await units(client)

    assert root["id"] == to_id(OrganizationUnit, client.organization_id)
    assert (root["kind"], root["parent"]) == ("ORGANIZATION", None)
    assert (root["timeZone"], root["language"]) == ("Europe/Helsinki", "en")
    assert root["settings"] == {
        "timeZone": "Europe/Helsinki",
        "language": "en",
        "countryCode": "FI",
        "leastPrecision": "INTERPOLATED",
        "largestDistanceMetres": None,
        "defaultSyncSeconds": 86_400,
        "silenceToleranceSeconds": 3_600,
        "usesAutomats": True,
    }


async def test_a_unit_inherits_what_it_does_not_say(client: Client) -> None:
    north = await created(client, name="North", settings={"timeZone": "Europe/Oslo"})
    town = await created(
        client,
        name="Town",
        kind="TOWN",
        parentId=north["organizationUnit"]["id"],
        settings={"language": "nb", "defaultSyncSeconds": 0, "usesAutomats": False},
    )

    unit = town["organizationUnit"]
    assert unit["parent"] == {"id": north["organizationUnit"]["id"]}
    assert (unit["timeZone"], unit["language"]) == ("Europe/Oslo", "nb")
    assert (unit["settings"]["defaultSyncSeconds"], unit["settings"]["usesAutomats"]) == (0, False)
    assert unit["settings"]["countryCode"] == "FI"

    change = {"id": unit["id"], "settings": {"language": None}}
    back = await client.ask(UPDATE, input=change)
    assert back["organizationUnitUpdate"]["organizationUnit"]["language"] == "en"
    assert back["organizationUnitUpdate"]["organizationUnit"]["timeZone"] == "Europe/Oslo"


@pytest.mark.parametrize(
    ("input", "code"),
    [
        ({"name": ""}, "INVALID_INPUT"),
        ({"kind": "ORGANIZATION"}, "INVALID_INPUT"),
        ({"parentId": "unit_1"}, "NOT_FOUND"),
        ({"customerId": "taken"}, "EXTERNAL_ID_IN_USE"),
        ({"settings": {"timeZone": "Moon/Base"}}, "INVALID_INPUT"),
        ({"settings": {"language": "English"}}, "INVALID_INPUT"),
        ({"settings": {"countryCode": "fi"}}, "INVALID_INPUT"),
        ({"settings": {"largestDistanceMetres": 0}}, "INVALID_INPUT"),
        ({"settings": {"defaultSyncSeconds": -1}}, "INVALID_INPUT"),
        ({"settings": {"silenceToleranceSeconds": -1}}, "INVALID_INPUT"),
        ({"settings": {"defaultSyncSeconds": 2_147_483_647}}, "INVALID_INPUT"),
        ({"settings": {"defaultSyncSeconds": 315_360_000}}, None),
    ],
    ids=str,
)
async def test_a_unit_that_makes_no_sense_is_refused(
    client: Client, input: dict[str, Any], code: str | None
) -> None:
    await created(client, name="Other", customerId="taken")

    payload = await created(client, **{"name": "North", **input})

    assert [error["code"] for error in payload["userErrors"]] == ([code] if code else [])
    assert (payload["organizationUnit"] is None) == (code is not None)


async def test_the_place_of_a_setting_that_makes_no_sense_is_named(client: Client) -> None:
    payload = await created(client, name="North", settings={"timeZone": "Moon/Base"})

    assert payload["userErrors"][0]["path"] == ["input", "settings", "timeZone"]


async def test_a_contact_keeps_a_name_and_an_address_with_an_at(client: Client) -> None:
    id = (await one_of_everything(client))["contact"]

    phone = (await client.ask(CONTACT, Role.USER, input={"id": id, "phone": None}))["contactUpdate"]
    name = (await client.ask(CONTACT, input={"id": id, "name": ""}))["contactUpdate"]
    mail = (await client.ask(CONTACT, input={"id": id, "email": "aino"}))["contactUpdate"]

    assert (phone["contact"]["phone"], phone["contact"]["name"]) == (None, "Aino Virtanen")
    assert [error["code"] for error in name["userErrors"]] == ["INVALID_INPUT"]
    assert name["userErrors"][0]["path"] == ["input", "name"]
    assert mail["userErrors"][0]["path"] == ["input", "email"]


DELETE = """mutation($input: OrganizationUnitDeleteInput!) { organizationUnitDelete(input: $input) {
  organizationUnit { name } blockers { kind count examples } userErrors { code message path }
} }"""
MOVE = """mutation($input: OrganizationUnitMoveInput!) { organizationUnitMove(input: $input) {
  organizationUnit { parent { name } } userErrors { code path }
} }"""


async def test_a_unit_in_use_is_not_deleted_before_another_one_takes_over(client: Client) -> None:
    async with client.working() as work:
        north, south = await make_unit(work, name="North"), await make_unit(work, name="South")
        await make_entity(work, name="A 15", unit_id=north.id)
        ids = [to_id(OrganizationUnit, unit.id) for unit in (north, south)]

    blocked = await client.ask(DELETE, input={"id": ids[0], "idempotencyKey": "k"})
    done = await client.ask(DELETE, input={"id": ids[0], "moveContentsToId": ids[1]})

    payload = blocked["organizationUnitDelete"]
    assert payload["organizationUnit"] is None
    assert payload["blockers"] == [{"kind": "entities", "count": 1, "examples": ["A 15"]}]
    assert [error["code"] for error in payload["userErrors"]] == ["STILL_IN_USE"]
    assert "entities (1: A 15)" in payload["userErrors"][0]["message"]
    assert done["organizationUnitDelete"]["organizationUnit"] == {"name": "North"}
    assert [unit["name"] for unit in await units(client)][1:] == ["South"]
    assert await client.ask(f'{{ node(id: "{ids[0]}") {{ id }} }}') == {"node": None}


async def test_whoever_reaches_a_unit_reaches_what_is_moved_there_at_once(client: Client) -> None:
    async with client.working() as work:
        north, south = await make_unit(work, name="North"), await make_unit(work, name="South")
        await make_entity(work, unit_id=south.id)
    narrow = await client.reaching(north)
    ids = [to_id(OrganizationUnit, unit.id) for unit in (north, south)]
    listed = "{ entities { edges { node { organizationUnit { name } } } } }"

    before = await narrow.ask(listed)
    moved = await client.ask(MOVE, input={"id": ids[1], "parentId": ids[0]})
    after = await narrow.ask(listed)

    assert before["entities"]["edges"] == []
    assert moved["organizationUnitMove"]["organizationUnit"] == {"parent": {"name": "North"}}
    assert after["entities"]["edges"] == [{"node": {"organizationUnit": {"name": "South"}}}]


async def test_a_building_is_found_by_its_address(client: Client) -> None:
    address = {"street": "Hämeentie 1", "postalCode": "00530", "city": "Helsinki"}
    made = await created(client, name="Tower", kind="BUILDING", customerId="B-7", address=address)
    found = "organizationUnits(search: $words) { edges { node { address { street city } } } }"

    for words in ("Hämeentie", "00530", "B-7", "tower"):
        (edge,) = (await client.ask(f"query($words: String!) {{ {found} }}", words=words))[
            "organizationUnits"
        ]["edges"]
        assert edge["node"]["address"] == {"street": "Hämeentie 1", "city": "Helsinki"}
    assert made["userErrors"] == []

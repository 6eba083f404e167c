"""Contract templates over HTTP, and what they come to in a place."""

from typing import Any

from factories import make_key, make_unit
from talking import Client

from models.accounts import Role
from models.agreements import Agreement
from models.keys import Key
from models.organizations import OrganizationUnit
from resolvers import desks
from schema.scalars import to_id

FIELDS = """
  id name standard enforced organizationUnit { name }
  defaults { verification language durationSeconds freeLockerAfterFetch pickUpInformation
    agreementIds accessSchedule mainContactEmailRequired phonePrefix }
"""
CHANGE = """mutation($input: ContractTemplate{kind}Input!) {{
  contractTemplate{kind}(input: $input) {{
    contractTemplate {{ {fields} }} userErrors {{ code path }}
  }}
}}"""
DEFAULTS = """query($unit: ID, $keys: [ID!]) {
  contractDefaults(organizationUnitId: $unit, keyIds: $keys) {
    name value enforced template { name } organizationUnit { name }
  }
}"""
CREATE = """mutation($input: KeyContractCreateInput!) { keyContractCreate(input: $input) {
  keyContract { verification language status } userErrors { code message path }
} }"""
NOTHING = {
    "verification": None,
    "language": None,
    "durationSeconds": None,
    "freeLockerAfterFetch": None,
    "pickUpInformation": None,
    "agreementIds": None,
    "accessSchedule": None,
    "mainContactEmailRequired": None,
    "phonePrefix": None,
}


async def change(client: Client, kind: str, **input: Any) -> dict[str, Any]:
    document = CHANGE.format(kind=kind, fields=FIELDS)
    answer: dict[str, Any] = (await client.ask(document, input=input))[f"contractTemplate{kind}"]
    return answer


async def test_a_template_is_made_changed_and_deleted(client: Client) -> None:
    async with client.working() as work:
        owner = work.actor.organization_id
        rules = Agreement(organization_id=owner, organization_unit_id=owner, name="Rules")
        await work.add(rules)
    defaults = {
        "verification": "SIGNATURE",
        "language": "fi",
        "durationSeconds": 3600,
        "freeLockerAfterFetch": False,
        "pickUpInformation": "Ring.",
        "agreementIds": [to_id(Agreement, rules.id)],
        "accessSchedule": {
            "windows": [{"weekdays": [1], "from": "08:00", "to": "17:00"}],
            "dailyReturn": True,
        },
        "mainContactEmailRequired": True,
        "phonePrefix": "+358",
    }

    made = await change(
        client,
        "Create",
        name="Tenants",
        defaults=defaults,
        enforced=["LANGUAGE", "VERIFICATION"],
        standard=True,
    )
    one = made["contractTemplate"]
    fewer = await change(client, "Update", id=one["id"], defaults={"durationSeconds": None})
    none = await change(
        client, "Update", id=one["id"], defaults=dict.fromkeys(NOTHING), enforced=[], standard=False
    )
    gone = await change(client, "Delete", id=one["id"])
    again = await change(client, "Delete", id=one["id"])

    assert one["defaults"] == defaults
    assert one["enforced"] == ["VERIFICATION", "LANGUAGE"]
    assert (one["name"], one["standard"]) == ("Tenants", True)
    assert fewer["contractTemplate"]["defaults"] == defaults | {"durationSeconds": None}
    assert none["contractTemplate"] == one | {
        "defaults": NOTHING,
        "enforced": [],
        "standard": False,
    }
    assert gone["contractTemplate"] == none["contractTemplate"]
    assert again == {
        "contractTemplate": None,
        "userErrors": [{"code": "NOT_FOUND", "path": ["input", "id"]}],
    }


async def test_what_must_not_be_null_is_refused(client: Client) -> None:
    one = (await change(client, "Create", name="Tenants"))["contractTemplate"]

    for name in ("name", "defaults", "enforced", "standard"):
        refused = await change(client, "Update", id=one["id"], **{name: None})
        assert refused["userErrors"] == [{"code": "INVALID_INPUT", "path": ["input", name]}]


async def test_a_place_tells_what_holds_and_who_says_it(client: Client) -> None:
    async with client.working() as work:
        unit = await make_unit(work, name="House")
        desk = await desks.create(work, name="Desk", unit_id=unit.id)
        key = await make_key(work, desk=desk)
    place = {"unit": to_id(OrganizationUnit, unit.id)}
    await change(
        client,
        "Create",
        name="All",
        defaults={"language": "fi"},
        enforced=["LANGUAGE"],
        standard=True,
    )
    await change(
        client,
        "Create",
        name="Ours",
        organizationUnitId=place["unit"],
        defaults={"language": "sv", "verification": "SIGNATURE"},
        standard=True,
    )

    found = (await client.ask(DEFAULTS, Role.USER, **place))["contractDefaults"]
    by_key = await client.ask(DEFAULTS, Role.USER, keys=[to_id(Key, key.id)])

    said = {one["name"]: one for one in found}
    assert len(said) == 9
    assert said["LANGUAGE"] == {
        "name": "LANGUAGE",
        "value": "fi",
        "enforced": True,
        "template": {"name": "All"},
        "organizationUnit": {"name": "Kotikatu Isännöinti"},
    }
    assert (said["VERIFICATION"]["value"], said["VERIFICATION"]["enforced"]) == ("SIGNATURE", False)
    assert said["VERIFICATION"]["organizationUnit"] == {"name": "House"}
    assert said["DURATION"]["template"] is said["DURATION"]["value"] is None
    assert by_key["contractDefaults"] == found
    both = {**place, "keys": [to_id(Key, key.id)]}
    assert await client.error_code(DEFAULTS, **both) == "INVALID_INPUT"
    assert await client.error_code(DEFAULTS, keys=["key_0"]) == "NOT_FOUND"
    assert await client.error_code(DEFAULTS, unit="unit_0") == "NOT_FOUND"


async def test_a_contract_against_a_template_is_refused_with_its_name(client: Client) -> None:
    async with client.working() as work:
        key = to_id(Key, (await make_key(work)).id)
    await change(
        client,
        "Create",
        name="Policy",
        defaults={"verification": "SIGNATURE"},
        enforced=["VERIFICATION"],
        standard=True,
    )
    wish = {"keyIds": [key], "contacts": [{"name": "Aino"}]}

    refused = await client.ask(CREATE, Role.PARTNER, input=wish | {"verification": "NONE"})
    made = await client.ask(CREATE, Role.PARTNER, input=wish)

    (error,) = refused["keyContractCreate"]["userErrors"]
    assert (error["code"], error["path"]) == ("ENFORCED", ["input", "verification"])
    assert "'Policy' of Kotikatu Isännöinti" in error["message"]
    assert made["keyContractCreate"]["keyContract"]["status"] == "WAITING_FOR_SIGNATURE"

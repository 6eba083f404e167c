"""Settings over HTTP: said by units and device groups, shown with who says them."""

import json
from typing import Any

import pytest
from factories import make_automat, make_group, make_unit
from setting_tables import BUILT_IN, DAY, OTHER, OTHER_FOR_PEOPLE, square
from talking import Client

from models.accounts import Role
from models.automats import Automat, DeviceGroup
from models.organizations import OrganizationUnit
from models.settings import SETTING_NAMES, Setting
from schema.scalars import to_id

NOTHING = dict.fromkeys(BUILT_IN)
ALL = " ".join(BUILT_IN)
TOLD = "setting value organizationUnit { name } deviceGroup { name }"
UNIT = f"id settings {{ {ALL} }} ownSettings {{ {ALL} }} effectiveSettings {{ {TOLD} }}"
GROUP = f"id ownSettings {{ {ALL} }} effectiveSettings {{ {TOLD} }}"


def mutation(name: str, kind: str, shown: str, selection: str) -> str:
    return f"""mutation($input: {kind}!) {{ {name}(input: $input) {{
      {shown} {{ {selection} }} userErrors {{ code message path }}
    }} }}"""


UNIT_CREATE = mutation(
    "organizationUnitCreate", "OrganizationUnitCreateInput", "organizationUnit", UNIT
)
UNIT_UPDATE = mutation(
    "organizationUnitUpdate", "OrganizationUnitUpdateInput", "organizationUnit", UNIT
)
GROUP_CREATE = mutation("deviceGroupCreate", "DeviceGroupCreateInput", "deviceGroup", GROUP)
GROUP_UPDATE = mutation("deviceGroupUpdate", "DeviceGroupUpdateInput", "deviceGroup", GROUP)
WITH_GROUP = f"""query($id: ID!, $group: ID) {{ node(id: $id) {{ ... on OrganizationUnit {{
  effectiveSettings(deviceGroupId: $group) {{ {TOLD} }}
}} }} }}"""
ENTITY = f"""mutation($input: EntityCreateInput!) {{ entityCreate(input: $input) {{
  entity {{ effectiveSettings {{ {TOLD} }} }} userErrors {{ code }}
}} }}"""


async def said(client: Client, document: str, role: Role = Role.ADMIN, **input: Any) -> Any:
    """Send a mutation; give what it made, or the one error that refused it."""
    (payload,) = (await client.ask(document, role, input=input)).values()
    errors = payload.pop("userErrors")
    (made,) = payload.values()
    assert (made is None) == (len(errors) == 1)
    return errors[0] if errors else made


async def other(client: Client) -> dict[str, Any]:
    """Give a value of every setting that is not built in; for one an automat has to be there."""
    async with client.working() as work:
        automat = await make_automat(work)
    return OTHER | {"excludedAutomatIds": [to_id(Automat, automat.id)]}


def told(settings: list[dict[str, Any]], setting: str) -> tuple[Any, ...]:
    """Give the value of a setting, and the names of who says it."""
    (found,) = [one for one in settings if one["setting"] == setting]
    whose = (found["organizationUnit"], found["deviceGroup"])
    return (found["value"], *(one and one["name"] for one in whose))


def test_these_tests_know_every_setting() -> None:
    assert len(BUILT_IN) == len(SETTING_NAMES)
    assert BUILT_IN.keys() == OTHER.keys()
    assert OTHER_FOR_PEOPLE.keys() == set(Setting.__members__)
    assert not [name for name in OTHER if OTHER[name] == BUILT_IN[name]]


async def test_a_unit_that_says_nothing_has_what_is_built_in(client: Client) -> None:
    unit = await said(client, UNIT_CREATE, name="North")

    assert unit["settings"] == BUILT_IN
    assert unit["ownSettings"] == NOTHING
    assert [one["setting"] for one in unit["effectiveSettings"]] == list(Setting.__members__)
    whose = {(one["organizationUnit"], one["deviceGroup"]) for one in unit["effectiveSettings"]}
    assert whose == {(None, None)}
    assert told(unit["effectiveSettings"], "LARGEST_DISTANCE_METRES") == (None, None, None)
    assert told(unit["effectiveSettings"], "RETURN_SYNC_TIME") == ("4 d", None, None)


async def test_a_unit_says_every_setting_and_takes_it_back(client: Client) -> None:
    every = await other(client)
    unit = await said(client, UNIT_CREATE, name="North", settings=every)

    assert unit["settings"] == unit["ownSettings"] == every
    found = {one["setting"]: one for one in unit["effectiveSettings"]}
    assert {setting: one["value"] for setting, one in found.items()} == OTHER_FOR_PEOPLE
    assert {one["organizationUnit"]["name"] for one in found.values()} == {"North"}

    kept = await said(client, UNIT_UPDATE, id=unit["id"], settings={"pinLength": 5})
    assert kept["ownSettings"] == every | {"pinLength": 5}
    back = await said(client, UNIT_UPDATE, id=unit["id"], settings=NOTHING)
    assert (back["settings"], back["ownSettings"]) == (BUILT_IN, NOTHING)


async def test_a_device_group_says_every_setting_and_takes_it_back(client: Client) -> None:
    every = await other(client)
    group = await said(client, GROUP_CREATE, name="City", automatIds=[], settings=every)

    assert group["ownSettings"] == every
    values = {one["setting"]: one["value"] for one in group["effectiveSettings"]}
    assert values == OTHER_FOR_PEOPLE
    assert {one["deviceGroup"]["name"] for one in group["effectiveSettings"]} == {"City"}
    assert {one["organizationUnit"] for one in group["effectiveSettings"]} == {None}

    back = await said(client, GROUP_UPDATE, id=group["id"], settings=NOTHING)
    assert back["ownSettings"] == NOTHING
    assert told(back["effectiveSettings"], "PIN_LENGTH") == ("6", None, None)


async def test_a_device_group_is_made_without_a_word_of_settings(client: Client) -> None:
    group = await said(
        client, GROUP_CREATE, Role.INSTALLER, name="City", automatIds=[], freeLockerLimit=2
    )

    assert group["ownSettings"] == NOTHING
    refusal = await said(
        client, GROUP_UPDATE, Role.INSTALLER, id=group["id"], settings={"pinLength": 4}
    )
    assert refusal["code"] == "NOT_ALLOWED"


async def test_what_holds_is_told_with_the_nearest_who_says_it(client: Client) -> None:
    root = to_id(OrganizationUnit, client.organization_id)
    await said(client, UNIT_UPDATE, id=root, settings={"language": "fi", "pinLength": 5})
    town = await said(client, UNIT_CREATE, name="Town", settings={"pinLength": 7})
    house = await said(client, UNIT_CREATE, name="House", parentId=town["id"])
    group = await said(
        client, GROUP_CREATE, name="City", automatIds=[], settings={"overdueDelaySeconds": 60}
    )

    alone = house["effectiveSettings"]
    asked = await client.ask(WITH_GROUP, id=house["id"], group=group["id"])
    grouped = asked["node"]["effectiveSettings"]

    for settings in (alone, grouped):
        assert told(settings, "LANGUAGE") == ("fi", "Kotikatu Isännöinti", None)
        assert told(settings, "PIN_LENGTH") == ("7", "Town", None)
    assert told(alone, "OVERDUE_DELAY") == ("0 d", None, None)
    assert told(grouped, "OVERDUE_DELAY") == ("1 min", None, "City")
    assert told(group["effectiveSettings"], "PIN_LENGTH") == ("5", "Kotikatu Isännöinti", None)


async def test_what_holds_for_an_entity_comes_from_its_group_and_its_unit(client: Client) -> None:
    async with client.working() as work:
        unit = await make_unit(work, name="Town", pin_length=7, language="sv")
        group = await make_group(work, name="City", settings={"pin_length": 8})
    home = {
        "kind": "APARTMENT",
        "name": "A",
        "organizationUnitId": to_id(OrganizationUnit, unit.id),
    }

    alone = await said(client, ENTITY, Role.PARTNER, **home)
    grouped = await said(
        client, ENTITY, Role.PARTNER, **home, deviceGroupId=to_id(DeviceGroup, group.id)
    )

    assert told(alone["effectiveSettings"], "PIN_LENGTH") == ("7", "Town", None)
    assert told(grouped["effectiveSettings"], "PIN_LENGTH") == ("8", None, "City")
    assert told(grouped["effectiveSettings"], "LANGUAGE") == ("sv", "Town", None)


async def test_a_device_group_that_is_not_there_is_an_error(client: Client) -> None:
    root = to_id(OrganizationUnit, client.organization_id)

    assert await client.error_code(WITH_GROUP, id=root, group="group_1") == "NOT_FOUND"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pinLength", 3),
        ("pinLength", 10),
        ("fetchDurationSeconds", 0),
        ("returnDurationSeconds", 0),
        ("returnSyncSeconds", -1),
        ("overdueDelaySeconds", 315_360_001),
        ("endReminderSeconds", 2_147_483_647),
        ("spreadingMetres", -1),
        ("excludedAutomatIds", ["automat_1"]),
        ("servedArea", square(24.0, 60.0, 24.0, 61.0)),
        ("excludedArea", "a circle"),
        ("preferredArea", {"type": "Point", "coordinates": [24.9, 60.1]}),
    ],
)
async def test_the_place_of_a_value_that_makes_no_sense_is_named(
    client: Client, name: str, value: Any
) -> None:
    settings = {name: value}

    for document, input in (
        (UNIT_CREATE, {"name": "North"}),
        (GROUP_CREATE, {"name": "City", "automatIds": []}),
    ):
        refusal = await said(client, document, **input, settings=settings)
        assert refusal["code"] in {"INVALID_INPUT", "NOT_FOUND"}
        assert refusal["path"] == ["input", "settings", name]


async def test_a_return_pin_that_would_come_late_is_refused(client: Client) -> None:
    town = await said(client, UNIT_CREATE, name="Town", settings={"returnSyncSeconds": 9 * DAY})
    late = {"returnDurationSeconds": 9 * DAY + 1}

    below = await said(client, UNIT_CREATE, name="House", parentId=town["id"], settings=late)
    group = await said(client, GROUP_CREATE, name="City", automatIds=[], settings=late)

    assert below["code"] == group["code"] == "INVALID_INPUT"
    assert below["path"] == ["input", "settings", "returnSyncSeconds"]
    assert "the unit House: The return sync time (9 d)" in below["message"]
    assert "the unit Kotikatu Isännöinti with the device group City" in group["message"]
    listed = await client.ask(
        "{ organizationUnits { edges { node { name } } } deviceGroups { edges { cursor } } }"
    )
    names = [edge["node"]["name"] for edge in listed["organizationUnits"]["edges"]]
    assert names == ["Kotikatu Isännöinti", "Town"]
    assert listed["deviceGroups"]["edges"] == []


async def test_an_area_is_said_as_text_or_drawn_the_wrong_way_and_kept_in_one_form(
    client: Client,
) -> None:
    area = square(24.0, 60.0, 25.5, 61.0)
    clockwise = {"type": "Polygon", "coordinates": [area["coordinates"][0][::-1]], "bbox": [0, 0]}

    for written in (clockwise, json.dumps(clockwise)):
        unit = await said(client, UNIT_CREATE, name="North", settings={"servedArea": written})
        assert unit["settings"]["servedArea"] == unit["ownSettings"]["servedArea"] == area


async def test_an_area_is_written_into_a_document_too(client: Client) -> None:
    polygon = '{type: "Polygon", coordinates: [[[1, 2], [3, 2], [3, 4], [1, 2]]]}'
    input = f'{{name: "North", settings: {{servedArea: {polygon}}}}}'
    shown = "organizationUnit { settings { servedArea } }"
    document = f"mutation {{ organizationUnitCreate(input: {input}) {{ {shown} }} }}"

    answer = await client.ask(document, Role.ADMIN)

    settings = answer["organizationUnitCreate"]["organizationUnit"]["settings"]
    assert settings["servedArea"]["coordinates"][0][1] == [3.0, 2.0]


async def test_settings_in_settings_are_counted_as_rows(client: Client) -> None:
    once = "effectiveSettings { organizationUnit { name } }"
    twice = "effectiveSettings { organizationUnit { effectiveSettings { value } } }"
    units = "{{ organizationUnits(first: 100) {{ edges {{ node {{ {} }} }} }} }}"

    await client.ask(units.format(once))

    assert await client.error_code(units.format(twice)) == "INVALID_INPUT"

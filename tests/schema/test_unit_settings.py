"""Settings over HTTP: said by units and device groups, shown with who says them."""

import json
from typing import Any

import pytest
from factories import make_automat, make_group, make_unit
from talking import Client

from models.accounts import Role
from models.automats import Automat, DeviceGroup
from models.organizations import OrganizationUnit
from models.settings import SETTING_NAMES, Setting
from schema.scalars import to_id

DAY = 86_400


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """Draw an area the way it is kept."""
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [corners]}


BUILT_IN = {
    "timeZone": "Europe/Helsinki",
    "language": "en",
    "countryCode": "FI",
    "leastPrecision": "INTERPOLATED",
    "largestDistanceMetres": None,
    "silenceToleranceSeconds": 3_600,
    "usesAutomats": True,
    "oneDeviceGroup": False,
    "pinLength": 6,
    "defaultDurationSeconds": 14 * DAY,
    "defaultSyncSeconds": DAY,
    "fetchDurationSeconds": 3 * DAY,
    "fetchSyncSeconds": DAY,
    "returnDurationSeconds": 3 * DAY,
    "returnSyncSeconds": 4 * DAY,
    "overdueDelaySeconds": 0,
    "startReminderSeconds": DAY,
    "endReminderSeconds": DAY,
    "accessSchedules": False,
    "strongAuthentication": False,
    "contactRetentionSeconds": 1095 * DAY,
    "attachmentRetentionSeconds": 1095 * DAY,
    "selectionMode": "BY_RESERVATION",
    "spreadingMetres": 0.0,
    "offlineAutomats": False,
    "excludedModels": [],
    "excludedAutomatIds": [],
    "servedArea": None,
    "excludedArea": None,
    "preferredArea": None,
    "returnElsewhere": True,
    "returnElsewhereMetres": None,
    "failoverExtraMetres": None,
    "walkingDistance": False,
}
OTHER = {
    "timeZone": "Europe/Oslo",
    "language": "nb",
    "countryCode": "NO",
    "leastPrecision": "HOUSE_NUMBER",
    "largestDistanceMetres": 1_500.5,
    "silenceToleranceSeconds": 90,
    "usesAutomats": False,
    "oneDeviceGroup": True,
    "pinLength": 4,
    "defaultDurationSeconds": 7 * DAY,
    "defaultSyncSeconds": 0,
    "fetchDurationSeconds": 36 * 3_600,
    "fetchSyncSeconds": 2 * DAY,
    "returnDurationSeconds": 5 * DAY,
    "returnSyncSeconds": 6 * DAY,
    "overdueDelaySeconds": 5_400,
    "startReminderSeconds": 3 * DAY,
    "endReminderSeconds": 4 * DAY,
    "accessSchedules": True,
    "strongAuthentication": True,
    "contactRetentionSeconds": 365 * DAY,
    "attachmentRetentionSeconds": 30 * DAY,
    "selectionMode": "SHADOW",
    "spreadingMetres": 250.0,
    "offlineAutomats": True,
    "excludedModels": ["LIVIONKEY_1"],
    "excludedAutomatIds": ["that of an automat, see `other`"],
    "servedArea": square(24.0, 60.0, 25.5, 61.0),
    "excludedArea": square(24.9, 60.1, 25.0, 60.2),
    "preferredArea": square(24.0, 60.5, 24.5, 61.0),
    "returnElsewhere": False,
    "returnElsewhereMetres": 800.0,
    "failoverExtraMetres": 1_000.0,
    "walkingDistance": True,
}
OTHER_FOR_PEOPLE = {
    "TIME_ZONE": "Europe/Oslo",
    "LANGUAGE": "nb",
    "COUNTRY_CODE": "NO",
    "LEAST_PRECISION": "house number",
    "LARGEST_DISTANCE_METRES": "1500.5 m",
    "SILENCE_TOLERANCE": "1 min 30 s",
    "USES_AUTOMATS": "no",
    "ONE_DEVICE_GROUP": "yes",
    "PIN_LENGTH": "4",
    "DEFAULT_DURATION": "7 d",
    "DEFAULT_SYNC_TIME": "0 d",
    "FETCH_DURATION": "1 d 12 h",
    "FETCH_SYNC_TIME": "2 d",
    "RETURN_DURATION": "5 d",
    "RETURN_SYNC_TIME": "6 d",
    "OVERDUE_DELAY": "1 h 30 min",
    "START_REMINDER_TIME": "3 d",
    "END_REMINDER_TIME": "4 d",
    "ACCESS_SCHEDULES": "yes",
    "STRONG_AUTHENTICATION": "yes",
    "CONTACT_RETENTION": "365 d",
    "ATTACHMENT_RETENTION": "30 d",
    "SELECTION_MODE": "shadow",
    "SPREADING_METRES": "250 m",
    "OFFLINE_AUTOMATS": "yes",
    "EXCLUDED_MODELS": "LIVIONKEY_1",
    "EXCLUDED_AUTOMATS": "1 automat",
    "SERVED_AREA": "an area with 4 corners",
    "EXCLUDED_AREA": "an area with 4 corners",
    "PREFERRED_AREA": "an area with 4 corners",
    "RETURN_ELSEWHERE": "no",
    "RETURN_ELSEWHERE_METRES": "800 m",
    "FAILOVER_EXTRA_METRES": "1000 m",
    "WALKING_DISTANCE": "yes",
}
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
    asked = await client.ask(WITH_GROUP, Role.VIEWER, id=house["id"], group=group["id"])
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

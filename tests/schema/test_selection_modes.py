"""Selection modes over HTTP and on the command line, versions of settings, and what SHADOW saw."""

from pathlib import Path
from typing import Any

import pytest
from commands import CommandLine
from factories import PASILA, STATION, make_automat, make_entity, make_group, make_key, make_unit
from factories import push as push_reservation
from talking import Client

from models.accounts import Role
from models.automats import DeviceGroup
from models.organizations import OrganizationUnit
from models.selections import SelectionMode
from resolvers import organizations
from schema.scalars import to_id

SAID = "version changedAt changedBy said { selectionMode pinLength }"
VERSIONS = f"settingsVersions(first: 9) {{ edges {{ node {{ {SAID} }} }} }}"
SHOWN = f"name ownSettings {{ selectionMode }} {VERSIONS}"
ANSWER = f"""organizationUnit {{ {SHOWN} }} deviceGroup {{ {SHOWN} }}
  userErrors {{ code message path }}"""
SET = f"""mutation($input: SelectionModeSetInput!) {{
  selectionModeSet(input: $input) {{ {ANSWER} }} }}"""
UNDO = f"""mutation($input: SelectionModeUndoInput!) {{
  selectionModeUndo(input: $input) {{ {ANSWER} }} }}"""
SHADOW = """query($unit: ID, $groups: [ID!]) {
  selectionShadow(organizationUnitId: $unit, deviceGroupIds: $groups) {
    watched different unserved nearerMetres
    differences(first: 9) { edges { node {
      reservation { externalId selection { shadow {
        method differs nearerMetres message automat { name }
      } } }
      entity { name } automat { name } distanceMetres
      nearestAutomat { name } nearestMetres refusal
    } } }
  }
}"""


async def act(client: Client, document: str, role: Role = Role.ADMIN, **input: Any) -> Any:
    """Send a mutation and give what it answers."""
    (payload,) = (await client.ask(document, role, input=input)).values()
    return payload


async def test_a_units_mode_is_switched_and_undone_with_versions_of_who_did_it(
    client: Client,
) -> None:
    async with client.working() as work:
        unit = await make_unit(work, name="Town", pin_length=5)
    whose = {"organizationUnitId": to_id(OrganizationUnit, unit.id)}

    switched = await act(client, SET, **whose, mode="NEAREST")
    undone = await act(client, UNDO, **whose)

    assert switched["userErrors"] == undone["userErrors"] == []
    assert switched["organizationUnit"]["ownSettings"] == {"selectionMode": "NEAREST"}
    assert switched["deviceGroup"] is None
    assert undone["organizationUnit"]["ownSettings"] == {"selectionMode": None}
    versions = [edge["node"] for edge in undone["organizationUnit"]["settingsVersions"]["edges"]]
    assert [(one["version"], one["said"]["selectionMode"]) for one in versions] == [
        (1, None), (2, "NEAREST"), (3, None),
    ]  # fmt: skip
    assert {one["said"]["pinLength"] for one in versions} == {5}
    assert [one["changedBy"] for one in versions] == [None, "token", "token"]
    assert all(one["changedAt"] for one in versions)


async def test_a_device_groups_mode_is_switched_and_undone(client: Client) -> None:
    async with client.working() as work:
        group = await make_group(work, name="City")
    whose = {"deviceGroupId": to_id(DeviceGroup, group.id)}

    await act(client, SET, **whose, mode="GROUP")
    await act(client, SET, **whose, mode="SHADOW")
    undone = await act(client, UNDO, **whose)

    assert undone["organizationUnit"] is None
    assert undone["deviceGroup"]["name"] == "City"
    assert undone["deviceGroup"]["ownSettings"] == {"selectionMode": "GROUP"}
    assert len(undone["deviceGroup"]["settingsVersions"]["edges"]) == 3


async def test_a_switch_is_refused_politely(client: Client) -> None:
    root = to_id(OrganizationUnit, client.organization_id)

    for document, more in ((SET, {"mode": "GROUP"}), (UNDO, {})):
        (neither,) = (await act(client, document, **more))["userErrors"]
        assert neither["code"] == "INVALID_INPUT"
        unknown = {"organizationUnitId": "unit_1", **more}
        (error,) = (await act(client, document, **unknown))["userErrors"]
        assert error["code"] == "NOT_FOUND"
    (never,) = (await act(client, UNDO, organizationUnitId=root))["userErrors"]
    assert "was never switched" in never["message"]


async def test_what_shadow_watched_is_told_stay_by_stay_and_all_together(client: Client) -> None:
    async with client.working() as work:
        await make_automat(work, "Station", STATION)
        group = await make_group(work, await make_automat(work, "Pasila", PASILA))
        unit = await make_unit(work, selection_mode=SelectionMode.SHADOW)
        home = await make_entity(
            work, STATION, name="A 1", unit_id=unit.id, device_group_id=group.id
        )
        await make_key(work, home)
        await push_reservation(work, home, external_id="stay")
    here = {"unit": to_id(OrganizationUnit, unit.id), "groups": [to_id(DeviceGroup, group.id)]}

    found = (await client.ask(SHADOW, Role.ADVANCED_USER, **here))["selectionShadow"]

    (edge,) = found.pop("differences")["edges"]
    metres = found.pop("nearerMetres")
    assert found == {"watched": 1, "different": 1, "unserved": 0}
    assert metres == pytest.approx(3_006, abs=5)
    assert edge["node"] == {
        "reservation": {
            "externalId": "stay",
            "selection": {
                "shadow": {
                    "method": "NEAREST",
                    "differs": True,
                    "nearerMetres": metres,
                    "message": None,
                    "automat": {"name": "Station"},
                }
            },
        },
        "entity": {"name": "A 1"},
        "automat": {"name": "Pasila"},
        "distanceMetres": metres,
        "nearestAutomat": {"name": "Station"},
        "nearestMetres": 0.0,
        "refusal": None,
    }
    elsewhere = (await client.ask(SHADOW, unit=None, groups=[]))["selectionShadow"]
    assert elsewhere["watched"] == 0
    root = to_id(OrganizationUnit, client.organization_id)
    everywhere = (await client.ask(SHADOW, unit=root, groups=None))["selectionShadow"]
    assert everywhere["watched"] == 1


async def test_a_settings_version_is_seen_by_those_who_see_settings(client: Client) -> None:
    async with client.working() as work:
        await organizations.update_unit(work, client.organization_id, {"pin_length": 5})
    document = f"{{ organizationUnits(first: 1) {{ edges {{ node {{ {VERSIONS} }} }} }} }}"

    answer = await client.ask(document, Role.INSTALLER)

    (unit,) = answer["organizationUnits"]["edges"]
    (edge,) = unit["node"]["settingsVersions"]["edges"]
    assert edge["node"]["said"] == {"selectionMode": None, "pinLength": 5}
    assert await client.error_code(document, Role.ADVANCED_USER) == "NOT_ALLOWED"


def test_the_command_switches_and_undoes(tmp_path: Path) -> None:
    commands = CommandLine(tmp_path)
    commands.done("migrate")
    unit = commands.done("organization", "create", "Kotikatu").strip()

    switched = commands.done("selection", "mode", "shadow", "--unit", unit)
    undone = commands.done("selection", "mode", "--undo", "--unit", unit)

    assert switched == "Kotikatu: SHADOW (version 1 of its settings).\n"
    assert undone == "Kotikatu: what is said above it (version 2 of its settings).\n"
    unknown = commands.refusal("selection", "mode", "group", "--group", "group_1")
    assert unknown == "There is no group_1; look its id up again."

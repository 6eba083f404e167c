"""Automats, lockers and groups over HTTP."""

from typing import Any

import pytest
from counting import statements_of
from documents import days_from_now
from factories import make_automat, make_desk, make_entity, make_group, make_key, make_unit, push
from talking import Client

from models.automats import Automat, AutomatModel, DeviceGroup
from models.organizations import OrganizationUnit
from schema.scalars import to_id

AUTOMAT = """id deviceId name model state timeZone online lastSeenAt installedAt freeLockers
  address { text countryCode } placement { precision } organizationUnit { id }
  deviceGroups { id } lockers { id index state key { id } }"""
INSTALL = f"""mutation($input: AutomatInstallInput!) {{ automatInstall(input: $input) {{
  automat {{ {AUTOMAT} }} warnings {{ code path }} userErrors {{ code path }}
}} }}"""
UPDATE = f"""mutation($input: AutomatUpdateInput!) {{ automatUpdate(input: $input) {{
  automat {{ {AUTOMAT} }} userErrors {{ code path }}
}} }}"""
LOCKER = """mutation($input: LockerUpdateInput!) { lockerUpdate(input: $input) {
  locker { id index state } userErrors { code }
} }"""
GROUP = """mutation($input: DeviceGroupCreateInput!) { deviceGroupCreate(input: $input) {
  deviceGroup { id name automats { edges { node { id } } } } userErrors { code path }
} }"""
CHANGE_GROUP = """mutation($input: DeviceGroupUpdateInput!) { deviceGroupUpdate(input: $input) {
  deviceGroup { id name automats { edges { node { id } } } } userErrors { code path }
} }"""
FIND = f"""query($id: ID, $deviceId: String) {{
  automat(id: $id, deviceId: $deviceId) {{ {AUTOMAT} }}
}}"""
FREE = """query($id: ID, $from: DateTime, $to: DateTime) {
  automat(id: $id) { freeLockers(from: $from, to: $to) }
}"""
CABINET = {
    "deviceId": "000123",
    "name": "Station",
    "model": "LIVIONKEY_30",
    "address": {"text": "Rautatientori 1, Helsinki"},
    "coordinates": {"latitude": 60.17, "longitude": 24.94},
}


async def installed(client: Client, **changes: Any) -> dict[str, Any]:
    answer = await client.ask(INSTALL, input={**CABINET, **changes})
    payload: dict[str, Any] = answer["automatInstall"]
    return payload


async def test_a_new_automat_is_in_service_with_its_lockers_empty(client: Client) -> None:
    payload = await installed(client)

    automat = payload["automat"]
    assert payload["userErrors"] == payload["warnings"] == []
    assert (automat["deviceId"], automat["state"]) == ("000123", "IN_SERVICE")
    assert [locker["index"] for locker in automat["lockers"]] == list(range(30))
    assert {locker["state"] for locker in automat["lockers"]} == {"EMPTY"}
    assert (automat["online"], automat["lastSeenAt"]) == (False, None)
    assert (automat["timeZone"], automat["freeLockers"]) == ("Europe/Helsinki", 30)
    for names in ({"id": automat["id"]}, {"deviceId": "000123"}):
        assert (await client.ask(FIND, **names))["automat"] == automat
    assert await client.ask(FIND, deviceId="123") == {"automat": None}


async def test_an_automat_takes_the_time_zone_of_its_unit_and_joins_groups(client: Client) -> None:
    async with client.working() as work:
        unit = await make_unit(work, time_zone="Asia/Tokyo")
        group = await make_group(work)
    ids = {
        "organizationUnitId": to_id(OrganizationUnit, unit.id),
        "deviceGroupIds": [to_id(DeviceGroup, group.id)] * 2,
    }

    automat = (await installed(client, model="LIVIONKEY_1", **ids))["automat"]

    assert automat["timeZone"] == "Asia/Tokyo"
    assert automat["deviceGroups"] == [{"id": ids["deviceGroupIds"][0]}]
    assert len(automat["lockers"]) == 1


async def test_an_automat_at_an_unknown_address_is_stored_with_a_warning(client: Client) -> None:
    payload = await installed(client, coordinates=None)

    assert payload["automat"]["placement"] is None
    assert payload["warnings"] == [{"code": "ADDRESS_NOT_FOUND", "path": ["input", "address"]}]


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"deviceId": ""}, "INVALID_INPUT", ["input", "deviceId"]),
        ({"name": ""}, "INVALID_INPUT", ["input", "name"]),
        ({"timeZone": "Europe/Atlantis"}, "INVALID_INPUT", ["input", "timeZone"]),
        ({"timeZone": "../../etc/passwd"}, "INVALID_INPUT", ["input", "timeZone"]),
        ({"address": {"text": ""}}, "INVALID_INPUT", ["input", "address"]),
        ({"deviceId": "taken"}, "EXTERNAL_ID_IN_USE", ["input", "deviceId"]),
        ({"organizationUnitId": "unit_1"}, "NOT_FOUND", ["input", "organizationUnitId"]),
        ({"deviceGroupIds": ["group_1"]}, "NOT_FOUND", ["input", "deviceGroupIds"]),
    ],
    ids=str,
)
async def test_an_automat_that_makes_no_sense_is_refused(
    client: Client, changes: dict[str, Any], code: str, path: list[str]
) -> None:
    await installed(client, deviceId="taken")

    payload = await installed(client, **changes)

    assert payload["automat"] is None
    assert payload["userErrors"] == [{"code": code, "path": path}]


async def test_an_automat_out_of_service_is_no_candidate(client: Client) -> None:
    made = (await installed(client))["automat"]

    out = await client.ask(UPDATE, input={"id": made["id"], "state": "OUT_OF_SERVICE"})

    assert out["automatUpdate"]["automat"] == {**made, "state": "OUT_OF_SERVICE"}
    near = "near: {coordinates: {latitude: 60.17, longitude: 24.94}}"
    nearest = f"{{ nearestAutomats({near}) {{ suitable rejections {{ code }} }} }}"
    (found,) = (await client.ask(nearest))["nearestAutomats"]
    assert found == {"suitable": False, "rejections": [{"code": "NOT_IN_SERVICE"}]}


async def test_free_lockers_are_those_free_over_the_whole_window(client: Client) -> None:
    async with client.working() as work:
        home = await make_entity(work)
        automat = await make_automat(work)
        await make_key(work, automat=automat)
        await make_key(work, home, desk=await make_desk(work))
        await push(work, home)
    id = to_id(Automat, automat.id)
    (broken, _) = (await client.ask(FIND, id=id))["automat"]["lockers"][-2:]
    await client.ask(LOCKER, input={"id": broken["id"], "outOfOrder": True})

    async def free(**window: Any) -> int:
        count: int = (await client.ask(FREE, id=id, **window))["automat"]["freeLockers"]
        return count

    assert await free() == 28
    window = {"from": days_from_now(0.5), "to": days_from_now(2)}
    assert await free(**window) == 27
    assert await free(**{"from": days_from_now(3.5)}) == 28
    assert await free(to=days_from_now(2)) == 27
    backwards: dict[str, Any] = {"from": days_from_now(2), "to": days_from_now(1)}
    assert await client.error_code(FREE, id=id, **backwards) == "STARTS_AFTER_END"


async def test_a_locker_that_is_back_in_use_still_holds_its_key(client: Client) -> None:
    async with client.working() as work:
        automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
        await make_key(work, automat=automat)
    (locker,) = (await client.ask(FIND, id=to_id(Automat, automat.id)))["automat"]["lockers"]
    assert locker["state"] == "WITH_KEY"

    out = await client.ask(LOCKER, input={"id": locker["id"], "outOfOrder": True})
    back = await client.ask(LOCKER, input={"id": locker["id"], "outOfOrder": False})

    assert out["lockerUpdate"]["locker"]["state"] == "OUT_OF_ORDER"
    assert back["lockerUpdate"]["locker"]["state"] == "WITH_KEY"


async def test_a_group_has_the_automats_that_it_is_given(client: Client) -> None:
    async with client.working() as work:
        two = [to_id(Automat, (await make_automat(work)).id) for _ in range(2)]

    made = (await client.ask(GROUP, input={"name": "Centre", "automatIds": two}))[
        "deviceGroupCreate"
    ]["deviceGroup"]
    again = await client.ask(GROUP, input={"name": "Centre", "automatIds": []})
    less = {"id": made["id"], "automatIds": two[1:]}
    left = (await client.ask(CHANGE_GROUP, input=less))["deviceGroupUpdate"]["deviceGroup"]
    limit = {"id": made["id"], "freeLockerLimit": -1}
    wrong = (await client.ask(CHANGE_GROUP, input=limit))["deviceGroupUpdate"]["userErrors"]

    assert [edge["node"]["id"] for edge in made["automats"]["edges"]] == two
    (error,) = again["deviceGroupCreate"]["userErrors"]
    assert error == {"code": "EXTERNAL_ID_IN_USE", "path": ["input", "name"]}
    assert [edge["node"]["id"] for edge in left["automats"]["edges"]] == two[1:]
    assert wrong == [{"code": "INVALID_INPUT", "path": ["input", "freeLockerLimit"]}]


async def test_free_now_and_free_then_are_one_statement_for_many_automats(client: Client) -> None:
    document = """query($from: DateTime, $to: DateTime) { automats(first: 50) { edges { node {
      now: freeLockers then: freeLockers(from: $from, to: $to)
    } } } }"""
    async with client.working() as work:
        for number in range(30):
            await make_automat(work, f"Automat {number}", model=AutomatModel.LIVIONKEY_1)
        home = await make_entity(work)
        await make_key(work, home)
        await push(work, home)

    with statements_of(client.database) as sent:
        window = {"from": days_from_now(2), "to": days_from_now(3)}
        found = await client.ask(document, **window)

    nodes = [edge["node"] for edge in found["automats"]["edges"]]
    assert sum(node["now"] for node in nodes) == 30
    assert sum(node["then"] for node in nodes) == 29
    assert sum("locker_contracts" in statement for statement in sent) == 1

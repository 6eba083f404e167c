"""Alarms of automats over HTTP: which are on, and that somebody knows of them."""

from typing import Any

from factories import make_automat
from talking import Client

from models.accounts import Role
from models.automat_alarms import AlarmKind
from models.automats import Automat
from resolvers.automat_alarms import end_alarm, raise_alarm
from schema.scalars import to_id

ALARMS = """
query($automat: ID, $kind: AutomatAlarmKind, $state: AutomatAlarmState, $known: Boolean,
      $first: Int, $after: String) {
  automatAlarms(automatId: $automat, kind: $kind, state: $state, acknowledged: $known,
                first: $first, after: $after) {
    edges { cursor node { id kind state lockerIndex startedAt endedAt acknowledgedAt details
                          automat { name } } }
    pageInfo { hasNextPage }
  }
}
"""
ACKNOWLEDGE = """
mutation($input: AutomatAlarmAcknowledgeInput!) {
  automatAlarmAcknowledge(input: $input) {
    alarm { id state acknowledgedAt } userErrors { code path }
  }
}
"""


async def alarms(client: Client, role: Role = Role.VIEWER, **given: Any) -> list[Any]:
    edges = (await client.ask(ALARMS, role, **given))["automatAlarms"]["edges"]
    return [edge["node"] for edge in edges]


async def three_alarms(client: Client) -> str:
    """Let an automat have two alarms, one of which is over, and another one have one."""
    async with client.working() as work:
        automat, other = await make_automat(work), await make_automat(work, "Other")
        await raise_alarm(work, automat.id, AlarmKind.DEVICE_MOVED)
        await end_alarm(work, automat.id, AlarmKind.DEVICE_MOVED)
        await raise_alarm(work, automat.id, AlarmKind.DOOR_FORCED, 3, "It was open at night.")
        await raise_alarm(work, other.id, AlarmKind.DEVICE_ERROR)
    return to_id(Automat, automat.id)


async def test_alarms_are_listed_newest_first(client: Client) -> None:
    await three_alarms(client)

    error, forced, moved = await alarms(client)

    assert (error["kind"], error["automat"]["name"]) == ("DEVICE_ERROR", "Other")
    assert (forced["kind"], forced["lockerIndex"]) == ("DOOR_FORCED", 3)
    assert (forced["state"], forced["endedAt"]) == ("ACTIVATED", None)
    assert forced["details"] == "It was open at night."
    assert (moved["state"], moved["lockerIndex"]) == ("DEACTIVATED", None)
    assert moved["endedAt"] is not None


async def test_alarms_are_found_by_what_they_are(client: Client) -> None:
    automat = await three_alarms(client)

    async def kinds(**given: Any) -> list[str]:
        return [alarm["kind"] for alarm in await alarms(client, **given)]

    assert await kinds(automat=automat) == ["DOOR_FORCED", "DEVICE_MOVED"]
    assert await kinds(kind="DEVICE_MOVED") == ["DEVICE_MOVED"]
    assert await kinds(state="ACTIVATED") == ["DEVICE_ERROR", "DOOR_FORCED"]
    assert await kinds(state="DEACTIVATED") == ["DEVICE_MOVED"]
    assert await kinds(known=True) == []
    assert len(await kinds(known=False)) == 3


async def test_alarms_come_in_pages(client: Client) -> None:
    await three_alarms(client)

    page = (await client.ask(ALARMS, first=2))["automatAlarms"]
    rest = await alarms(client, after=page["edges"][-1]["cursor"])

    assert page["pageInfo"]["hasNextPage"]
    assert [alarm["kind"] for alarm in rest] == ["DEVICE_MOVED"]


async def test_an_automat_shows_the_alarms_that_are_on(client: Client) -> None:
    automat = await three_alarms(client)
    query = "query($id: ID!) { automat(id: $id) { alarms { kind state } } }"

    shown = (await client.ask(query, Role.INSTALLER, id=automat))["automat"]

    assert shown == {"alarms": [{"kind": "DOOR_FORCED", "state": "ACTIVATED"}]}


async def test_somebody_says_that_they_know_of_an_alarm(client: Client) -> None:
    await three_alarms(client)
    id = (await alarms(client, kind="DOOR_FORCED"))[0]["id"]

    first = await client.ask(ACKNOWLEDGE, Role.USER, input={"id": id})
    again = await client.ask(ACKNOWLEDGE, Role.ADMIN, input={"id": id})

    assert first["automatAlarmAcknowledge"]["userErrors"] == []
    assert first["automatAlarmAcknowledge"]["alarm"]["state"] == "ACTIVATED"
    assert again == first
    assert [alarm["id"] for alarm in await alarms(client, known=True)] == [id]
    asked = "{ events(kind: AUTOMAT_ALARM_ACKNOWLEDGED) { edges { node { facts } } } }"
    assert len((await client.ask(asked))["events"]["edges"]) == 1


async def test_an_alarm_that_is_not_there_is_not_acknowledged(client: Client) -> None:
    answer = await client.ask(ACKNOWLEDGE, input={"id": "automatalarm_00"})

    (error,) = answer["automatAlarmAcknowledge"]["userErrors"]
    assert error["code"] == "NOT_FOUND"

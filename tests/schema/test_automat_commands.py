"""Telling automats what to do over HTTP, and seeing how far it is."""

from datetime import timedelta
from typing import Any

import pytest
from commanding import answer, make_link, make_linked, sent
from due_jobs import do_what_is_due
from factories import make_automat, make_key
from talking import Client

from models.accounts import Role
from models.automat_commands import AutomatCommand, CommandRefusal
from models.automats import Automat
from models.keys import Key, KeyKind
from resolvers.automat_commands import asking
from schema.context import clock
from schema.scalars import from_id, to_id

SHOWN = (
    "id kind state refusal reason requestedAt expiresAt answeredAt automat { name } "
    "locker { index } key { code }"
)
PAYLOAD = f"{{ command {{ {SHOWN} }} userErrors {{ code message path }} }}"
LAST = "query($id: ID!) { automatCommand(id: $id) { state refusal answeredAt } }"


@pytest.fixture
async def automat(client: Client) -> str:
    """Give the id of an automat that is linked and online."""
    async with client.working() as work:
        made = await make_linked(work)
    return to_id(Automat, made.id)


async def tell(client: Client, name: str, role: Role = Role.USER, **given: Any) -> Any:
    type_ = {"automatRestart": "AutomatCommand", "automatResync": "AutomatCommand"}
    kind = type_.get(name, name[0].upper() + name[1:])
    document = f"mutation($input: {kind}Input!) {{ {name}(input: $input) {PAYLOAD} }}"
    return (await client.ask(document, role, input=given))[name]


def code_of(payload: Any) -> str:
    assert payload["command"] is None
    (error,) = payload["userErrors"]
    code: str = error["code"]
    return code


async def test_a_door_is_opened_from_afar(client: Client, automat: str) -> None:
    payload = await tell(client, "automatOpenLocker", id=automat, lockerIndex=4, reason="Stuck.")

    assert payload["userErrors"] == []
    command = payload["command"]
    assert command["kind"] == "OPEN_LOCKER"
    assert (command["state"], command["reason"]) == ("WAITING", "Stuck.")
    assert (command["automat"], command["locker"]) == ({"name": "Station"}, {"index": 4})
    (event,) = await requested(client)
    assert event["facts"]["reason"] == "Stuck."


async def requested(client: Client) -> list[Any]:
    asked = "{ events(kind: AUTOMAT_COMMAND_REQUESTED) { edges { node { subjectId facts } } } }"
    return [edge["node"] for edge in (await client.ask(asked))["events"]["edges"]]


async def test_a_deadline_is_given_in_seconds(client: Client, automat: str) -> None:
    refused = await tell(client, "automatRestart", id=automat, deadlineSeconds=601)
    payload = await tell(client, "automatRestart", id=automat, deadlineSeconds=600)

    assert code_of(refused) == "INVALID_INPUT"
    assert refused["userErrors"][0]["path"] == ["input", "deadlineSeconds"]
    command = payload["command"]
    assert command["expiresAt"] > command["requestedAt"]


async def test_busy_and_offline_are_answers(client: Client, automat: str) -> None:
    async with client.working() as work:
        by_hand = await make_automat(work, "By hand")
        away = await make_automat(work, "Away")
        await make_link(work, away, connected=False)
    await tell(client, "automatRestart", id=automat)

    busy = await tell(client, "automatResync", id=automat)
    offline = [
        await tell(client, "automatResync", id=to_id(Automat, one.id)) for one in (by_hand, away)
    ]

    assert code_of(busy) == "AUTOMAT_BUSY"
    assert [code_of(one) for one in offline] == ["AUTOMAT_OFFLINE"] * 2


async def test_a_command_that_is_asked_for_twice_is_one(client: Client, automat: str) -> None:
    given = {"id": automat, "idempotencyKey": "again"}

    first = await tell(client, "automatRestart", **given)
    second = await tell(client, "automatRestart", **given)

    assert second == first
    assert len(await requested(client)) == 1


async def test_a_command_is_followed_to_its_end(client: Client, automat: str) -> None:
    payload = await tell(client, "automatClearLocker", id=automat, lockerIndex=0)
    id = payload["command"]["id"]
    async with client.working() as work:
        command = await work.get(AutomatCommand, from_id(AutomatCommand, id))
        link = await sent(work, command)
    was_sent = await client.ask(LAST, Role.USER, id=id)
    async with client.working() as work:
        await answer(work, link, command, CommandRefusal.LOCKER_BROKEN)

    at_last = await client.ask(LAST, Role.USER, id=id)

    assert was_sent["automatCommand"]["state"] == "SENT"
    assert at_last["automatCommand"]["state"] == "REFUSED"
    assert at_last["automatCommand"]["refusal"] == "LOCKER_BROKEN"
    assert at_last["automatCommand"]["answeredAt"] is not None


async def test_the_right_locker_is_opened_for_a_key(client: Client, automat: str) -> None:
    async with client.working() as work:
        key = await make_key(work, code="AB12CD")

    payload = await tell(client, "automatInsertKey", keyId=to_id(Key, key.id), automatId=automat)

    command = payload["command"]
    assert (command["kind"], command["key"]) == ("OPEN_LOCKER", {"code": "AB12CD"})
    assert command["locker"] == {"index": 0}


async def test_a_key_is_programmed(client: Client, automat: str) -> None:
    async with client.working() as work:
        at = await work.get(Automat, from_id(Automat, automat))
        key = await make_key(work, automat=at, kind=KeyKind.ELECTROMECHANICAL)
        other = await make_key(work, automat=at)
    keys = [to_id(Key, one.id) for one in (key, other)]

    done = await tell(client, "automatProgramKey", keyId=keys[0], accessRights=["A 15"])
    refused = await tell(client, "automatProgramKey", keyId=keys[1], accessRights=["A 15"])

    assert done["command"]["kind"] == "PROGRAM_KEY"
    assert code_of(refused) == "INVALID_INPUT"


async def test_commands_are_listed_newest_first(client: Client, automat: str) -> None:
    async with client.working() as work:
        other = await make_linked(work, "Other")
        await asking.restart(work, automat_id=from_id(Automat, automat))
        await asking.resync(work, automat_id=other.id)
    query = "query($automat: ID, $state: AutomatCommandState) { automatCommands(automatId: "
    query += "$automat, state: $state) { edges { node { kind } } } }"

    async def kinds(**given: str) -> list[str]:
        edges = (await client.ask(query, Role.INSTALLER, **given))["automatCommands"]["edges"]
        return [edge["node"]["kind"] for edge in edges]

    assert await kinds() == ["RESYNC", "RESTART"]
    assert await kinds(automat=automat) == ["RESTART"]
    assert await kinds(state="DONE") == []


async def test_an_automat_shows_what_it_was_told_last_and_how_it_is(client: Client) -> None:
    async with client.working() as work:
        automat = await make_automat(work)
        health = {"power": "battery", "battery": 0.5, "signalDbm": -71.5}
        link = await make_link(work, automat, firmware="2.0.1", health=health, applied_revision=3)
        for _ in range(7):
            command = await asking.restart(work, automat_id=automat.id)
            await answer(work, await sent(work, command), command)
        assert link.automat_id == automat.id
    query = "{ automats { edges { node { linkState firmware syncedRevision codeRevision hardwareId "
    query += "health { power battery signalDbm temperatureCelsius } commands { state } "
    query += "alarms { kind } } } } }"

    (edge,) = (await client.ask(query, Role.USER))["automats"]["edges"]

    assert edge["node"] == {
        "linkState": "ACTIVE",
        "firmware": "2.0.1",
        "syncedRevision": 3,
        "codeRevision": 0,
        "hardwareId": None,
        "health": {
            "power": "battery",
            "battery": 0.5,
            "signalDbm": -71.5,
            "temperatureCelsius": None,
        },
        "commands": [{"state": "DONE"}] * 5,
        "alarms": [],
    }


async def test_an_automat_without_credentials_says_so(client: Client) -> None:
    async with client.working() as work:
        await make_automat(work, "By hand")
        waiting = await make_automat(work, "Waiting")
        await make_link(work, waiting, activated_at=None, firmware="9", health={"power": "mains"})
    query = "{ automats { edges { node { linkState firmware health { power } } } } }"

    edges = (await client.ask(query))["automats"]["edges"]

    assert [edge["node"] for edge in edges] == [
        {"linkState": "NONE", "firmware": None, "health": None},
        {"linkState": "WAITING", "firmware": None, "health": None},
    ]


async def test_a_command_that_nobody_answers_expires_by_itself(
    client: Client, automat: str
) -> None:
    id = (await tell(client, "automatRestart", id=automat))["command"]["id"]

    await do_what_is_due(client, clock() + timedelta(seconds=31))
    before = await client.ask(LAST, id=id)
    await do_what_is_due(client, clock() + timedelta(seconds=34))
    after = await client.ask(LAST, id=id)

    assert before["automatCommand"]["state"] == "WAITING"
    assert after["automatCommand"]["state"] == "EXPIRED"
    assert (await tell(client, "automatRestart", id=automat))["command"] is not None

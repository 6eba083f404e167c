"""Commands, alarms and reports of automats are watched live, over a real WebSocket."""

import pytest
from commanding import answer, make_link, make_linked, make_report, sent
from factories import make_automat, make_unit
from talking import Client
from watchers import settled, watching

from models.accounts import Role, Token
from models.automat_alarms import AlarmKind, AutomatAlarm
from models.automat_commands import AutomatCommand
from models.automat_links import AutomatLink
from models.automat_reports import ReportKind
from models.automats import Automat
from resolvers import accounts
from resolvers.automat_alarms import acknowledge, end_alarm, raise_alarm
from resolvers.automat_commands import asking
from schema.scalars import from_id, to_id

COMMAND = "subscription($id: ID!) { automatCommandChanged(id: $id) { id state automat { name } } }"
ALARM = "subscription($id: ID) { automatAlarmChanged(automatId: $id) { id kind state "
ALARM += "acknowledgedAt automat { alarms { kind } } } }"
EVENT = "subscription($id: ID) { automatEventAdded(automatId: $id) { kind number lockerIndex } }"


async def a_command(client: Client) -> AutomatCommand:
    async with client.working() as work:
        return await asking.restart(work, automat_id=(await make_linked(work)).id)


async def a_link(client: Client, name: str = "Station") -> AutomatLink:
    async with client.working() as work:
        return await make_link(work, await make_automat(work, name))


async def report(client: Client, link: AutomatLink, number: int, kind: ReportKind) -> None:
    """Let an automat report something, for which no bell rings."""
    async with client.working() as work:
        await make_report(work, link, number, kind)


async def test_a_command_is_followed_from_its_beginning_to_its_end(client: Client) -> None:
    command = await a_command(client)
    id = to_id(AutomatCommand, command.id)
    async with watching(client, COMMAND, Role.VIEWER, id=id) as watcher:
        at_first = await watcher.next()
        async with client.working() as work:
            link = await sent(work, command)
        on_its_way = await watcher.next()
        async with client.working() as work:
            await answer(work, link, command)
        at_last = await watcher.next()

        assert await watcher.heard() == {"type": "complete", "id": "1"}

    assert at_first == {"id": id, "state": "WAITING", "automat": {"name": "Station"}}
    assert (on_its_way["state"], at_last["state"]) == ("SENT", "DONE")


async def test_a_command_that_is_over_is_shown_once(client: Client) -> None:
    command = await a_command(client)
    async with client.working() as work:
        await answer(work, await sent(work, command), command)

    id = to_id(AutomatCommand, command.id)
    async with watching(client, COMMAND, id=id) as watcher:
        assert (await watcher.next())["state"] == "DONE"
        assert (await watcher.heard())["type"] == "complete"


async def test_an_alarm_is_told_when_it_is_raised_acknowledged_and_over(client: Client) -> None:
    link = await a_link(client)
    automat_id = link.automat_id
    async with settled(client, ALARM, Role.INSTALLER) as watcher:
        async with client.working() as work:
            await raise_alarm(work, automat_id, AlarmKind.DOOR_FORCED, 3)
        raised = await watcher.next()
        async with client.working() as work:
            await acknowledge(work, from_id(AutomatAlarm, raised["id"]))
        acknowledged = await watcher.next()
        async with client.working() as work:
            await end_alarm(work, automat_id, AlarmKind.DOOR_FORCED, locker_index=3)
        over = await watcher.next()

    assert (raised["kind"], raised["state"]) == ("DOOR_FORCED", "ACTIVATED")
    assert raised["automat"] == {"alarms": [{"kind": "DOOR_FORCED"}]}
    assert raised["acknowledgedAt"] is None
    assert acknowledged["acknowledgedAt"] is not None
    assert over["state"] == "DEACTIVATED"
    assert over["automat"] == {"alarms": []}  # nothing is remembered from the answers before


async def test_only_the_alarms_of_one_automat_are_told_where_that_is_asked(client: Client) -> None:
    ours, other = await a_link(client), await a_link(client, "Other")
    id = to_id(Automat, ours.automat_id)
    async with settled(client, ALARM, id=id) as watcher:
        async with client.working() as work:
            await raise_alarm(work, other.automat_id, AlarmKind.DEVICE_MOVED)
        assert await watcher.is_quiet()
        async with client.working() as work:
            await raise_alarm(work, ours.automat_id, AlarmKind.DEVICE_ERROR)

        assert (await watcher.next())["kind"] == "DEVICE_ERROR"


async def test_what_automats_report_is_told_from_then_on_in_order(client: Client) -> None:
    link, other = await a_link(client), await a_link(client, "Other")
    await report(client, link, 1, ReportKind.STARTED)
    async with settled(client, EVENT, Role.ADVANCED_USER) as watcher:
        await report(client, link, 2, ReportKind.DOOR_OPENED)
        first = await watcher.next()
        await report(client, other, 1, ReportKind.STARTED)
        await report(client, link, 3, ReportKind.DOOR_CLOSED)
        rest = [await watcher.next(), await watcher.next()]

        assert await watcher.is_quiet()

    assert first == {"kind": "DOOR_OPENED", "number": 2, "lockerIndex": None}
    assert [(one["kind"], one["number"]) for one in rest] == [("STARTED", 1), ("DOOR_CLOSED", 3)]


async def test_many_reports_at_once_are_told_each_once(client: Client) -> None:
    link = await a_link(client)
    async with settled(client, EVENT, id=to_id(Automat, link.automat_id)) as watcher:
        async with client.working() as work:
            for number in range(1, 251):
                await make_report(work, link, number, ReportKind.DOOR_OPENED)

        told = [(await watcher.next())["number"] for _ in range(250)]

        assert await watcher.is_quiet()
    assert told == list(range(1, 251))


async def test_what_happens_in_another_organization_is_told_to_nobody(
    client: Client, stranger: Client
) -> None:
    theirs = await a_link(stranger)
    command = await a_command(stranger)
    async with settled(client, EVENT) as watcher:
        await report(stranger, theirs, 1, ReportKind.STARTED)
        assert await watcher.is_quiet()
    async with settled(client, ALARM) as watcher:
        async with stranger.working() as work:
            await raise_alarm(work, theirs.automat_id, AlarmKind.DEVICE_MOVED)
        assert await watcher.is_quiet()

    id = to_id(Automat, theirs.automat_id)
    asked = {COMMAND: to_id(AutomatCommand, command.id), ALARM: id, EVENT: id}
    for query, theirs_id in asked.items():
        async with watching(client, query, id=theirs_id) as watcher:
            assert await watcher.refused() == "NOT_FOUND"


async def test_what_happens_in_a_sibling_unit_is_not_told(client: Client) -> None:
    theirs, command = await a_link(client), await a_command(client)
    async with client.working() as work:
        north = await make_unit(work)
    narrow = await client.reaching(north)
    async with settled(narrow, ALARM) as watcher:
        async with client.working() as work:
            await raise_alarm(work, theirs.automat_id, AlarmKind.DEVICE_MOVED)
        assert await watcher.is_quiet()

    id = to_id(Automat, theirs.automat_id)
    asked = {COMMAND: to_id(AutomatCommand, command.id), ALARM: id, EVENT: id}
    for query, theirs_id in asked.items():
        async with watching(narrow, query, id=theirs_id) as watcher:
            assert await watcher.refused() == "NOT_FOUND"


@pytest.mark.parametrize("query", [COMMAND, ALARM, EVENT])
async def test_it_ends_when_the_token_is_taken_back(client: Client, query: str) -> None:
    command = await a_command(client)
    given = {"id": to_id(AutomatCommand, command.id)} if query == COMMAND else {}
    watched = watching if query == COMMAND else settled
    async with watched(client, query, **given) as watcher:
        if query == COMMAND:
            await watcher.next()
        async with client.working() as work:
            for token in await work.all(work.own(Token).where(Token.role == Role.ADMIN)):
                await accounts.revoke_token(work, token.id)

        assert await watcher.refused() == "UNAUTHENTICATED"
        assert await watcher.heard() == {"type": "complete", "id": "1"}


async def test_it_ends_when_the_token_expires(client: Client) -> None:
    async with settled(client, EVENT) as watcher:
        async with client.working() as work:
            for token in await work.all(work.own(Token).where(Token.role == Role.ADMIN)):
                token.expires_at = work.now

        assert await watcher.refused() == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("query", "role"),
    [(COMMAND, Role.STATION), (ALARM, Role.STATION), (EVENT, Role.INSTALLER), (EVENT, Role.VIEWER)],
)
async def test_who_may_not_see_it_may_not_watch_it(client: Client, query: str, role: Role) -> None:
    command = await a_command(client)
    given = {"id": to_id(AutomatCommand, command.id)} if query == COMMAND else {}

    async with watching(client, query, role, **given) as watcher:
        assert await watcher.refused() == "NOT_ALLOWED"

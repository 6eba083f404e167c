"""What the link brings to automats, and what it hears of them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from aiomqtt import MqttError
from brokers import Broker
from linked import clock, eventually, linking
from linked_house import (
    House,
    house,
    install,
    link_row,
    reports_of,
    say,
    speaking_as,
)
from talking import Client

from automat_link.link import Link
from automat_link.messages.base import LONGEST_MESSAGE, LONGEST_SAID
from automat_link.messages.reports import DoorClosed
from automat_link.topics import Topic, topic
from models.automat_commands import AutomatCommand, CommandRefusal, CommandState
from models.automat_links import AutomatLink
from models.automat_reports import ReportKind
from models.automats import Automat
from models.database import Database
from resolvers.automat_commands import asking
from resolvers.automat_links import revoking
from schema.scalars import from_id


@pytest.fixture
async def link(own_database: Database, broker: Broker) -> AsyncIterator[Link]:
    async with linking(own_database, broker) as link:
        yield link


@pytest.fixture
async def home(link: Link, client: Client, broker: Broker) -> AsyncIterator[House]:
    async with house(client, broker) as made:
        await eventually(lambda: is_connected(made))
        yield made


async def is_connected(home: House) -> bool:
    return (await link_row(home.client.database, home.credentials)).connected


async def told_to_open(home: House, index: int, **given: timedelta) -> UUID:
    async with home.client.working() as work:
        id = from_id(Automat, home.automat)
        command = await asking.open_locker(
            work, automat_id=id, locker_index=index, reason="Somebody waits.", **given
        )
    return command.id


async def the_command(home: House, id: UUID) -> AutomatCommand:
    async with home.client.working() as work:
        return await work.get(AutomatCommand, id)


async def has_ended(home: House, id: UUID) -> bool:
    under_way = CommandState.WAITING, CommandState.SENT
    return (await the_command(home, id)).state not in under_way


async def test_an_automat_is_known_as_soon_as_it_speaks(home: House) -> None:
    row = await link_row(home.client.database, home.credentials)

    assert row.activated_at is not None
    assert row.connected


async def test_all_that_was_reported_is_kept_and_the_automat_told_so(home: House) -> None:
    home.cabinet.force_door(3)
    home.cabinet.close_door(3)
    last = home.cabinet.log.last_number

    await eventually(lambda: home.cabinet.log.oldest_number > last)

    told = await reports_of(home.client.database, home.credentials)
    assert [one.number for one in told] == list(range(1, len(told) + 1))
    assert len(told) >= last
    assert {ReportKind.STARTED, ReportKind.DOOR_OPENED, ReportKind.DOOR_CLOSED} <= {
        one.kind for one in told
    }
    row = await link_row(home.client.database, home.credentials)
    assert row.heard_up_to >= last


async def test_a_command_is_done_and_answered(home: House) -> None:
    id = await told_to_open(home, 7)

    await eventually(lambda: has_ended(home, id))

    assert home.cabinet.lockers[7].door_open
    assert (await the_command(home, id)).state is CommandState.DONE


async def test_a_command_that_cannot_be_done_is_refused(home: House) -> None:
    home.cabinet.lockers[7].is_broken = True

    id = await told_to_open(home, 7)

    await eventually(lambda: has_ended(home, id))
    assert (await the_command(home, id)).refusal is CommandRefusal.LOCKER_BROKEN


async def test_a_command_is_sent_again_until_it_is_answered(home: House) -> None:
    home.firmware.network.cut()
    id = await told_to_open(home, 7)
    await asyncio.sleep(0.5)
    assert not await has_ended(home, id)

    home.firmware.network.mend()

    await eventually(lambda: has_ended(home, id))
    assert (await the_command(home, id)).state is CommandState.DONE
    opened = [one for one in home.cabinet.log.read() if one.model_dump()["kind"] == "door_opened"]
    assert len(opened) <= 1


async def test_what_goes_to_an_automat_is_read_by_nobody_else(
    home: House, client: Client, broker: Broker
) -> None:
    await eventually(lambda: home.cabinet.codes.revision is not None)
    async with speaking_as(home.credentials) as line:
        await line.subscribe(topic(home.credentials.link_id, Topic.WANT_CODES), qos=1)
        async for message in line.messages:
            payload = message.payload
            break

    assert isinstance(payload, bytes)
    assert b"codes" not in payload
    assert b"revision" not in payload


@pytest.mark.parametrize(
    ("what", "payload"),
    [
        (Topic.REPORT, b"no JSON"),
        (Topic.REPORT, b'{"kind": "door_closed"}'),
        (Topic.STATE, b"[]"),
        (Topic.ANSWER, b'{"id": 1}'),
        (Topic.ONLINE, b'{"online": "perhaps"}'),
        (Topic.REPORT, b"[" * 40_000),
    ],
    ids=["no JSON", "not whole", "no object", "a wrong id", "no boolean", "very deep"],
)
async def test_what_cannot_be_read_is_counted_and_told_once_without_its_content(
    *,
    link: Link,
    client: Client,
    broker: Broker,
    caplog: pytest.LogCaptureFixture,
    what: Topic,
    payload: bytes,
) -> None:
    _, credentials = await install(client, broker)
    unreadable = link.listening.reader.unreadable
    with caplog.at_level(logging.WARNING, "automat_link"):
        async with speaking_as(credentials) as line:

            async def is_counted() -> bool:
                await say(line, credentials, what, payload)  # again, until the link is there
                return unreadable[credentials.link_id] >= 3

            await eventually(is_counted)

    lines = [one.getMessage() for one in caplog.records if str(credentials.link_id) in one.message]
    assert len(lines) == 1
    assert payload.decode()[:20] not in lines[0]


async def test_a_message_that_is_too_long_ends_the_connection_of_who_sent_it_alone(
    home: House, client: Client, broker: Broker
) -> None:
    _, credentials = await install(client, broker)
    too_long = b"x" * (LONGEST_MESSAGE + 100_000)

    async with speaking_as(credentials) as line:
        with pytest.raises(MqttError):
            await say(line, credentials, Topic.REPORT, too_long)

    id = await told_to_open(home, 2)
    await eventually(lambda: has_ended(home, id))


async def test_a_message_longer_than_automats_send_keeps_nobody_from_being_heard(
    own_database: Database, link: Link, client: Client, broker: Broker
) -> None:
    _, credentials = await install(client, broker)
    long_state = b" " * (LONGEST_SAID + 10_000)
    report = DoorClosed(id=uuid4(), number=1, at=clock(), locker_index=0)

    async with speaking_as(credentials) as line:
        await say(line, credentials, Topic.STATE, long_state)
        await say(line, credentials, Topic.REPORT, report.written())

        await eventually(lambda: heard_up_to(own_database, credentials.link_id, 1))

    assert credentials.link_id not in link.listening.reader.unreadable


async def test_a_report_that_is_not_understood_does_not_hold_up_those_behind_it(
    link: Link, own_database: Database, client: Client, broker: Broker
) -> None:
    _, credentials = await install(client, broker)
    strange = f'{{"kind": "sneezed", "id": "{uuid4()}", "number": 1, "at": "2027-06-01T12:00:00Z"}}'
    next_one = DoorClosed(id=uuid4(), number=2, at=clock(), locker_index=0)

    async with speaking_as(credentials) as line:
        await say(line, credentials, Topic.REPORT, strange.encode())
        await say(line, credentials, Topic.REPORT, next_one.written())

        await eventually(lambda: heard_up_to(own_database, credentials.link_id, 2))

    kinds = [one.kind for one in await reports_of(own_database, credentials)]
    assert kinds == [ReportKind.NOT_UNDERSTOOD, ReportKind.DOOR_CLOSED]


async def heard_up_to(database: Database, link_id: UUID, number: int) -> bool:
    async with database.writing() as session:
        row = await session.get_one(AutomatLink, link_id)
    return bool(row.heard_up_to >= number)


async def test_who_was_taken_back_is_neither_believed_nor_told_any_more(
    link: Link, home: House, own_database: Database
) -> None:
    await home.firmware.stop()
    async with home.client.working() as work:
        await revoking.revoke(work, from_id(Automat, home.automat))
    await eventually(lambda: home.credentials.link_id in link._speaking._cleared)
    before = await reports_of(own_database, home.credentials)
    late = DoorClosed(id=uuid4(), number=len(before) + 1, at=clock(), locker_index=0)

    async with speaking_as(home.credentials) as line:  # this broker has no new list yet
        await line.subscribe(topic(home.credentials.link_id, Topic.WANT_CODES), qos=1)
        await line.subscribe(topic(home.credentials.link_id, Topic.WANT_HEARD), qos=1)
        await say(line, home.credentials, Topic.REPORT, late.written())
        await asyncio.sleep(1)
        kept = len(line.messages)

    assert kept == 0
    assert len(await reports_of(own_database, home.credentials)) == len(before)

"""What automats say is sealed: nobody at the broker reads it, or says something in their name."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import aiomqtt
import pytest
from brokers import Broker, tls_of
from linked import clock, eventually, linking
from linked_house import (
    House,
    house,
    install,
    link_row,
    reports_of,
    say_as_it_is,
    sealed,
    speaking_as,
)
from talking import Client

from automat_link.link import Link
from automat_link.messages.base import Message
from automat_link.messages.commands import Answer
from automat_link.messages.reports import DoorOpened
from automat_link.messages.states import LockerStateNow, State
from automat_link.sealing import seal
from automat_link.topics import FROM_AUTOMATS, Topic, of_all, parsed, topic
from models.automat_commands import AutomatCommand
from models.automats import Automat
from models.database import Database
from resolvers.automat_commands import asking
from resolvers.automat_links.credentials import Credentials
from schema.scalars import from_id

Heard = list[tuple[UUID, Topic, bytes]]


@pytest.fixture
async def link(own_database: Database, broker: Broker) -> AsyncIterator[Link]:
    async with linking(own_database, broker) as link:
        yield link


def said() -> dict[Topic, Message]:
    return {
        Topic.REPORT: DoorOpened(id=uuid4(), number=1, at=clock(), locker_index=3, cause="forced"),
        Topic.STATE: State(at=clock(), number=7, lockers=[LockerStateNow(index=0, has_key=True)]),
        Topic.ANSWER: Answer(id=uuid4(), at=clock(), done=True),
    }


def forgeries(ours: Credentials, theirs: Credentials) -> list[tuple[Topic, bytes]]:
    """List what was not sealed by an automat under the topic where it stands."""
    made: list[tuple[Topic, bytes]] = []
    for what, message in said().items():
        written, name = message.written(), topic(ours.link_id, what)
        other = next(one for one in said() if one is not what)
        made += [
            (what, written),
            (what, seal(ours.codes_key, name, written)),
            (what, sealed(theirs, what, written)),
            (what, sealed(ours, other, written)),
        ]
    return made


async def test_what_an_automat_did_not_seal_is_passed_over_and_counted(
    link: Link, client: Client, broker: Broker
) -> None:
    (_, ours), (_, theirs) = await install(client, broker), await install(client, broker)
    unreadable = link.listening.reader.unreadable
    forged = forgeries(ours, theirs)

    async with speaking_as(ours) as line:
        for what, payload in forged:
            await say_as_it_is(line, ours, what, payload)

        await eventually(lambda: unreadable[ours.link_id] == len(forged))

    row = await link_row(client.database, ours)
    assert (row.activated_at, row.last_number, row.state_at) == (None, 0, None)
    assert await reports_of(client.database, ours) == []


async def test_nobody_at_the_broker_reads_what_an_automat_says_or_says_it_again(
    link: Link, client: Client, broker: Broker
) -> None:
    async with listening(broker) as seen, house(client, broker) as home:
        id = await opened_from_afar(home)
        last = home.cabinet.log.last_number
        await eventually(lambda: home.cabinet.log.oldest_number > last)
        await home.firmware.cut_power()
        await eventually(lambda: is_gone(home))
        ours = [one for one in seen if one[0] == home.credentials.link_id]
        before = await known_of(home, id)

        async with speaking_as(home.credentials) as line:
            for _, what, payload in ours:
                await say_as_it_is(line, home.credentials, what, payload)
            nonsense = b"so that we know when all of it was heard"
            await say_as_it_is(line, home.credentials, Topic.ANSWER, nonsense)
        await eventually(lambda: link.listening.reader.unreadable[home.credentials.link_id] == 1)
        await link.listening.done()
        await link._believing.done()

        assert await known_of(home, id) == before
    assert {what for _, what, _ in ours} == set(FROM_AUTOMATS)
    for _, what, payload in ours:
        if what is not Topic.ONLINE:
            assert set(json.loads(payload)) == {"version", "nonce", "sealed"}


@asynccontextmanager
async def listening(broker: Broker) -> AsyncIterator[Heard]:
    """Write down all that automats say, as whoever runs the broker can."""
    me, seen = broker.link(), Heard()
    tls = tls_of(me, me.authority)
    async with aiomqtt.Client("127.0.0.1", broker.link_port, tls_context=tls) as listener:
        for what in FROM_AUTOMATS:
            await listener.subscribe(of_all(what), qos=1)
        collecting = asyncio.create_task(collect(listener, seen))
        yield seen
        collecting.cancel()
        await asyncio.gather(collecting, return_exceptions=True)


async def collect(listener: aiomqtt.Client, seen: Heard) -> None:
    async for message in listener.messages:
        found = parsed(message.topic.value)
        if found is not None and isinstance(message.payload, bytes) and message.payload:
            seen.append((*found, message.payload))


async def opened_from_afar(home: House) -> UUID:
    """Have a locker opened by a command, and wait for the answer; gives its id."""
    await eventually(lambda: is_connected(home))
    async with home.client.working() as work:
        id = from_id(Automat, home.automat)
        reason = "Somebody waits."
        command = await asking.open_locker(work, automat_id=id, locker_index=7, reason=reason)
    await eventually(lambda: is_answered(home, command.id))
    return command.id


async def is_answered(home: House, id: UUID) -> bool:
    async with home.client.working() as work:
        return (await work.get(AutomatCommand, id)).answered_at is not None


async def is_connected(home: House) -> bool:
    return (await link_row(home.client.database, home.credentials)).connected


async def is_gone(home: House) -> bool:
    return not await is_connected(home)


async def known_of(home: House, id: UUID) -> tuple[Any, ...]:
    """Tell what is known of an automat, and of a command to it."""
    row = await link_row(home.client.database, home.credentials)
    told = await reports_of(home.client.database, home.credentials)
    async with home.client.working() as work:
        automat = await work.get(Automat, from_id(Automat, home.automat))
        command = await work.get(AutomatCommand, id)
    return (
        (row.connected, row.heard_up_to, row.last_number, row.clock_ahead, automat.last_seen_at),
        [(one.number, one.report_id, one.applied_at) for one in told],
        (command.state, command.answered_at),
    )

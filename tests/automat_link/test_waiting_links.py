"""Credentials that wait: who has them is told what was heard, and no codes before speaking."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from acknowledging import linked
from brokers import Broker
from factories import make_automat
from linked import clock, eventually, linking
from linked_house import install, link_row, say, speaking_as
from outsides import SECRET
from talking import Client

from automat_link.keys import Keys
from automat_link.link import Link
from automat_link.messages.base import Message
from automat_link.messages.states import Online, State
from automat_link.outgoing import Speaking
from automat_link.simulator.line import Line
from automat_link.topics import Topic, topic
from automat_link.voice import Voice
from models.database import Database


@pytest.fixture
async def link(own_database: Database, broker: Broker) -> AsyncIterator[Link]:
    async with linking(own_database, broker) as link:
        yield link


@pytest.mark.parametrize("first", [Topic.ONLINE, Topic.STATE])
async def test_who_only_listens_is_sent_no_codes_until_the_first_message(
    link: Link, client: Client, broker: Broker, first: Topic
) -> None:
    _, credentials = await install(client, broker)
    said = {
        Topic.ONLINE: Online(online=True),
        Topic.STATE: State(at=clock(), number=0, oldest_number=1, firmware="1", lockers=[]),
    }
    async with speaking_as(credentials) as line:
        for what in (Topic.WANT_CODES, Topic.WANT_HEARD):
            await line.subscribe(topic(credentials.link_id, what), qos=1)
        told: set[str] = set()
        listening = asyncio.create_task(listen(line, told))
        await asyncio.sleep(2.5)
        before = set(told)

        await say(line, credentials, first, said[first].written())

        await eventually(lambda: topic(credentials.link_id, Topic.WANT_CODES) in told)
        listening.cancel()

    assert topic(credentials.link_id, Topic.WANT_CODES) not in before
    assert (await link_row(client.database, credentials)).activated_at is not None


async def test_who_waits_is_told_what_was_heard(
    own_database: Database, client: Client, broker: Broker
) -> None:
    _, credentials = await install(client, broker)
    heard = topic(credentials.link_id, Topic.WANT_HEARD)
    told: set[str] = set()

    async with linking(own_database, broker), speaking_as(credentials) as line:
        await line.subscribe(heard, qos=1)
        listening = asyncio.create_task(listen(line, told))
        await eventually(lambda: heard in told)
        listening.cancel()

    assert (await link_row(client.database, credentials)).activated_at is None


async def listen(line: Line, told: set[str]) -> None:
    """Write down under which topics something comes."""
    async for message in line.messages:
        told.add(message.topic.value)


class Noting(Voice):
    """Notes what is published, and publishes nothing."""

    def __init__(self) -> None:
        self.said: list[tuple[str, UUID]] = []

    async def want(self, link_id: UUID, what: Topic, message: Message) -> None:
        self.said.append((what.name, link_id))

    async def clear(self, link_id: UUID) -> None:
        self.said.append(("CLEARED", link_id))


async def test_codes_come_before_what_is_over(own_database: Database, client: Client) -> None:
    async with client.working() as work:
        automat = await make_automat(work)
        former = await linked(work, automat, revoked_at=work.now)
        working = await linked(work, automat)
        waiting = await linked(work, automat, works=False)
    voice = Noting()
    speaking = Speaking(own_database, Keys(own_database, SECRET), clock, asyncio.Event())
    running = asyncio.create_task(speaking.run(voice))

    await eventually(lambda: ("CLEARED", former.id) in voice.said)
    running.cancel()

    said = [one for one in voice.said if one[1] in {former.id, working.id, waiting.id}]
    assert said == [("WANT_CODES", working.id), ("CLEARED", former.id)]

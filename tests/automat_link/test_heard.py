"""Automats are told what they do not know, and nothing that they do."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from brokers import Broker
from linked import clock, eventually, linking
from linked_house import install, link_row, say, speaking_as
from talking import Client

from automat_link.link import Link
from automat_link.messages.reports import DoorClosed
from automat_link.messages.states import Health, Online, State
from automat_link.simulator.line import Line
from automat_link.topics import Topic, topic
from models.database import Database
from resolvers.automat_links.credentials import Credentials

LONGER_THAN_ONE_IS_TOLD_SELDOMLY = 1.2


@pytest.fixture
async def link(own_database: Database, broker: Broker) -> AsyncIterator[Link]:
    async with linking(own_database, broker) as link:
        yield link


async def listen(line: Line, credentials: Credentials) -> None:
    await line.subscribe(topic(credentials.link_id, Topic.WANT_HEARD), qos=1)
    await say(line, credentials, Topic.ONLINE, Online(online=True).written())
    await eventually(lambda: len(line.messages) > 0)
    await asyncio.sleep(LONGER_THAN_ONE_IS_TOLD_SELDOMLY)


async def say_state(line: Line, credentials: Credentials, number: int, oldest: int) -> None:
    state = State(
        at=clock(),
        number=number,
        oldest_number=oldest,
        revision=None,
        firmware="1.0",
        lockers=[],
        health=Health(),
    )
    await say(line, credentials, Topic.STATE, state.written())
    await asyncio.sleep(LONGER_THAN_ONE_IS_TOLD_SELDOMLY)


@pytest.mark.usefixtures("link")
async def test_who_says_how_they_are_is_not_told_what_they_know(
    client: Client, broker: Broker
) -> None:
    _, credentials = await install(client, broker)
    async with speaking_as(credentials) as line:
        await listen(line, credentials)
        before = len(line.messages)

        for _ in range(3):
            await say_state(line, credentials, 0, 1)

        assert len(line.messages) == before


@pytest.mark.usefixtures("link")
async def test_who_keeps_what_was_heard_is_told_again(
    client: Client, broker: Broker, own_database: Database
) -> None:
    _, credentials = await install(client, broker)
    report = DoorClosed(id=uuid4(), number=1, at=clock(), locker_index=0)
    async with speaking_as(credentials) as line:
        await listen(line, credentials)
        await say(line, credentials, Topic.REPORT, report.written())

        async def is_heard() -> bool:
            return (await link_row(own_database, credentials)).heard_up_to == 1

        await eventually(is_heard)
        await asyncio.sleep(LONGER_THAN_ONE_IS_TOLD_SELDOMLY)
        before = len(line.messages)

        await say_state(line, credentials, 1, 1)

        assert len(line.messages) == before + 1

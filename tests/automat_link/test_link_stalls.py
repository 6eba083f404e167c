"""What an automat says counts from when it came, not from when we get round to it."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

from aiomqtt import Message, Topic
from cabinets import HOUR, Time
from inboxes import House, make_house
from sqlalchemy import select

from automat_link.applying import Believing
from automat_link.incoming import Listening
from automat_link.messages.reports import Started
from automat_link.messages.states import State
from automat_link.sealing import seal
from automat_link.topics import Topic as What
from automat_link.topics import topic
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.database import Database
from resolvers.waking import end

KEY = secrets.token_bytes(32)


class Everybody:
    """Keys of whoever is asked for."""

    async def said_by(self, link_id: UUID) -> bytes:
        return KEY


class Connection:
    """A connection over which a few things are said."""

    def __init__(self, house: House, *said: tuple[What, bytes]) -> None:
        self._house, self._said = house, said

    @property
    async def messages(self) -> AsyncIterator[Message]:
        for what, message in self._said:
            name = topic(self._house.link_id, what)
            payload = seal(KEY, name, message)
            yield Message(Topic(name), payload, qos=1, retain=False, mid=1, properties=None)


async def test_what_waited_for_an_hour_was_heard_before_that(database: Database) -> None:
    house = await make_house(database)
    time = Time(house.begins)
    started = Started(id=uuid4(), number=1, at=house.begins)
    state = State(at=house.begins, number=1, lockers=[])
    said = (What.REPORT, started.written()), (What.STATE, state.written())
    believing = Believing(database, time, lambda _: None, tell_again=lambda _: None)
    keys: Any = Everybody()
    listening = Listening(database, keys, time, believing=believing, returning=lambda _: None)

    connection: Any = Connection(house, *said)
    await listening.hear(connection)
    time.pass_by(HOUR)
    tasks = [asyncio.create_task(one.run()) for one in (listening, believing)]
    await listening.done()
    await believing.done()
    await end(*tasks)

    report = select(AutomatReport.received_at).where(AutomatReport.link_id == house.link_id)
    ahead = select(AutomatLink.clock_ahead).where(AutomatLink.id == house.link_id)
    async with database.reading() as connection:
        assert (await connection.execute(report)).scalars().all() == [house.begins]
        assert (await connection.execute(ahead)).scalar_one() == 0 * HOUR

"""The other side of the link, as small as can be: it hears reports and says so, without a database.

For tests of simulated automats alone; what the real link does is tested with the real link.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import aiomqtt
from brokers import Broker, tls_of

from automat_link.messages.base import Message, read_as
from automat_link.messages.commands import Answer
from automat_link.messages.reports import AnyReport, Report
from automat_link.messages.states import Online, State
from automat_link.messages.wanted import Heard, WantedCode, WantedCodes
from automat_link.sealing import key_of_automat, seal, unseal
from automat_link.topics import FROM_AUTOMATS, IN_CLEAR, Topic, of_all, parsed, topic
from resolvers.automat_links.credentials import Credentials

SECONDS = 60.0


class Server:
    """Hears all automats, in order, each report once.

    Args:
        client: Connected to the broker.
        known: The credentials of the automats.
    """

    def __init__(self, client: aiomqtt.Client, known: dict[UUID, Credentials]) -> None:
        self.client, self.known = client, known
        self.reports: dict[UUID, dict[int, AnyReport]] = defaultdict(dict)
        self.ids: dict[UUID, set[UUID]] = defaultdict(set)
        self.contradictions: list[AnyReport] = []
        self.states: dict[UUID, State] = {}
        self.online: dict[UUID, bool] = {}
        self.answers: list[Answer] = []
        self.came = 0
        self.ahead = timedelta(0)
        self.says_heard = True

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def heard_up_to(self, link_id: UUID) -> int:
        numbers, number = self.reports[link_id], 0
        while number + 1 in numbers:
            number += 1
        return number

    def kinds(self, link_id: UUID) -> list[str]:
        return [self.reports[link_id][n].kind for n in sorted(self.reports[link_id])]

    async def hear(self) -> None:
        async for message in self.client.messages:
            found, payload = parsed(message.topic.value), message.payload
            if found is not None and isinstance(payload, bytes) and found[0] in self.known:
                await self._take(*found, payload)

    async def _take(self, link_id: UUID, what: Topic, payload: bytes) -> None:
        if what not in IN_CLEAR and payload:
            key = key_of_automat(self.known[link_id].codes_key)
            payload = unseal(key, topic(link_id, what), payload)
        if what is Topic.REPORT:
            self._report(link_id, read_as(Report, payload).root)
            await self.say_heard(link_id)
        elif what is Topic.STATE:
            self.states[link_id] = State.read(payload)
        elif what is Topic.ANSWER:
            self.answers.append(Answer.read(payload))
        elif what is Topic.ONLINE:
            self.online[link_id] = Online.read(payload).online
            await self.say_heard(link_id)

    def _report(self, link_id: UUID, report: AnyReport) -> None:
        self.came += 1
        before = self.reports[link_id].setdefault(report.number, report)
        if before != report:
            self.contradictions.append(report)

    async def say_heard(self, link_id: UUID) -> None:
        if self.says_heard:
            heard = Heard(number=self.heard_up_to(link_id), at=self.now())
            await self._seal(link_id, Topic.WANT_HEARD, heard, retain=True)

    async def want(self, link_id: UUID, revision: int, *codes: WantedCode) -> None:
        wanted = WantedCodes(revision=revision, at=self.now(), codes=list(codes))
        await self._seal(link_id, Topic.WANT_CODES, wanted, retain=True)

    async def command(
        self, link_id: UUID, make: Callable[..., Message], id: UUID | None = None, **facts: object
    ) -> UUID:
        id = id or uuid4()
        command = make(id=id, until=self.now() + timedelta(seconds=30), **facts)
        await self._seal(link_id, Topic.COMMAND, command, retain=False)
        return id

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, here or at an automat, of which nobody tells us."""
        async with asyncio.timeout(SECONDS):
            while True:
                if holds():
                    return
                await asyncio.sleep(0.01)

    async def answer_to(self, id: UUID, *, answers: int = 1) -> Answer:
        await self.until(lambda: sum(one.id == id for one in self.answers) >= answers)
        return [one for one in self.answers if one.id == id][-1]

    async def _seal(self, link_id: UUID, what: Topic, message: Message, *, retain: bool) -> None:
        name, key = topic(link_id, what), self.known[link_id].codes_key
        await self._publish(link_id, what, seal(key, name, message.written()), retain=retain)

    async def _publish(self, link_id: UUID, what: Topic, payload: bytes, *, retain: bool) -> None:
        await self.client.publish(topic(link_id, what), payload, qos=1, retain=retain)


@asynccontextmanager
async def server_at(broker: Broker, *automats: Credentials) -> AsyncIterator[Server]:
    """Listen to automats at a broker."""
    me = broker.link()
    address = urlsplit(broker.link_url)
    tls = tls_of(me, me.authority)
    async with aiomqtt.Client(
        address.hostname or "",
        address.port or 0,
        protocol=aiomqtt.ProtocolVersion.V5,
        tls_context=tls,
        max_inflight_messages=500,
    ) as client:
        client.pending_calls_threshold = 10_000
        server = Server(client, {one.link_id: one for one in automats})
        await client.subscribe([(of_all(what), 1) for what in FROM_AUTOMATS])
        hearing = asyncio.create_task(server.hear())
        for one in automats:
            await server.say_heard(one.link_id)
        try:
            yield server
        finally:
            while not hearing.done():  # Python 3.11's wait_for may keep a cancellation to itself
                hearing.cancel()
                await asyncio.wait([hearing], timeout=1)
            await asyncio.gather(hearing, return_exceptions=True)

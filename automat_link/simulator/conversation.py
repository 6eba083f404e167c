"""One connection's worth of talk between an automat and the server, by way of the broker."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from automat_link.messages.base import Message, Unreadable, read_as
from automat_link.messages.commands import AnyCommand, Command, Replay, Restart, Resync
from automat_link.messages.states import HEARTBEAT_SECONDS, Online
from automat_link.messages.wanted import Heard, WantedCodes
from automat_link.sealing import key_of_automat, seal, unseal
from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.line import Line
from automat_link.simulator.network import Network
from automat_link.topics import IN_CLEAR, TO_AUTOMATS, Topic, parsed, topic
from resolvers.automat_links.credentials import Credentials
from resolvers.waking import end

AT_A_TIME = 50
"""So many reports are under way at once."""
STATE_REST_SECONDS = 1.0
"""After changes the state is sent at most so often."""
NOT_HEARD_SECONDS = 2.0
"""Who waits to be told what was heard says how they are so often: a word of it may be lost."""
PATIENCE_SECONDS = 10.0
"""Who was not told for so long what was heard says again that they are there."""
LOOK_SECONDS = 5.0
"""How often the automat looks at its doors."""
RETAINED = frozenset({Topic.STATE, Topic.ONLINE})

logger = logging.getLogger(__name__)


class Conversation:
    """Listens, obeys and reports for as long as a connection lasts.

    Args:
        line: The connection.
        credentials: Whose it is.
        cabinet: The automat.
        network: How well messages come through.
        keep: Writes the cabinet to its flash.
    """

    def __init__(
        self,
        line: Line,
        credentials: Credentials,
        cabinet: Cabinet,
        *,
        network: Network,
        keep: Callable[[], None],
    ) -> None:
        self.restarting = False
        self._line, self._cabinet, self._network, self._keep = line, cabinet, network, keep
        self._key = credentials.codes_key
        self._own_key = key_of_automat(credentials.codes_key)
        self._link_id = credentials.link_id
        self._leaving = self._told = False
        self._sent = 0
        self._state_at = float("-inf")
        self._state_is_old = True
        self._asked_at = asyncio.get_running_loop().time()
        self._wake = asyncio.Event()

    async def hold(self) -> None:
        """Talk until somebody says `leave`.

        Raises:
            aiomqtt.MqttError: The connection was lost.
        """
        tasks = [asyncio.create_task(one) for one in (self._listen(), self._speak())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(*tasks)
        for task in done:
            task.result()
        await self._say(Topic.ONLINE, Online(online=False))

    def changed(self) -> None:
        """Tell of what has happened at the cabinet."""
        self._state_is_old = True
        self._wake.set()

    def leave(self) -> None:
        """End it, with a word."""
        self._leaving = True
        self._wake.set()

    async def _greet(self) -> None:
        await self._line.subscribe([(topic(self._link_id, what), 1) for what in TO_AUTOMATS])
        await self._say(Topic.ONLINE, Online(online=True))

    async def _speak(self) -> None:
        await self._greet()  # here, for who listens notices when the connection is lost meanwhile
        while not self._leaving:
            self._wake.clear()
            self._cabinet.look()
            await self._send_reports()
            await self._send_state()
            await self._ask()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rest()):
                    await self._wake.wait()

    def _rest(self) -> float:
        """Say for how many seconds there is nothing to say."""
        now = asyncio.get_running_loop().time()
        return min(LOOK_SECONDS, max(0.01, self._state_due_at() - now))

    def _state_due_at(self) -> float:
        if self._state_is_old:
            return self._state_at + STATE_REST_SECONDS
        log = self._cabinet.log
        is_heard = log.oldest_number > log.last_number
        return self._state_at + (HEARTBEAT_SECONDS if is_heard else NOT_HEARD_SECONDS)

    async def _send_reports(self) -> None:
        while self._told and (waiting := self._cabinet.log.after(self._sent)[:AT_A_TIME]):
            self._sent = waiting[-1][0]
            self._cabinet.log.sending(self._sent)
            self._keep()
            reports = [text.encode() for _, text in waiting]
            await asyncio.gather(*(self._send(Topic.REPORT, report) for report in reports))

    async def _send_state(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._state_due_at():
            return
        self._state_at, self._state_is_old = now, False
        await self._say(Topic.STATE, self._cabinet.state())

    async def _ask(self) -> None:
        """Say again that we are there, when nobody seems to have noticed."""
        now = asyncio.get_running_loop().time()
        if not self._told and now - self._asked_at >= PATIENCE_SECONDS:
            self._asked_at = now
            await self._say(Topic.ONLINE, Online(online=True))

    async def _say(self, what: Topic, message: Message) -> None:
        await self._send(what, message.written())

    async def _send(self, what: Topic, payload: bytes) -> None:
        if what not in IN_CLEAR:
            payload = seal(self._own_key, topic(self._link_id, what), payload)
        await self._network.carry(what, payload, partial(self._publish, what))

    async def _publish(self, what: Topic, payload: bytes) -> None:
        name = topic(self._link_id, what)
        await self._line.publish(name, payload, qos=1, retain=what in RETAINED)

    async def _listen(self) -> None:
        async for message in self._line.messages:
            found, payload = parsed(message.topic.value), message.payload
            if found is not None and isinstance(payload, bytes):
                hear = partial(self._hear, found[1], fresh=not message.retain)
                await self._network.carry(found[1], payload, hear)

    async def _hear(self, what: Topic, payload: bytes, *, fresh: bool) -> None:
        try:
            if what is Topic.WANT_HEARD:
                self._hear_heard(Heard.read(self._unsealed(what, payload)), fresh=fresh)
            elif what is Topic.WANT_CODES:
                self._cabinet.apply(WantedCodes.read(self._unsealed(what, payload)))
            elif what is Topic.COMMAND:
                await self._obey(self._unsealed(what, payload))
        except Unreadable as error:
            logger.warning("automat %s does not understand %s: %s", self._link_id, what, error)

    def _unsealed(self, what: Topic, payload: bytes) -> bytes:
        return unseal(self._key, topic(self._link_id, what), payload)

    def _hear_heard(self, heard: Heard, *, fresh: bool) -> None:
        was_old, before = self._state_is_old, self._cabinet.clock.ahead
        self._told = self._told or fresh  # by it the clock is right, and so are the reports
        is_news = self._cabinet.heard(heard.number, heard.at, fresh=fresh)
        # who says how they are whenever they are told something is told something for that
        self._state_is_old = was_old or is_news or self._cabinet.clock.ahead != before
        self._wake.set()

    async def _obey(self, payload: bytes) -> None:
        command = _command(payload)
        answer = self._cabinet.command(command)
        if answer.done:
            self._follow(command, again=answer.again)
        await self._say(Topic.ANSWER, answer)
        if isinstance(command, Restart) and answer.done and not answer.again:
            self.restarting = True
            self.leave()

    def _follow(self, command: AnyCommand, *, again: bool) -> None:
        """Do of a command what is about talking."""
        if isinstance(command, Replay):
            self._sent = min(self._sent, command.from_number - 1)
            self._wake.set()
        if isinstance(command, Resync) and not again:
            self._cabinet.resync()


def _command(payload: bytes) -> AnyCommand:
    """Read a command; one of a kind that this firmware does not know is refused by the cabinet."""
    try:
        return read_as(Command, payload).root
    except Unreadable:
        return AnyCommand.read(payload)

"""What runs on an automat: it connects, and connects again when it is lost.

Everything that happens at the cabinet is in its flash before anybody hears of it. Reports are sent
once the server has said what it has heard, and kept until it has heard them; what is missing there
is asked for. So nothing is lost however a connection ends.
"""

import asyncio
import logging

import aiomqtt

from automat_link.connection import rest_seconds
from automat_link.simulator.cabinet import Cabinet
from automat_link.simulator.conversation import Conversation
from automat_link.simulator.flash import Flash
from automat_link.simulator.line import Line, tls_of
from automat_link.simulator.network import Network
from resolvers.automat_links.credentials import Credentials
from resolvers.waking import end

GOODBYE_SECONDS = 5.0
"""So long an automat that is told to stop may take to say so."""

logger = logging.getLogger(__name__)


class Firmware:
    """One automat.

    Args:
        credentials: Who it is.
        cabinet: What it runs on; it takes up what its flash holds.
        flash: What it must not forget.
        network: Its way to the broker.

    Raises:
        ValueError: The credentials are damaged.
    """

    def __init__(
        self,
        credentials: Credentials,
        cabinet: Cabinet,
        *,
        flash: Flash,
        network: Network | None = None,
    ) -> None:
        self.link_id = credentials.link_id
        self.cabinet, self.flash, self.network = cabinet, flash, network or Network()
        self.connected = asyncio.Event()
        self.connections = 0
        """How often it has connected."""
        self._credentials = credentials
        self._tls = tls_of(credentials)
        self._line: Line | None = None
        self._conversation: Conversation | None = None
        self._running: asyncio.Task[None] | None = None
        self._leaving = False
        self._take_up()

    @property
    def is_running(self) -> bool:
        """Whether it has power."""
        return self._running is not None

    def start(self) -> None:
        """Give it power; it runs until `stop` or `cut_power`."""
        self.cabinet.restart("power")
        self._begin()

    async def renew(self, credentials: Credentials, flash: Flash) -> None:
        """Go on with new credentials; what was not heard by the former ones is numbered anew.

        Whoever loses power meanwhile has either the former ones with the former numbers, or the new
        ones with the new numbers: each have a flash of their own.

        Args:
            credentials: The new ones.
            flash: Where all is kept from now on; nothing is there yet.

        Raises:
            ValueError: The credentials are damaged; it goes on with the former ones.
        """
        tls, was_running = tls_of(credentials), self.is_running
        await self.stop()
        self.cabinet.log.begin_anew()
        self.flash, self._tls = flash, tls
        self.link_id, self._credentials = credentials.link_id, credentials
        self._keep()
        if was_running:
            self._begin()

    async def stop(self) -> None:
        """Stop it with a word: the broker tells that it is gone, for a will is not sent then."""
        self._leaving = True
        if self._conversation is not None:
            self._conversation.leave()
            if self._running is not None:
                await asyncio.wait([self._running], timeout=GOODBYE_SECONDS)
        await self._end()

    async def cut_power(self) -> None:
        """Stop it without a word."""
        self._leaving = True
        self._drop()
        await self._end()

    def _begin(self) -> None:
        self._leaving = False
        self._running = asyncio.create_task(self._run())
        self._running.add_done_callback(self._ended)

    async def _end(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            await end(running)

    async def _run(self) -> None:
        failures = 0
        while not self._leaving:
            await self.network.there()
            before = self.connections
            restarting = await self._talk()
            failures = 0 if self.connections != before else failures + 1
            if restarting:
                self.cabinet.restart("restart")
            elif not self._leaving:
                await asyncio.sleep(rest_seconds(failures))

    async def _talk(self) -> bool:
        """Talk over one connection until it ends; tells whether the automat is to start anew."""
        self._line = line = Line(self._credentials, self._tls)
        try:
            async with line:
                self._conversation = talk = Conversation(
                    line, self._credentials, self.cabinet, network=self.network, keep=self._keep
                )
                self.connections += 1
                self.connected.set()
                if self.network.is_cut:  # while we were connecting
                    line.drop()
                await talk.hold()
                return talk.restarting
        except (aiomqtt.MqttError, OSError) as error:
            logger.debug("automat %s lost its connection: %s", self.link_id, error)
            return False
        finally:
            self.connected.clear()
            self.network.forget()
            self._line = self._conversation = None

    def _take_up(self) -> None:
        saved = self.flash.read()
        if saved is not None:
            self.cabinet.restore(saved)
        self.cabinet.changed = self._changed
        self.network.cut_off = self._drop

    def _keep(self) -> None:
        self.flash.write(self.cabinet.save())

    def _changed(self) -> None:
        self._keep()
        if self._conversation is not None:
            self._conversation.changed()

    def _drop(self) -> None:
        if self._line is not None:
            self._line.drop()
        self.connected.clear()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            logger.error("automat %s broke down", self.link_id, exc_info=error)

"""The process that talks to automats: two directions and a watch, over one connection to a broker.

It has no state of its own. What it sends the database told it, what it hears it puts there, and
another one may do the same at the same time: all of it may happen twice and counts once.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from secrets import token_hex
from typing import Any
from uuid import UUID

from aiomqtt import MqttError

from automat_link.applying import Believing
from automat_link.connection import Broker, client_of, rest_seconds
from automat_link.heard import Hearing
from automat_link.incoming import Listening
from automat_link.keys import Keys
from automat_link.messages.base import LONGEST_SAID
from automat_link.outgoing import Speaking
from automat_link.topics import FROM_AUTOMATS, of_all
from automat_link.voice import Voice
from models.database import Database
from resolvers.outside.secret import Secret
from resolvers.waking import AWAY, Patience, end, hearing

LONGEST_REST_SECONDS = 5.0
"""Between two attempts: there are few links, so they need not spread as automats do."""
WATCH_SECONDS = 60.0
GRACE_SECONDS = 10.0
"""How long a link that is told to stop goes on with what it has heard."""

logger = logging.getLogger(__name__)


class Link:
    """Talks to automats until it is told to stop.

    Args:
        database: Tells what to say, and keeps what is heard.
        secret: Opens the keys that seal for each automat.
        clock: Tells the time.
        broker: Where automats are reached; asked before each attempt, as certificates change.
        watch: What is to be done once a minute.
    """

    def __init__(
        self,
        database: Database,
        secret: Secret,
        clock: Callable[[], datetime],
        *,
        broker: Callable[[], Awaitable[Broker]],
        watch: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.name = f"link-{socket.gethostname()}-{os.getpid()}-{token_hex(4)}"
        self._database = database
        self._broker = broker
        self._watch = watch
        self._wake, self._stopped = asyncio.Event(), asyncio.Event()
        self._keys = keys = Keys(database, secret)
        self._heard = Hearing(database, clock)
        self._speaking = Speaking(database, keys, clock, self._wake, look=self._heard.look)
        self._believing = Believing(
            database, clock, self._heard.note, tell_again=self._heard.tell_again
        )
        self.listening = Listening(
            database, keys, clock, believing=self._believing, returning=self._returned
        )

    def stop(self) -> None:
        """Hear nothing more; `run` ends when what was heard is kept, or soon in any case."""
        self._stopped.set()

    async def run(self) -> None:
        """Talk until `stop`."""
        logger.info("%s begins", self.name)
        beside = [
            asyncio.create_task(one)
            for one in (self.listening.run(), self._believing.run(), self._watching())
        ]
        try:
            async with hearing(self._database, self._wake):
                await self._connect_again_and_again()
        finally:
            await end(*beside)
            logger.info("%s has ended", self.name)

    async def _connect_again_and_again(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await self._connected()
            except (MqttError, *AWAY) as error:
                lasted = asyncio.get_running_loop().time() - began
                failures = 1 if lasted > WATCH_SECONDS else failures + 1
                if failures == 1:
                    logger.warning(
                        "the broker is away, and is tried again: %s", type(error).__name__
                    )
                await self._rest(rest_seconds(failures, LONGEST_REST_SECONDS))

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopped.wait()

    async def _connected(self) -> None:
        """Talk over one connection until it is lost, or until `stop`."""
        async with client_of(await self._broker(), self.name, longest=LONGEST_SAID) as client:
            for what in FROM_AUTOMATS:
                await client.subscribe(of_all(what), qos=1)
            logger.info("%s is connected to the broker", self.name)
            voice = Voice(client, self._keys)
            await first_to_end(
                self.listening.hear(client),
                self._speaking.run(voice),
                self._heard.run(voice),
                self._stopped.wait(),
            )
            await self._finish(voice)

    async def _finish(self, voice: Voice) -> None:
        """Keep what was heard, and tell the automats so."""
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                await self.listening.done()
                await self._believing.done()
                await self._heard.last_words(voice)

    def _returned(self, link_id: UUID) -> None:
        """Tell an automat that has just connected all that it should know."""
        self._heard.tell_at_once(link_id)
        self._speaking.publish_again(link_id)

    async def _watching(self) -> None:
        patience = Patience("the watch of the link")
        while True:
            with patience:
                if self._watch is not None:
                    await self._watch()
            await asyncio.sleep(WATCH_SECONDS)


async def first_to_end(*doing: Coroutine[Any, Any, Any]) -> None:
    """Do several things until one of them ends, and raise what it raised."""
    tasks = [asyncio.create_task(one) for one in doing]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await end(*tasks)

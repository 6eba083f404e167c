"""What comes in: messages are collected for a moment, kept in one transaction, and then believed.

Nothing is promised by taking a message from the broker. A process that ends here loses what it
had in hand, and the automats say it again, because they were not told that it was heard.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar
from uuid import UUID

from aiomqtt import Client

from automat_link.applying import Believing
from automat_link.keys import Keys
from automat_link.messages.states import Online
from automat_link.said import Came, Reader, Said
from models.database import Database
from models.dialects.deadlocks import begun_again
from resolvers.automat_reports import keeping
from resolvers.automat_reports.keeping import Told
from resolvers.waking import AWAY, Patience, with_place

COLLECT_SECONDS = 0.02
COLLECT_AT_MOST = 200
WAITING_AT_MOST = 2_000
"""When so many messages wait, no more are taken from the connection until some are kept."""
REST_SECONDS = 1.0
Found = TypeVar("Found")

logger = logging.getLogger(__name__)


class Returning(Protocol):
    """What is to be done when an automat has come back."""

    def __call__(self, link_id: UUID) -> None:
        """Tell it again what it should know."""
        ...


class Listening:
    """Takes what automats say from the broker to the database.

    Args:
        database: Where it is kept.
        keys: Opens what automats say.
        clock: Tells the time.
        believing: Lets it take effect.
        returning: Is told of each automat that has just connected.
    """

    def __init__(
        self,
        database: Database,
        keys: Keys,
        clock: Callable[[], datetime],
        *,
        believing: Believing,
        returning: Returning,
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._believing = believing
        self._returning = returning
        self._waiting: asyncio.Queue[Came] = asyncio.Queue(WAITING_AT_MOST)
        self._patience = Patience("what comes in from automats")
        self.reader = Reader()

    async def hear(self, client: Client) -> None:
        """Take messages from a connection until it ends."""
        async for received in client.messages:
            came = self.reader.take(received, self._clock())
            if came is not None:
                await self._waiting.put(came)

    async def run(self) -> None:
        """Keep what was heard, until cancelled."""
        while True:
            batch = await self._collect()
            keys = await self._in_the_end(partial(self._keys_of, batch))
            said = self._read(batch, keys)
            await self._in_the_end(partial(self._keep_all, said))
            for _ in batch:
                self._waiting.task_done()

    async def done(self) -> None:
        """Wait until all that was heard is kept."""
        await self._waiting.join()

    async def _in_the_end(self, do: Callable[[], Awaitable[Found]]) -> Found:
        """Do something with the database, again and again while that is away."""
        while True:
            with self._patience:
                return await do()
            await asyncio.sleep(REST_SECONDS)

    async def _collect(self) -> list[Came]:
        """Wait for a message, and a moment for more."""
        batch = [await self._waiting.get()]
        until = asyncio.get_running_loop().time() + COLLECT_SECONDS
        while len(batch) < COLLECT_AT_MOST:
            try:
                async with asyncio.timeout_at(until):
                    batch.append(await self._waiting.get())
            except TimeoutError:
                break
        return batch

    async def _keys_of(self, batch: Sequence[Came]) -> dict[UUID, bytes]:
        """Find the keys of those that we know, and still believe."""
        ids = {came.link_id for came in batch}
        return {id: key for id in ids if (key := await self._keys.said_by(id)) is not None}

    def _read(self, batch: Sequence[Came], keys: dict[UUID, bytes]) -> list[Said]:
        """Read what was said by those that we know."""
        known = [came for came in batch if came.link_id in keys]
        said = [self.reader.read(came, keys[came.link_id]) for came in known]
        return [one for one in said if one is not None]

    async def _keep_all(self, said: Sequence[Said]) -> None:
        """Keep what was said: all of it at once, or else each for itself."""
        try:
            await self._keep(said)
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - one bad message must not stop all others
            place = with_place(error)
            logger.error("a batch was refused: %s", place)  # noqa: TRY400 - no words of it
            for one in said:
                await self._keep_alone(one)

    async def _keep_alone(self, one: Said) -> None:
        """Keep a message of a batch that was refused, so that the others do not suffer from it."""
        try:
            await self._keep([one])
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - it is written down, and left out
            place = with_place(error)
            logger.error("what link %s said cannot be kept: %s", one.link_id, place)  # noqa: TRY400

    async def _keep(self, batch: Sequence[Said]) -> None:
        reports = [
            (one.link_id, replace(one.message, received_at=one.heard_at))
            for one in batch
            if isinstance(one.message, Told)
        ]
        to_apply: set[UUID] = set()
        if reports:
            to_apply = await begun_again(partial(self._keep_reports, reports))
        for link_id in to_apply:
            self._believing.add(link_id)
        for said in batch:
            if not isinstance(said.message, Told):
                self._believing.add(said.link_id, said)
                self._welcome(said)

    async def _keep_reports(self, reports: Sequence[tuple[UUID, Told]]) -> set[UUID]:
        async with self._database.writing() as session:
            return (await keeping.keep(session, reports, self._clock())).to_apply

    def _welcome(self, said: Said) -> None:
        if isinstance(said.message, Online) and said.message.online and not said.is_retained:
            self._returning(said.link_id)

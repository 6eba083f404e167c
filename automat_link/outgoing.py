"""What goes out: the codes that automats should know, and commands. The database says which.

Nothing is remembered but which tables this process has published on this connection; what it
forgets it publishes again, and an automat passes over what it has. So does it with what an automat
does not acknowledge, for on the way from the broker a message may be lost.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from aiomqtt import MqttError

from automat_link.keys import Keys
from automat_link.messages.base import Message
from automat_link.messages.commands import Command
from automat_link.messages.wanted import Hours, WantedCode, WantedCodes
from automat_link.topics import Topic
from automat_link.voice import Steady, Voice, each
from models.database import Database
from resolvers import clocks
from resolvers.access_hours import EnforcedHours
from resolvers.automat_codes import tables
from resolvers.automat_codes.tables import TableCode, WantedTable
from resolvers.automat_commands import sending
from resolvers.automat_commands.sending import Outgoing
from resolvers.known_links import revoked_links
from resolvers.waking import AWAY, nap
from resolvers.work import Reading, system

POLL_SECONDS = 1.0
SHORTEST_NAP_SECONDS = 0.02
LOOK_SECONDS = 0.1
"""Between two looks for tables that changed, which cost more the more automats there are."""
UNANSWERED_SECONDS = 30.0
"""After so long a table is sent again to an automat that is there and does not say it knows it."""
COMMANDS_AT_ONCE = 200
OVERLAP = timedelta(minutes=5)
"""How far back it is looked for links that were taken back: clocks differ, transactions last."""
NOT_OURS = (MqttError, *AWAY)
"""What is not the trouble of one automat."""

logger = logging.getLogger(__name__)


class Speaking:
    """Brings to automats what the database wants of them.

    Args:
        database: Tells what.
        keys: What seals for each automat; those that are taken back are forgotten.
        clock: Tells the time.
        wake: Is set when something may have changed.
        look: Is done besides when something may have changed, as seldom as tables are looked at.
    """

    def __init__(
        self,
        database: Database,
        keys: Keys,
        clock: Callable[[], datetime],
        wake: asyncio.Event,
        *,
        look: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._wake = wake
        self._look = look
        self._published: dict[UUID, int] = {}
        self._again: set[UUID] = set()
        self._all = True
        self._published_at: dict[UUID, float] = {}
        self._cleared_at: datetime | None = None
        self._cleared: set[UUID] = set()
        self._look_at, self._look_again = 0.0, False
        self._troubled: dict[UUID, Steady] = {}
        self._patience = Steady("what goes out to automats")

    def publish_again(self, link_id: UUID) -> None:
        """Publish the codes of an automat once more: it has just come back."""
        self._again.add(link_id)
        self._wake.set()

    async def run(self, voice: Voice) -> None:
        """Speak over a connection until it ends; at first everything that is retained."""
        self._published.clear()
        self._all = True
        self._cleared_at = None
        self._cleared.clear()
        self._look_at = 0.0
        while True:
            more = False
            with self._patience:
                more = await self._round(voice)
            if not more:
                await asyncio.sleep(SHORTEST_NAP_SECONDS)
                await nap(self._wake, LOOK_SECONDS if self._look_again else POLL_SECONDS)

    async def _round(self, voice: Voice) -> bool:
        """Send what there is to send; tells whether there may be more at once."""
        sent = await self._send_commands(voice)
        now = asyncio.get_running_loop().time()
        if now >= self._look_at:
            await self._send_tables(voice)  # first: people wait for it, and nobody for the other
            await self._clear_revoked(voice)
            if self._look is not None:
                await self._look()
            self._look_at = now + LOOK_SECONDS
            self._look_again = False
        else:
            self._look_again = True
        return sent == COMMANDS_AT_ONCE

    async def _send_commands(self, voice: Voice) -> int:
        async with self._database.reading() as connection:
            if not await sending.is_due(connection, self._clock()):
                return 0
        async with self._database.writing() as session:
            claimed = await sending.claim(session, self._clock(), COMMANDS_AT_ONCE)
        owners = {command.organization_id for command in claimed}
        async with self._database.reading() as connection:
            ahead = await clocks.of_organizations(connection, owners)
        await each(partial(self._command, voice, ahead), claimed)
        return len(claimed)

    async def _command(
        self, voice: Voice, ahead: Mapping[UUID, timedelta | None], command: Outgoing
    ) -> None:
        owner = system(command.organization_id, ahead.get(command.organization_id))
        left = command.expires_at - owner.time(self._clock())
        with Steady(f"command {command.command_id}", NOT_OURS):
            await voice.command(command.link_id, command_message(command), left)

    async def _clear_revoked(self, voice: Voice) -> None:
        """Let the broker forget those that were taken back: at first all that ever were."""
        now = self._clock()
        async with self._database.reading() as connection:
            revoked = await revoked_links(connection, self._cleared_at)
        fresh = [link_id for link_id in revoked if link_id not in self._cleared]
        for link_id in fresh:
            self._published.pop(link_id, None)
            self._published_at.pop(link_id, None)
            self._keys.forget(link_id)
        await each(voice.clear, fresh)
        self._cleared.update(fresh)
        self._cleared_at = now - OVERLAP

    async def _send_tables(self, voice: Voice) -> None:
        async with self._database.reading() as connection:
            if self._all:
                self._again.update(await tables.all_of(connection))
                self._all = False
            again, long_ago = self._again.copy(), self._published_long_ago()
            changed = await tables.changed(connection, self._published, long_ago, again)
        self._again -= again.difference(changed)  # these do not work any more
        await each(partial(self._send_table, voice), changed)

    def _published_long_ago(self) -> set[UUID]:
        before = asyncio.get_running_loop().time() - UNANSWERED_SECONDS
        return {link_id for link_id, at in self._published_at.items() if at <= before}

    async def _send_table(self, voice: Voice, link_id: UUID) -> None:
        trouble = self._troubled.get(link_id) or Steady(f"the table of link {link_id}", NOT_OURS)
        with trouble:
            message = await self._table(link_id)
            if message is not None:
                await voice.want(link_id, Topic.WANT_CODES, message)
                self._published[link_id] = message.revision
                self._again.discard(link_id)
                self._published_at[link_id] = asyncio.get_running_loop().time()
        if trouble.tried:
            self._troubled[link_id] = trouble

    async def _table(self, link_id: UUID) -> WantedCodes | None:
        owner = await self._keys.owner_of(link_id)
        if owner is None:
            return None
        async with self._database.reading(owner) as connection:
            actor = await clocks.system_of(connection, owner)
            reading = Reading(connection, actor, actor.time(self._clock()))
            table = await tables.of_link(reading, link_id)
        return None if table is None else table_message(table, reading.now)


def table_message(table: WantedTable, at: datetime) -> WantedCodes:
    """Write a table of codes as automats read it."""
    codes = [code_message(code) for code in table.codes]
    return WantedCodes(revision=table.revision, at=at, codes=codes)


def code_message(code: TableCode) -> WantedCode:
    """Write one code as automats read it."""
    return WantedCode(
        id=str(code.id),
        code=code.code,
        kind=code.kind,
        use=code.use,
        locker_index=code.locker_index,
        opens_at=code.opens_at,
        closes_at=code.closes_at,
        hours=None if code.hours is None else hours_message(code.hours),
    )


def hours_message(hours: EnforcedHours) -> Hours:
    """Write at which hours a code takes a key out."""
    return Hours(
        time_zone=hours.time_zone,
        stretches=[(first, end) for first, end in hours.stretches],
        daily_return=hours.daily_return,
    )


def command_message(command: Outgoing) -> Message:
    """Write a command as automats read it."""
    told = {"id": command.command_id, "kind": command.kind.value, "until": command.expires_at}
    return Command.model_validate(told | command.facts).root

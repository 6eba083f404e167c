"""How automats are told up to which number they were heard: the one promise that they rely on.

An answer of the broker says only that the broker has a report. This says that it is in the database
and took effect, so that the automat may forget it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from automat_link.messages.wanted import Heard
from automat_link.voice import Steady, Voice, each
from models.database import Database
from resolvers.known_links import KnownLink, good_links, links_among
from resolvers.waking import nap

EVERY_SECONDS = 1.0
"""How often one automat is told at most, unless it has just come back."""
AGAIN_SECONDS = 600.0
"""How often all are told even when nothing has changed: what time it is, and that we are there."""


class Hearing:
    """Tells automats what was heard of them, always what the database says now.

    Args:
        database: Knows what was heard.
        clock: Tells the time.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._due: set[UUID] = set()
        self._at_once: set[UUID] = set()
        self._told_at: dict[UUID, float] = {}
        self._wake = asyncio.Event()
        self._patience = Steady("what automats are told of their reports")

    def note(self, link_id: UUID) -> None:
        """Tell an automat soon: more of it was heard."""
        self._due.add(link_id)
        self._wake.set()

    def tell_at_once(self, link_id: UUID) -> None:
        """Tell an automat now: it has come back, and sends nothing before it is told."""
        self._at_once.add(link_id)
        self.note(link_id)

    async def run(self, voice: Voice) -> None:
        """Tell over a connection until it ends; at first everybody."""
        all_at = 0.0
        while True:
            now = asyncio.get_running_loop().time()
            with self._patience:
                if now >= all_at:
                    await self._tell_all(voice)
                    all_at = now + AGAIN_SECONDS
                await self._tell_due(voice, now)
            await nap(self._wake, self._rest(now))

    async def last_words(self, voice: Voice) -> None:
        """Tell what is still to be told, before a connection is ended."""
        self._at_once |= self._due
        await self._tell_due(voice, asyncio.get_running_loop().time())

    def _rest(self, now: float) -> float:
        """Say for how many seconds nobody has to be told."""
        soonest = min((self._told_at.get(one, now) for one in self._due), default=now)
        return max(0.01, soonest + EVERY_SECONDS - now)

    async def _tell_all(self, voice: Voice) -> None:
        async with self._database.reading() as connection:
            everybody = await good_links(connection)
        await each(partial(self._tell, voice), everybody)

    async def _tell_due(self, voice: Voice, now: float) -> None:
        before = now - EVERY_SECONDS
        due = [
            one
            for one in self._due
            if one in self._at_once or self._told_at.get(one, before) <= before
        ]
        if not due:
            return
        at_once = self._at_once.intersection(due)
        self._due.difference_update(due)  # before we look: what is noted from here on is news
        self._at_once.difference_update(due)
        try:
            async with self._database.reading() as connection:
                links = await links_among(connection, due)
            await each(partial(self._tell, voice), links)
        except BaseException:
            self._due.update(due)
            self._at_once |= at_once
            raise

    async def _tell(self, voice: Voice, link: KnownLink) -> None:
        now = link.owner.time(self._clock())
        await voice.heard(link.id, Heard(number=link.heard_up_to, at=now))
        self._told_at[link.id] = asyncio.get_running_loop().time()

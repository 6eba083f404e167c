"""How automats are told up to which number they were heard: the one promise that they rely on.

An answer of the broker says only that the broker has a report. This says that it is in the database
and took effect, so that the automat may forget it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from automat_link.messages.wanted import Heard
from automat_link.voice import Steady, Voice, each
from models.database import Database
from resolvers.known_links import KnownLink, good_links, links_among, sandbox_links
from resolvers.waking import nap

EVERY_SECONDS = 1.0
"""How often one automat is told at most, unless it has just come back."""
AGAIN_SECONDS = 600.0
"""How often all are told even when nothing has changed: what time it is, and that we are there."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an automat was told last.

    Args:
        at: When, by the clock of the loop.
        number: Up to which number it was heard; None for one that seems not to know.
        clock_ahead: How far the clock of its organization was ahead of ours.
    """

    at: float
    number: int | None
    clock_ahead: timedelta | None


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
        self._told: dict[UUID, Told] = {}
        self._wake = asyncio.Event()
        self._patience = Steady("what automats are told of their reports")

    def note(self, link_id: UUID) -> None:
        """Tell an automat soon, if more of it was heard than it was told."""
        self._due.add(link_id)
        self._wake.set()

    def tell_again(self, link_id: UUID) -> None:
        """Tell an automat soon, though it was told before: it does not seem to know."""
        if link_id in self._told:
            self._told[link_id] = replace(self._told[link_id], number=None)
        self.note(link_id)

    def tell_at_once(self, link_id: UUID) -> None:
        """Tell an automat now: it has come back, and sends nothing before it is told."""
        self._at_once.add(link_id)
        self.note(link_id)

    async def look(self) -> None:
        """Tell those soon whose clocks were moved by people: the automats of sandboxes."""
        async with self._database.reading() as connection:
            moved = await sandbox_links(connection)
        for link in moved:
            told = self._told.get(link.id)
            if told is None or told.clock_ahead != link.clock_ahead:
                self.note(link.id)

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
        soonest = min((self._told_at(one, now) for one in self._due), default=now)
        return max(0.01, soonest + EVERY_SECONDS - now)

    def _told_at(self, link_id: UUID, default: float) -> float:
        told = self._told.get(link_id)
        return default if told is None else told.at

    async def _tell_all(self, voice: Voice) -> None:
        async with self._database.reading() as connection:
            everybody = await good_links(connection)
        await each(partial(self._tell, voice), everybody)

    async def _tell_due(self, voice: Voice, now: float) -> None:
        before = now - EVERY_SECONDS
        due = [
            one for one in self._due if one in self._at_once or self._told_at(one, before) <= before
        ]
        if not due:
            return
        at_once = self._at_once.intersection(due)
        self._due.difference_update(due)  # before we look: what is noted from here on is news
        self._at_once.difference_update(due)
        try:
            async with self._database.reading() as connection:
                links = await links_among(connection, due)
            news = [one for one in links if one.id in at_once or self._is_news(one)]
            await each(partial(self._tell, voice), news)
        except BaseException:
            self._due.update(due)
            self._at_once |= at_once
            raise

    def _is_news(self, link: KnownLink) -> bool:
        """Tell whether an automat does not know that yet.

        One that is told what it knows might say how it is, and be told again, without an end.
        """
        told = self._told.get(link.id)
        knows = told is not None and told.number == link.heard_up_to
        is_right = told is not None and told.clock_ahead == link.clock_ahead
        return not (knows and is_right)

    async def _tell(self, voice: Voice, link: KnownLink) -> None:
        now = link.owner.time(self._clock())
        await voice.heard(link.id, Heard(number=link.heard_up_to, at=now))
        at = asyncio.get_running_loop().time()
        self._told[link.id] = Told(at, link.heard_up_to, link.clock_ahead)

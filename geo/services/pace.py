"""One question a second: how a service that asks for patience is asked by all our processes.

The public Nominatim server allows one request a second for a whole application. The next free
moment is a row in the database, so it holds for every process that shares the database: a process
reserves a moment in a short transaction and sleeps until then outside of it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.database import Database
from models.errors import GeocoderUnavailable
from models.geocodes import GeocoderTurn


class Pace(Protocol):
    """How often somebody may be asked."""

    async def wait(self) -> None:
        """Wait until it is our turn.

        Raises:
            GeocoderUnavailable: Too many are waiting already.
        """
        ...


class NoPace:
    """A service that may be asked at any time."""

    async def wait(self) -> None:
        """Go ahead."""


class SharedPace:
    """Turns that all processes on one database take together.

    Args:
        service: Who is asked, such as `nominatim.openstreetmap.org`.
        database: Where the next free moment is kept.
        clock: Tells what time it is.
        interval: The least time between two questions.
        patience: How far ahead a turn may lie; whoever comes later is sent away.
    """

    def __init__(
        self,
        service: str,
        database: Database,
        clock: Callable[[], datetime],
        *,
        interval: timedelta = timedelta(seconds=1),
        patience: timedelta = timedelta(seconds=10),
    ) -> None:
        self._service = service
        self._database = database
        self._clock = clock
        self._interval = interval
        self._patience = patience

    async def wait(self) -> None:
        """Reserve the next free moment and sleep until it comes.

        Raises:
            GeocoderUnavailable: The next free moment lies further ahead than the patience goes.
        """
        try:
            moment = await self._reserve()
        except IntegrityError:  # two processes wrote the row for the first time; it is there now
            moment = await self._reserve()
        if moment is None:
            raise GeocoderUnavailable("Too many addresses are waiting for the geocoder.")
        await asyncio.sleep(max(0.0, (moment - self._clock()).total_seconds()))

    async def _reserve(self) -> datetime | None:
        async with self._database.writing() as session:
            turn = await session.scalar(
                select(GeocoderTurn).where(GeocoderTurn.service == self._service).with_for_update()
            )
            now = self._clock()
            if turn is None:
                turn = GeocoderTurn(service=self._service, next_at=now)
                session.add(turn)
            return turn.take(now, interval=self._interval, patience=self._patience)

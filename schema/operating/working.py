"""The worker: does each job when its time comes. Any number of them run at once, anywhere.

It looks at the database when the bell rings, when the next job that it knows of becomes due, and
once a second in any case. What it claims it begins at once.
"""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from secrets import token_hex
from uuid import UUID

from models.database import Database
from models.jobs import LEASE, JobKind
from resolvers import claims
from resolvers.claims import Claim, Holder
from resolvers.jobs import Errand, Handler
from resolvers.outside.ports import Outside
from resolvers.timers import ERRANDS, HANDLERS
from resolvers.waiting import follow_up
from resolvers.waking import AWAY, Patience, end, hearing, nap, with_place
from resolvers.work import Reading, Work
from schema.context import clock

AT_ONCE, ON_SQLITE = 8, 4
"""How many jobs a worker has in hand. On SQLite they write one after the other, and a request waits
for all of them."""
ERRANDS_AT_ONCE = 3
"""How many of them may be errands: a service or a file store that hangs delays no PIN."""
POLL_SECONDS = 1.0
SHORTEST_NAP_SECONDS = 0.05
"""Between two looks of an idle worker: each commit of anybody rings the bell."""
GRACE_SECONDS = 10.0
"""How long a worker that is told to stop goes on with what it has begun."""
LONGEST_SECONDS = 60.0
"""How long one job may take, or one look at a database that does not answer."""

logger = logging.getLogger(__name__)


class Worker:
    """Claims jobs, does them, and keeps its claims while it does.

    Args:
        database: Where the jobs are.
        handlers: What does the jobs of each kind; others are left alone.
        clock: Tells the time.
        errands: What does those that reach outside the database.
        outside: The ports that they need.
        lease: How long a claim stands when this worker is heard of no more.
    """

    def __init__(
        self,
        database: Database,
        handlers: Mapping[JobKind, Handler],
        clock: Callable[[], datetime],
        *,
        errands: Mapping[JobKind, Errand] | None = None,
        outside: Outside | None = None,
        lease: timedelta = LEASE,
    ) -> None:
        self.database = database
        self.handlers = handlers
        self.clock = clock
        self.errands = errands or {}
        self.outside = outside
        self.at_once = ON_SQLITE if database.is_sqlite else AT_ONCE
        self.holder = Holder(new_name(), frozenset(handlers) | frozenset(self.errands), lease)
        self.in_hand: dict[asyncio.Task[None], Claim] = {}
        self._wake = asyncio.Event()
        self._stopped = asyncio.Event()
        self._patience = Patience(f"worker {self.holder.name}")
        self._keep_at = 0.0

    def stop(self) -> None:
        """Begin nothing more; `run` ends when what was begun is done, or soon in any case."""
        self._stopped.set()
        self._wake.set()

    async def run(self) -> None:
        """Do what is due until `stop`; what cannot be finished then is left to others at once."""
        logger.info("worker %s begins", self.holder.name)
        rounds = asyncio.create_task(self._rounds())
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            async with hearing(self.database, self._wake):
                await asyncio.wait({rounds, stopped}, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.wait({rounds}, timeout=GRACE_SECONDS)
        finally:
            await end(rounds, stopped, *self.in_hand)
            await self._give_back()
            logger.info("worker %s has ended", self.holder.name)

    async def _rounds(self) -> None:
        while not self._stopped.is_set():
            seconds = POLL_SECONDS
            with self._patience:
                async with asyncio.timeout(LONGEST_SECONDS):
                    seconds = await self._round()
            if not self.in_hand:
                await asyncio.sleep(SHORTEST_NAP_SECONDS)
            await nap(self._wake, seconds)
        if self.in_hand:
            await asyncio.wait(self.in_hand)

    async def _round(self) -> float:
        """Begin what is due; tells for how many seconds there will be nothing to begin."""
        if self._patience.tried or asyncio.get_running_loop().time() >= self._keep_at:
            await self._keep()
        if len(self.in_hand) >= self.at_once:
            return POLL_SECONDS
        async with self.database.reading() as connection:
            due_at = await claims.next_due(connection, self._kinds_with_room())
        seconds = POLL_SECONDS if due_at is None else (due_at - self.clock()).total_seconds()
        if seconds > 0:
            return min(seconds, POLL_SECONDS)
        claimed = await self._claim()
        for claim in claimed:
            self._begin(claim)
        return 0.0 if claimed else POLL_SECONDS

    async def _keep(self) -> None:
        async with self.database.writing() as session:
            await session.connection()
            await claims.keep(session, self.holder, self.clock(), self.in_hand.values())
        seconds = self.holder.lease.total_seconds() / 3
        self._keep_at = asyncio.get_running_loop().time() + seconds

    async def _claim(self) -> list[Claim]:
        async with self.database.writing() as session:
            await session.connection()  # what is in hand may be done before a writer has its turn
            claim = partial(claims.claim, session, self.holder, self.clock())
            free = self.at_once - len(self.in_hand)
            room = min(self._room_for_errands(), free)
            errands = await claim(at_most=room, kinds=self.errands)
            return errands + await claim(at_most=free - len(errands), kinds=self.handlers)

    def _kinds_with_room(self) -> Collection[JobKind]:
        return self.holder.kinds if self._room_for_errands() > 0 else self.handlers

    def _room_for_errands(self) -> int:
        in_hand = sum(claim.kind in self.errands for claim in self.in_hand.values())
        return ERRANDS_AT_ONCE - in_hand

    def _begin(self, claim: Claim) -> None:
        task = asyncio.create_task(self._perform(claim))
        self.in_hand[task] = claim
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self.in_hand[task]
        self._wake.set()

    async def _perform(self, claim: Claim) -> None:
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                handler = await self._handler(claim)
                async with self.database.writing(claim.organization_id) as session:
                    await session.connection()
                    done = await claims.perform(session, claim, handler, self.clock())
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, its job is kept
            await self._note(claim, error)
            return
        with self._patience:
            await follow_up(self.database, done)

    async def _handler(self, claim: Claim) -> Handler:
        """Give what settles a job; of an errand all but the settling is done here."""
        if claim.kind in self.handlers:
            return self.handlers[claim.kind]
        errand, outside, done = self.errands[claim.kind], self.outside, None
        async with self.database.reading(claim.organization_id) as connection:
            owner = claim.owner
            reading = Reading(connection, owner, owner.time(self.clock()))
            asked = await errand.ask(reading, claim.subject_id)
        if asked is not None and outside is not None:
            done = await errand.do(outside, asked)

        async def keep(work: Work, subject_id: UUID) -> datetime | None:
            return await errand.keep(work, subject_id, done)

        return keep

    async def _note(self, claim: Claim, error: Exception) -> None:
        """Write a failure down; if the database is away, the next look gives the job back.

        A first failure that its having been away explains is not worth a line of the log.
        """
        self._keep_at = 0.0
        with self._patience:
            async with self.database.writing(claim.organization_id) as session:
                noted = await claims.note_failure(session, claim, error, self.clock())
            if noted and (claim.failures or not isinstance(error, AWAY)):
                what = claim.kind, claim.subject_id, with_place(error)
                logger.error("job %s of %s failed: %s", *what)

    async def _give_back(self) -> None:
        with self._patience:
            async with asyncio.timeout(GRACE_SECONDS), self.database.writing() as session:
                await claims.keep(session, self.holder, self.clock(), ())


def new_name() -> str:
    """Make a worker's name: where it runs, and what tells it from all that ran there before."""
    return f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"


@asynccontextmanager
async def working(database: Database, outside: Outside) -> AsyncIterator[None]:
    """Have a worker at work for as long as the block lasts."""
    worker = the_worker(database, outside)
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await running


def the_worker(database: Database, outside: Outside) -> Worker:
    """Make a worker that can do everything."""
    return Worker(database, HANDLERS, clock, errands=ERRANDS, outside=outside)


async def work_until_told(database: Database, outside: Outside) -> None:
    """Work until a signal says to stop; a second one ends the process as it would any other."""
    worker, loop = the_worker(database, outside), asyncio.get_running_loop()

    def told_to_stop() -> None:
        worker.stop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop)
    await worker.run()

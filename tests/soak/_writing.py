"""One process of a run: its writers, each going from errand to errand, and a worker beside them."""

import asyncio
import logging
import random
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import keyed  # the same
from _errands import LARGEST_BATCH, Errands
from _houses import House
from _tally import Tally
from _turns import Turns
from sqlalchemy import Select
from sqlalchemy.exc import DBAPIError

from models.database import Database
from models.dialects import deadlocks
from resolvers.claims import Claim
from resolvers.timers import HANDLERS
from schema.operating.geocoders import geocoder_for
from schema.operating.working import Worker
from schema.settings import Settings

keyed.use()

ROOT = Path(__file__).parents[2]
LEASE = timedelta(hours=12)
"""By the clock of the turns, which runs faster than any other: some seconds."""

KINDS: dict[Callable[[Errands, int, int], Awaitable[None]], tuple[int, tuple[int, ...]]] = {
    Errands.push: (12, (1,)),
    Errands.push_batch: (40, tuple(range(20, LARGEST_BATCH + 1))),
    Errands.push_twice: (4, (2,)),
    Errands.move: (6, (1,)),
    Errands.cancel: (8, (1,)),
    Errands.cancel_while_fetched: (4, (2,)),
    Errands.fetch: (14, (1, 1, 1, 2)),
    Errands.give_back: (16, (1, 1, 1, 2)),
    Errands.hand_over: (8, (1,)),
    Errands.take_back: (8, (1,)),
    Errands.bring: (8, (1,)),
}
"""How often each is done, and how many turns it may take."""


@dataclass(frozen=True)
class Task:
    """What a process has to do.

    Args:
        url: The database.
        house: The estate.
        writers: How many write at once.
        seed: What chance begins with.
        locks: Whether rows are locked; without, only constraints are left.
    """

    url: str
    house: House
    writers: int
    seed: str
    locks: bool


class WatchedWorker(Worker):
    """A worker whose failures are counted, and are faults unless the database gave them up."""

    tally: Tally

    async def _perform(self, claim: Claim) -> None:
        self.tally.timers["jobs begun"] += 1
        await super()._perform(claim)

    async def _note(self, claim: Claim, error: Exception) -> None:
        if isinstance(error, DBAPIError) and deadlocks.was_given_up(error):
            self.tally.timers["jobs given up by the database, done later"] += 1
        else:
            self.tally.faults.append(shown(error))
        await super()._note(claim, error)


def shown(error: BaseException) -> str:
    """Write an error down with the way to it through our own code."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_ours(frame)]
    return "".join([*traceback.format_list(ours), f"{type(error).__name__}: {error}"])


def _is_ours(frame: traceback.FrameSummary) -> bool:
    return frame.filename.startswith(str(ROOT)) and "site-packages" not in frame.filename


def write(task: Task, turns: Turns) -> Tally:
    """Do everything that this process has to do."""
    if not task.locks:
        forget_locks()
    return asyncio.run(_write(task, turns))


def forget_locks() -> None:
    """Let no row be locked in this process, by whatever query."""
    Select.with_for_update = lambda self, **_options: self  # type: ignore[assignment, method-assign]  # it is what this is for


async def _write(task: Task, turns: Turns) -> Tally:
    tally = Tally()
    database = Database(task.url, pool_size=task.writers)
    geocoder, _ = geocoder_for(database, Settings(_env_file=None))
    deadlocks.logger.setLevel(logging.INFO)
    deadlocks.logger.addHandler(_Counting(tally))
    async with _working(database, turns, tally):
        chances = [random.Random(f"{task.seed} {number}") for number in range(task.writers)]
        errands = [Errands(database, geocoder, task.house, one, tally) for one in chances]
        await asyncio.gather(*(_run(one, turns, tally, task) for one in errands))
    await database.dispose()
    return tally


@asynccontextmanager
async def _working(database: Database, turns: Turns, tally: Tally) -> AsyncIterator[None]:
    """Have a worker do what is due, as `livionkey work` would."""
    worker = WatchedWorker(database, HANDLERS, turns.now, lease=LEASE)
    worker.tally = tally
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await running


async def _run(errands: Errands, turns: Turns, tally: Tally, task: Task) -> None:
    """Go from errand to errand until there is no turn left.

    A fault is the end of all, except where nobody locks anything: there it is to be expected.
    """
    weights = [weight for weight, _ in KINDS.values()]
    while True:
        ((errand, (_, counts)),) = errands.chance.choices(list(KINDS.items()), weights)
        count = errands.chance.choice(counts)
        turn = turns.take(count)
        if turn is None:
            return
        try:
            await errand(errands, turn, count)
        except Exception as error:  # noqa: BLE001  # whatever it is, nobody expected it
            tally.faults.append(shown(error))
            if task.locks:
                turns.stop()


def _place_of(error: BaseException | None) -> str:
    """Tell where in our own code an error came from."""
    trace = error.__traceback__ if error is not None else None
    ours = [frame for frame in traceback.extract_tb(trace) if _is_ours(frame)][-5:]
    return " ".join(f"{Path(one.filename).stem}:{one.lineno}" for one in ours)


class _Counting(logging.Handler):
    """Counts the transactions that are begun again."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self.tally = tally

    def emit(self, record: logging.LogRecord) -> None:
        self.tally.begun_again += 1
        self.tally.timers[f"given up at {_place_of(sys.exception())}"] += 1

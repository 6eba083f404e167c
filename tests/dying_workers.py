"""Workers that die: processes of their own on one database, killed with -9 at any moment.

python tests/dying_workers.py URL SECONDS: three workers, of which one is killed and replaced again
and again for so many seconds; then they work on until the input ends. Prints how many were killed.
"""

import asyncio
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import keyed
from effects import KIND, effects, take_effect
from sqlalchemy import func, select

from models.database import Database
from resolvers.work import Work
from schema.operating.working import Worker

keyed.use()

WORKERS = 3
TIMES = 3
LEASE = timedelta(seconds=0.5)
AGAIN = timedelta(seconds=0.05)


async def thrice(work: Work, id: UUID) -> datetime | None:
    """Take effect and ask for another time, until it was three times; sometimes stand still."""
    counted = select(func.count()).where(effects.c.subject_id == id)
    turn = (await (await work.connection()).execute(counted)).scalar_one()
    await take_effect(work, id, str(turn))
    if random.random() < 0.01:
        time.sleep(1.5 * LEASE.total_seconds())  # noqa: ASYNC251  # nothing renews the lease
    await asyncio.sleep(random.uniform(0, 0.005))
    return work.now + AGAIN if turn + 1 < TIMES else None


async def work(url: str) -> None:
    worker = Worker(Database(url), {KIND: thrice}, lambda: datetime.now(UTC), lease=LEASE)
    await worker.run()


def begin(url: str) -> int:
    """Begin a worker in a process of its own."""
    child = os.fork()
    if child == 0:
        random.seed()
        asyncio.run(work(url))
    return child


def kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def main(url: str, seconds: float) -> None:
    workers, killed, until = [begin(url) for _ in range(WORKERS)], 0, time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(random.uniform(0.05, 0.4))
        kill(workers.pop(random.randrange(WORKERS)))
        workers.append(begin(url))
        killed += 1
    sys.stdout.write(f"{killed}\n")
    sys.stdout.flush()
    sys.stdin.read()
    for worker in workers:
        kill(worker)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))

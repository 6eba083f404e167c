"""Processes that apply the reports of one link at once, each killed with -9 at any moment.

python tests/dying_appliers.py URL LINK NOW: three of them, of which twelve are
killed and replaced; then they work on until all is applied. Prints how many were killed.
"""

import asyncio
import os
import random
import signal
import sys
import time
from datetime import datetime
from uuid import UUID

import keyed

from models.database import Database
from resolvers.automat_reports import turns

keyed.use()

APPLIERS = 3
KILLED, SECONDS = 12, 30


async def apply(url: str, link_id: UUID, now: datetime) -> None:
    await turns.apply(Database(url), link_id, lambda: now)


def begin(url: str, link_id: UUID, now: datetime) -> int:
    """Begin to apply in a process of its own; it ends when nothing is left."""
    child = os.fork()
    if child == 0:
        asyncio.run(apply(url, link_id, now))
        os._exit(0)
    return child


def main(url: str, link_id: UUID, now: datetime) -> None:
    at_work, killed, until = set[int](), 0, time.monotonic() + SECONDS
    while killed < KILLED and time.monotonic() < until:
        while len(at_work) < APPLIERS:
            at_work.add(begin(url, link_id, now))
        time.sleep(random.uniform(0.1, 0.5))
        child = at_work.pop()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        killed += 1
    for child in at_work:
        os.waitpid(child, 0)
    sys.stdout.write(f"{killed}\n")


if __name__ == "__main__":
    main(sys.argv[1], UUID(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))

"""A comparison that is killed with -9 in the middle of a line of its part file.

python tests/dying_comparison.py URL UNIT FILE BLOCKS: dies after so many blocks of two entities.
"""

import asyncio
import os
import signal
import sys
from itertools import count
from pathlib import Path

import keyed

from models.database import Database
from schema.commands.comparison_runs import Wanted, run

keyed.use()

BLOCK = 2


async def main(url: str, unit: str, file: str, blocks: int) -> None:
    wanted = Wanted((), unit, weeks=4, output=Path(file))
    told = count()

    def progress(_done: int, _total: int) -> None:
        if next(told) == blocks:
            with wanted.part.open("ab") as part:
                part.write(b'{"id":"0190')
            os.kill(os.getpid(), signal.SIGKILL)

    await run(Database(url), wanted, progress, block=BLOCK)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))

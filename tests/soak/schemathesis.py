"""Whatever is asked, nothing breaks and nothing secret is told: `./dev soak schemathesis`.

    python tests/soak/schemathesis.py [--postgresql URL] [--minutes N] [--seed N] [--examples N]

schemathesis makes documents of the whole schema, field by field, with the ids of real things in
them; each is sent as somebody of some role, on both databases in turn, until the time is over. No
answer may be a 5xx or INTERNAL, and neither answers nor logs may hold a token, a statement or a
place in the code. Prints how often each code was answered, and every document that broke something.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[0] = str(ROOT / "tests")  # this folder has a file of the name of the library
sys.path.insert(0, str(ROOT))

import keyed  # the path comes first
from fuzzing import documents, fuzzing, operations  # the same

from models.database import Database  # the same
from models.migrating import migrate  # the same

keyed.use()


async def soak(url: str, seconds: float, seed: int, examples: int) -> bool:
    """Ask one database until the time is over; tells whether all went well."""
    database = Database(url)
    await migrate(database)
    until, asked, rounds = time.monotonic() + seconds, 0, 0
    async with fuzzing(database, seed) as fuzz:
        while time.monotonic() < until:
            for operation in operations().values():
                for text in documents(operation, examples, seed + rounds):
                    await fuzz.send(text)
                    asked += 1
                if time.monotonic() > until:
                    break
            rounds += 1
    await database.dispose()
    print(f"{url.partition(':')[0]}: {asked} documents in {rounds} rounds, {dict(fuzz.codes)}")
    for fault in fuzz.faults:
        print(f"\nFAILED as {fault}", flush=True)
    return not fuzz.faults


def main() -> int:
    """Read the options and ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="an empty database")
    parser.add_argument("--minutes", type=float, default=10.0, help="for both databases together")
    parser.add_argument("--examples", type=int, default=10, help="of each field in a round")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    went_well = True
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{folder}/soak.db", *filter(None, [options.postgresql])]
        for url in urls:
            seconds = options.minutes * 60 / len(urls)
            well = asyncio.run(soak(url, seconds, options.seed, options.examples))
            went_well = well and went_well
    return not went_well


if __name__ == "__main__":
    sys.exit(main())

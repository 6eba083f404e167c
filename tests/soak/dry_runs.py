"""What a reservation would get against what it gets, in random towns: `./dev soak dry_runs`.

    python tests/soak/dry_runs.py [--postgresql URL] [--only postgresql|sqlite]
        [--cases N] [--seed N]

In each town reservations are tried and then made, one after the other: with groups, named
automats, certain keys, full lockers, silent automats and policies of all kinds. What was said
before and what came of it have to be the same bytes, and so has each decision when it is made again
from its record.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the same
from factories import NOON  # the path comes first
from trying import CASES_OF_A_TOWN, Tried, try_a_town  # the same

from models.database import Database  # the same
from models.migrating import migrate  # the same
from resolvers import organizations  # the same
from resolvers.work import Work  # the same

keyed.use()


class Undo(Exception):
    """Ends a town without a trace."""


async def in_a_town(database: Database, seed: int) -> Tried:
    """Try one town."""
    tried = Tried()
    with suppress(Undo):
        async with database.writing() as session:
            work = Work(session, organizations.founder(), NOON)
            await organizations.found(work, name="Kotikatu Isännöinti")
            tried = await try_a_town(work, seed)
            raise Undo
    return tried


async def soak(url: str, options: argparse.Namespace) -> bool:
    """Try towns on one database and say what came of it."""
    database, begin = Database(url), time.monotonic()
    kinds: Counter[str] = Counter()
    cases, differences = 0, []
    try:
        await migrate(database)
        for number in range(-(-options.cases // CASES_OF_A_TOWN)):
            tried = await in_a_town(database, options.seed + number)
            cases += tried.cases
            kinds += tried.kinds
            differences += tried.differences
    finally:
        await database.dispose()
    name, seconds = url.partition(":")[0], time.monotonic() - begin
    print(f"{name}: {cases} cases, {len(differences)} differences, {seconds:.0f} s", flush=True)
    print("    " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()), flush=True)
    for difference in differences[:3]:
        print(difference, flush=True)
    return not differences


def main() -> int:
    """Read the options and try."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="an empty database")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options = parser.parse_args()
    print(f"{options.cases} cases on each database, seed {options.seed}", flush=True)
    went_well = True
    if options.postgresql and options.only != "sqlite":
        went_well = asyncio.run(soak(options.postgresql, options))
    if options.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            went_well = asyncio.run(soak(f"sqlite:///{folder}/soak.db", options)) and went_well
    return not went_well


if __name__ == "__main__":
    sys.exit(main())

"""Random choices against a brute force that shares no code with the product: `./dev soak choices`.

    python tests/soak/choices.py [--postgresql URL] [--only memory|postgresql|sqlite]
        [--choices N] [--on-databases N] [--processes N] [--seed N]

First the pure function chooses in towns that exist in memory only; then towns are written as rows
of each database, and reservations are planned there. Distances, ties within 1 mm, windows, whole
plans with their returns, areas, policies, modes, groups, models, silence and keys are all random.
Everything has to be as the brute force says: the automat, the rule, what stands against every
automat that is shown, free lockers, metres, the shadow, and where keys come back to.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the same
from factories import NOON  # the path comes first
from held_against import hold_a_town  # the same
from towns_as_rows import hold_rows  # the same

from models.database import Database  # the same
from models.migrating import migrate  # the same
from resolvers import organizations  # the same
from resolvers.work import Work  # the same

keyed.use()

OF_A_TOWN = 250
OF_ROWS = 250
TOWNS_AT_ONCE = 10
MOST_TOLD = 3
Result = tuple[int, Counter[str], list[str]]


class Undo(Exception):
    """Ends a town without a trace."""


def in_memory(first: int) -> Result:
    """Choose in some towns in memory."""
    kinds: Counter[str] = Counter()
    found: list[str] = []
    for seed in range(first, first + TOWNS_AT_ONCE):
        found += asyncio.run(hold_a_town(seed, OF_A_TOWN, kinds))
    return TOWNS_AT_ONCE * OF_A_TOWN, kinds, found


async def _in_rows(url: str, seeds: range) -> Result:
    database, kinds = Database(url), Counter[str]()
    found: list[str] = []
    try:
        for seed in seeds:
            with suppress(Undo):
                async with database.writing() as session:
                    work = Work(session, organizations.founder(), NOON)
                    await organizations.found(work, name="Kotikatu Isännöinti")
                    found += await hold_rows(work, seed, OF_ROWS, kinds)
                    raise Undo
    finally:
        await database.dispose()
    return len(seeds) * OF_ROWS, kinds, found


def in_rows(url: str, first: int) -> Result:
    """Choose in some towns that are rows."""
    return asyncio.run(_in_rows(url, range(first, first + 4)))


def tell(name: str, results: Iterator[Result]) -> bool:
    """Add up, say how far it is now and then, and say what came of it."""
    begin, said = time.monotonic(), time.monotonic()
    choices, kinds = 0, Counter[str]()
    differences: list[str] = []
    for number, more, found in results:
        choices += number
        kinds += more
        differences += found
        for difference in found[:MOST_TOLD]:
            print(difference, flush=True)
        if time.monotonic() - said > 30:
            said = time.monotonic()
            print(f"    {name}: {choices} so far, {len(differences)} differences", flush=True)
    seconds = time.monotonic() - begin
    print(
        f"{name}: {choices} choices, {len(differences)} differences, {seconds:.0f} s, "
        f"{choices / seconds:.0f} a second",
        flush=True,
    )
    print("    " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()), flush=True)
    return not differences


async def prepare(url: str) -> None:
    """Make the tables."""
    database = Database(url)
    await migrate(database)
    await database.dispose()


def on_database(url: str, options: argparse.Namespace) -> bool:
    """Choose on one database; SQLite has one writer, so one process is enough."""
    asyncio.run(prepare(url))
    firsts = range(options.seed, options.seed + -(-options.on_databases // OF_ROWS), 4)
    return tell(url.partition(":")[0], map(partial(in_rows, url), firsts))


def main() -> int:
    """Read the options and choose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="an empty database")
    parser.add_argument("--only", choices=("memory", "postgresql", "sqlite"))
    parser.add_argument("--choices", type=int, default=1_000_000, help="in memory")
    parser.add_argument("--on-databases", type=int, default=100_000, help="on each")
    parser.add_argument("--processes", type=int, default=2, help="for those in memory")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000_000))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    went_well = True
    if options.only in {None, "memory"}:
        firsts = range(options.seed, options.seed + -(-options.choices // OF_A_TOWN), TOWNS_AT_ONCE)
        with ProcessPoolExecutor(options.processes) as processes:
            went_well = tell("in memory", processes.map(in_memory, firsts))
    if options.postgresql and options.only in {None, "postgresql"}:
        went_well = on_database(options.postgresql, options) and went_well
    if options.only in {None, "sqlite"}:
        with tempfile.TemporaryDirectory() as folder:
            went_well = on_database(f"sqlite:///{folder}/soak.db", options) and went_well
    return not went_well


if __name__ == "__main__":
    sys.exit(main())

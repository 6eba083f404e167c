"""Many who write at once on an estate where much collides: `./dev soak writers`.

    python tests/soak/writers.py [--postgresql URL] [--only postgresql|sqlite]
        [--operations N] [--minutes N] [--writers N] [--processes N] [--automats N] [--entities N]
        [--seed TEXT] [--without constraints] [--without locks]

32 writers in two processes push, change, move and cancel stays, fetch and return keys at lockers
and at desks, and two workers do what becomes due, until there were 200 000 operations. Each row of
a batch is one operation. SQLite has one writer at a time, so there it is 20 000. Then questions of
their own ask the database what is held twice and what is left over: no answer may be other than 0.

`--without constraints` drops those that refuse overlaps, so that the locks stand alone, and
`--without locks` lets nobody lock a row; without both, overlaps have to be found.
"""

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the same
from _houses import House, furnish  # the path comes first
from _tally import MOST_FAULTS, Tally, together  # the same
from _turns import STEP, Turns  # the same
from _writing import Task, write  # the same
from leftovers import leftovers  # the same
from overlapping import overlaps  # the same
from sqlalchemy import text  # the same

from models.contracts import OVERLAPS  # the same
from models.database import Database  # the same
from models.migrating import migrate  # the same

keyed.use()

OPERATIONS = {"postgresql": 200_000, "sqlite": 20_000}
CONSTRAINTS, LOCKS = "constraints", "locks"
turns: Turns
"""Those of the run, in each of its processes."""


async def soak(url: str, options: argparse.Namespace) -> bool:
    """Run it on one database and print what came of it; tells whether all is well."""
    database = Database(url)
    await migrate(database)
    kind = "sqlite" if database.is_sqlite else "postgresql"
    house = await furnish(database, automats=options.automats, entities=options.entities)
    if CONSTRAINTS in options.without:
        await drop_constraints(database)
    total = options.operations or OPERATIONS[kind]
    print(f"{kind}: {total} operations by {options.writers} writers in {options.processes}")
    print(f"  processes, {options.automats} automats, {options.entities} entities", flush=True)
    begin = time.perf_counter()
    tally = await run(url, house, total, options)
    tell(tally, time.perf_counter() - begin)
    held_twice, left = await overlaps(database), await leftovers(database)
    tell_of_database(held_twice, left)
    await database.dispose()
    return not (tally.faults or any(held_twice.values()) or any(left.values()))


async def drop_constraints(database: Database) -> None:
    """Let the database refuse no overlap."""
    async with database.administering() as connection:
        for rule in OVERLAPS:
            if database.is_sqlite:
                for occasion in ("insert", "update"):
                    await connection.execute(text(f"drop trigger {rule.name}_on_{occasion}"))
            else:
                dropped = f"alter table {rule.table} drop constraint {rule.name}"
                await connection.execute(text(dropped))


async def run(url: str, house: House, total: int, options: argparse.Namespace) -> Tally:
    """Let the processes write, and add up what they counted."""
    context, processes = multiprocessing.get_context("spawn"), options.processes
    shares = [len(range(one, options.writers, processes)) for one in range(processes)]
    tasks = [
        Task(url, house, share, f"{options.seed} {number}", LOCKS not in options.without)
        for number, share in enumerate(shares)
    ]
    given = (Turns(context, total),)
    loop = asyncio.get_running_loop()
    if options.minutes is not None:
        loop.call_later(options.minutes * 60, given[0].stop)
    with ProcessPoolExecutor(processes, context, initializer=begin, initargs=given) as pool:
        running = [loop.run_in_executor(pool, write_in_turns, task) for task in tasks]
        return together(await asyncio.gather(*running))


def begin(given: Turns) -> None:
    """Keep the turns of the run in a new process."""
    global turns  # noqa: PLW0603  # they can be handed over only while a process begins
    turns = given


def write_in_turns(task: Task) -> Tally:
    """Do the share of one process."""
    return write(task, turns)


def tell(tally: Tally, seconds: float) -> None:
    """Print what was done and how it was answered."""
    kinds = dict.fromkeys(kind for kind, _ in sorted(tally.answers))
    for kind in kinds:
        answers = {said: n for (one, said), n in tally.answers.most_common() if one == kind}
        told = ", ".join(f"{said} {n}" for said, n in answers.items())
        print(f"  {kind:20} {sum(answers.values()):7}  {told}")
    rate = tally.operations / seconds
    print(f"  {tally.operations} operations in {seconds:.0f} s, {rate:.0f} a second")
    for what, count in tally.timers.most_common():
        print(f"  {what}: {count}")
    print(f"  the clock went {(tally.operations * STEP).days} days on")
    print(f"  transactions that the database gave up, begun again: {tally.begun_again}")
    print(f"  faults: {len(tally.faults)}")
    for fault in tally.faults[:MOST_FAULTS]:
        print(fault)


def tell_of_database(held_twice: dict[str, int], left: dict[str, int]) -> None:
    """Print what the database says of it."""
    print("  overlaps:", ", ".join(f"{what} {n}" for what, n in held_twice.items()))
    for what, count in left.items():
        print(f"  {what}: {count}")
    sys.stdout.flush()


def read_options() -> argparse.Namespace:
    """Read what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="an empty database")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    parser.add_argument("--operations", type=int, help="on each database")
    parser.add_argument("--minutes", type=float, help="after which it ends in any case")
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--automats", type=int, default=600)
    parser.add_argument("--entities", type=int, default=3_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--without", choices=(CONSTRAINTS, LOCKS), action="append", default=[])
    return parser.parse_args()


async def main() -> int:
    """Run on each database that was asked for."""
    options = read_options()
    well = []
    if options.postgresql and options.only != "sqlite":
        well.append(await soak(options.postgresql, options))
    if options.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            well.append(await soak(f"sqlite:///{folder}/soak.db", options))
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

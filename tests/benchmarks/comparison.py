"""The fleet comparison, and where automats are missing: `./dev bench comparison`.

    python tests/benchmarks/comparison.py [--postgresql URL] [--entities N ...] [--automats N]

For each number of entities a process of its own compares them all as the command does, into a part
file, and looks where automats are missing. The yardstick is the bare search for the nearest automat
of the same places in the same process: the ratio says how much the rest costs beside it. Of both
the peak memory is told; it does not grow with the entities, but for places that miss an automat.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "benchmarks")]

import keyed  # the same
from _groups import furnish  # the path comes first

from geo.nearest import nearest_to_each  # the same
from geo.selection import FIRST_LOOK  # the same
from models.database import Database  # the same
from models.migrating import migrate  # the same
from resolvers.comparison import scope as scopes  # the same
from resolvers.comparison.capacity import capacities  # the same
from resolvers.comparison.comparing import comparer  # the same
from resolvers.comparison.missing import find  # the same
from resolvers.comparison.part_files import Asked, PartFile  # the same
from resolvers.comparison.scope import Scope  # the same
from resolvers.comparison.streaming import BLOCK, stream  # the same
from resolvers.comparison.totals import Totals  # the same
from resolvers.work import Reading, system  # the same

keyed.use()

NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
EVERYTHING = Scope()
LIMIT_METRES = 1_000.0


def peak_megabytes() -> float:
    """Tell how much memory this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


async def compare(reading: Reading, folder: Path) -> Totals:
    """Compare everything, and keep it in a part file."""
    compares, totals = await comparer(reading), Totals()
    asked = Asked(reading.actor.organization_id, None, None, 4)
    with closing(PartFile.begin(folder / "part", asked, NOW)) as part:
        async for rows in stream(compares, EVERYTHING):
            part.add(rows)
            for row in rows:
                totals.add(row)
        await capacities(compares, totals)
    return totals


async def search(reading: Reading) -> int:
    """Only search: the yardstick."""
    connection, after, number = await reading.connection(), None, 0
    owners = [reading.actor.organization_id]
    while entities := await scopes.block(reading, EVERYTHING, after=after, size=BLOCK):
        places = [entity.position for entity in entities if entity.position is not None]
        found = await nearest_to_each(connection, places, organization_ids=owners, count=FIRST_LOOK)
        number, after = number + len(found), entities[-1].id
    return number


async def measure(url: str, organization_id: UUID, folder: Path) -> None:
    """Measure it all in this process, and print a line."""
    database = Database(url)
    async with database.reading() as connection:
        reading = Reading(connection, system(organization_id), NOW)
        begin = time.perf_counter()
        number = await search(reading)
        searched = time.perf_counter() - begin
        before = peak_megabytes()
        begin, busy = time.perf_counter(), time.process_time()
        totals = await compare(reading, folder)
        compared, busy = time.perf_counter() - begin, time.process_time() - busy
        memory = peak_megabytes()
        begin = time.perf_counter()
        missing = await find(reading, EVERYTHING, limit_metres=LIMIT_METRES, count=50)
        missed = time.perf_counter() - begin
    assert number == totals.entities == missing.entities
    outcomes = {outcome.name: count for outcome, count in sorted(totals.outcomes.items())}
    print(
        f"{url.partition(':')[0]:11}{number:>9}{number / compared:>12.0f}{number / busy:>12.0f}"
        f"{number / searched:>12.0f}"
        f"{compared / searched:>8.2f}{before:>9.0f}{memory:>9.0f}{missed:>11.1f}"
        f"{peak_megabytes():>9.0f}  {outcomes}, {missing.beyond} too far",
        flush=True,
    )
    await database.dispose()


async def prepare(url: str, *, automats: int, entities: int) -> UUID:
    """Make the rows; earlier organizations stay beside."""
    database = Database(url)
    await migrate(database)
    organization_id = await furnish(database, NOW, automats=automats, entities=entities)
    await database.dispose()
    return organization_id


def bench(url: str, options: argparse.Namespace, folder: Path) -> None:
    """Run all sizes on one database, each in a process of its own."""
    for size in sorted(options.entities):
        begin = time.perf_counter()
        id = asyncio.run(prepare(url, automats=options.automats, entities=size))
        print(f"{size} entities made in {time.perf_counter() - begin:.0f} s", file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=folder) as own:
            command = [sys.executable, __file__, "--measure", url, str(id), own]
            subprocess.run(command, check=True)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="an empty database")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    parser.add_argument("--entities", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--automats", type=int, default=1_000)
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        url, id, folder = options.measure
        asyncio.run(measure(url, UUID(id), Path(folder)))
        return
    print(
        f"{'database':11}{'entities':>9}{'compared/s':>12}{'by CPU/s':>12}{'searched/s':>12}"
        f"{'ratio':>8}{'MB then':>9}{'MB peak':>9}{'missing s':>11}{'MB then':>9}"
    )
    with tempfile.TemporaryDirectory() as folder:
        if options.postgresql and options.only != "sqlite":
            bench(options.postgresql, options, Path(folder))
        if options.only != "postgresql":
            bench(f"sqlite:///{folder}/bench.db", options, Path(folder))


if __name__ == "__main__":
    main()

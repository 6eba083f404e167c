"""The trail sealed and checked: `./dev bench audit`.

    python tests/benchmarks/audit.py [--postgresql URL] [--only postgresql|sqlite] [--events N]

One organization has many events, a hundred in each transaction. They are sealed, checked in the
database, written into a file and checked there. The yardstick is how many of the same rows are read
in the same run, in the same order and the same pieces, and nothing else done with them; memory is
the most that this process had while it checked, above what it had before.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the path comes first

from models.database import Database  # the same
from models.events import EventKind  # the same
from models.migrating import migrate  # the same
from models.organizations import OrganizationUnit  # the same
from resolvers import organizations  # the same
from resolvers.trail import checking, files, sealing  # the same
from resolvers.trail.chains import Chain  # the same
from resolvers.trail.reading import Place, events, place_of  # the same
from resolvers.work import About, Work, system  # the same
from schema.context import clock  # the same

keyed.use()
IN_ONE = 100


async def furnish(database: Database, count: int) -> UUID:
    """Make an organization with so many events."""
    founder = organizations.founder()
    async with database.writing() as session:
        await organizations.found(Work(session, founder, clock()), name="Kotikatu")
    whose = founder.organization_id
    for start in range(0, count, IN_ONE):
        async with database.writing() as session:
            work, about = Work(session, system(whose), clock()), About(OrganizationUnit, whose)
            for number in range(start, start + IN_ONE):
                work.record(EventKind.ORGANIZATION_UNIT_UPDATED, about, number=number)
    return whose


async def read_bare(database: Database, whose: UUID) -> int:
    """Read all of a trail, and do nothing with it."""
    place, count = Place(), 0
    async with database.reading() as connection:
        while rows := await events(connection, whose, place):
            place, count = place_of(rows[-1]), count + len(rows)
    return count


async def seal(database: Database, whose: UUID) -> int:
    """Seal all of a trail."""
    return await sealing.seal(database, whose, clock())


async def check(database: Database, whose: UUID) -> int:
    """Check all of a trail."""
    chain = Chain()
    wrong = [problem async for problem in checking.check(database, whose, chain)]
    assert not wrong, wrong
    return chain.sealed


async def through_a_file(database: Database, whose: UUID) -> int:
    """Write a trail into a file, and check it there."""
    chain = Chain()
    with tempfile.TemporaryFile() as file:
        await _write(files.lines(database, whose, clock()), file.write)
        file.seek(0)
        assert not list(files.check(file, chain))
    return chain.sealed


async def _write(lines: AsyncIterator[bytes], write: Callable[[bytes], object]) -> None:
    async for line in lines:
        write(line)


async def a_second(
    act: Callable[[Database, UUID], Awaitable[int]], database: Database, whose: UUID
) -> float:
    """Tell how many events something is done with in a second."""
    began = time.perf_counter()
    count = await act(database, whose)
    return count / (time.perf_counter() - began)


def most_memory() -> float:
    """Tell the most memory that this process ever had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000


async def measure(name: str, url: str, count: int) -> None:
    """Print the figures of one database."""
    database = Database(url)
    await migrate(database)
    whose = await furnish(database, count)
    await read_bare(database, whose)
    bare = await a_second(read_bare, database, whose)
    print(f"{name}: {bare:,.0f} events a second are read bare")
    for what, act in (("sealed", seal), ("checked", check), ("through a file", through_a_file)):
        before = most_memory()
        rate = await a_second(act, database, whose)
        grown = most_memory() - before
        print(f"{name}: {rate:,.0f} a second {what}, {rate / bare:.2f} of that, {grown:+.0f} MB")
    await database.dispose()


async def main() -> None:
    """Measure on the databases that there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", metavar="URL")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    parser.add_argument("--events", type=int, default=50_000)
    given = parser.parse_args()
    if given.postgresql and given.only != "sqlite":
        await measure("postgresql", given.postgresql, given.events)
    if given.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            await measure("sqlite", f"sqlite:///{folder}/trail.db", given.events)


if __name__ == "__main__":
    asyncio.run(main())

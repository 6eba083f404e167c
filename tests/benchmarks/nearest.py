"""The nearest suitable automat, among few and among very many: `./dev bench nearest`.

    python tests/benchmarks/nearest.py [--postgresql URL] [--sizes N ...] [--rounds N] [--cases N]

Filters and the count of lockers that are free over a window are included, as the product does it.
A large, a rare and four organizations ask; beside them one that has all automats in its hand. The
order of random cases is compared with the geodesics of every automat, antimeridian, poles and ties
among them, and so are some cases in the largest fleet. Figures only.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "benchmarks")]

import _exactness as exactness  # the path comes first
import keyed  # the same
from _fleets import (
    DAY,
    FOUR,
    LARGE,
    NOW,
    RARE,
    Fleet,
    fleet_of,
    load,
    organization_id,
    random_places,
)

from geo.judging import nearness  # the same
from geo.snapshot import Snapshot  # the same
from models.database import Database  # the same
from models.migrating import migrate  # the same
from models.places import Coordinates  # the same
from models.settings import UnitSettings  # the same
from models.times import Window  # the same

keyed.use()

WINDOW = Window(NOW + 2 * DAY, NOW + 5 * DAY)
ASKERS = {"large": (LARGE,), "rare": (RARE,), "four": FOUR}
MOST = {"sqlite": 100_000, "postgresql": 1_000_000}
Figures = dict[tuple[str, str, int], list[float]]


async def nearest_suitable(
    connection: AsyncConnection, here: Coordinates, owners: Sequence[UUID]
) -> UUID | None:
    """Find the nearest automat against which nothing stands."""
    count = 16
    snapshot = Snapshot(connection, owners)
    while True:
        near = await snapshot.nearest(here, count)
        for known in await snapshot.facts(near, WINDOW):
            if nearness(known, UnitSettings(), NOW, WINDOW).is_suitable:
                return known.automat.id
        if len(near) < count:
            return None
        count *= 4


async def times(database: Database, owners: Sequence[int], rounds: int) -> list[float]:
    """Measure a search from many places, in milliseconds."""
    latitudes, longitudes = random_places(np.random.default_rng(1), rounds + 20, world=False)
    ids = [organization_id(owner) for owner in owners]
    measured = []
    async with database.reading() as connection:
        for latitude, longitude in zip(latitudes, longitudes, strict=True):
            here = Coordinates(float(latitude), float(longitude))
            begin = time.perf_counter()
            await nearest_suitable(connection, here, ids)
            measured.append((time.perf_counter() - begin) * 1_000)
    return measured[20:]


async def bench(url: str, name: str, options: argparse.Namespace) -> Figures:
    """Run everything on one database."""
    database = Database(url)
    found: Figures = {}
    sizes = sorted(size for size in options.sizes if size <= MOST[name])
    try:
        await migrate(database)
        for size in sizes:
            fleet = await loaded(database, f"{name}, {size} automats", fleet_of(size))
            for asker, owners in ASKERS.items():
                found[name, asker, size] = await times(database, owners, options.rounds)
        await compared(database, fleet, options.cases // 50)
        for size in sizes:
            one_hand = fleet_of(size, one_owner=True)
            await loaded(database, f"{name}, {size} automats in one hand", one_hand)
            found[name, "one hand", size] = await times(database, (1,), options.rounds)
        for kind, fleet in exactness.fleets().items():
            await loaded(database, f"{name}, {kind} places", fleet)
            await compared(database, fleet, options.cases // 2)
    finally:
        await database.dispose()
    return found


async def loaded(database: Database, what: str, fleet: Fleet) -> Fleet:
    """Load a fleet and say how long it took."""
    begin = time.perf_counter()
    await load(database, fleet)
    print(f"{what}: loaded in {time.perf_counter() - begin:.0f} s", flush=True)
    return fleet


async def compared(database: Database, fleet: Fleet, cases: int) -> None:
    """Compare answers with all geodesics and print how many differ."""
    wrong = await exactness.differences(database, fleet, cases)
    print(f"    {wrong} of {cases} cases differ from all geodesics", flush=True)


def shown(found: Figures) -> None:
    """Print medians, and each size's ratio to the smallest."""
    print(f"{'database':12}{'asker':10}{'automats':>10}{'p50 ms':>9}{'p95 ms':>9}{'ratio':>8}")
    smallest: dict[tuple[str, str], float] = {}
    for (name, asker, size), measured in sorted(found.items(), key=lambda item: item[0][:2]):
        p50, p95 = statistics.median(measured), statistics.quantiles(measured, n=20)[-1]
        ratio = p50 / smallest.setdefault((name, asker), p50)
        print(f"{name:12}{asker:10}{size:>10}{p50:>9.2f}{p95:>9.2f}{ratio:>8.2f}")


async def main() -> None:
    """Read the options and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="an empty database")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--cases", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = await bench(f"sqlite:///{folder}/bench.db", "sqlite", options)
    if options.postgresql:
        found |= await bench(options.postgresql, "postgresql", options)
    shown(found)


asyncio.run(main())

"""A choice among many automats with many promised lockers: `./dev bench choices`.

    python tests/benchmarks/choices.py [--postgresql URL] [--only postgresql|sqlite]
        [--automats N] [--contracts N] [--choices N]

One choice after the other, each with a look of its own: what somebody waits for who asks for one
reservation. Beside it the same choices with the record that is kept of each, and as a yardstick the
bare search for the 16 nearest automats of the same places in the same run. Figures only.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "benchmarks")]

import keyed  # the same
from _counted import count_rows  # the path comes first
from _estate import CHUNK, LOCKERS  # the same
from _groups import furnish  # the same

from geo.decisions import Decision, Wish  # the same
from geo.key_supply import NO_KEYS  # the same
from geo.looking import FIRST_LOOK  # the same
from geo.nearest import nearest_automats  # the same
from geo.records import Records  # the same
from geo.selection import choose  # the same
from geo.snapshot import Snapshot  # the same
from models.automats import Locker  # the same
from models.base import new_id, table_of  # the same
from models.contracts import KeyContract, LockerContract, new_reference  # the same
from models.database import Database  # the same
from models.entities import ReservableEntity  # the same
from models.migrating import migrate  # the same
from models.places import Coordinates  # the same
from models.settings import UnitSettings  # the same
from models.times import Window  # the same

keyed.use()

NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PLACES = 2_000
WARM = 50
Way = Callable[[AsyncConnection, UUID, Coordinates, Window], Awaitable[object]]


@dataclass(frozen=True)
class Figures:
    """How long each of many took, in milliseconds."""

    times: list[float]

    @property
    def per_second(self) -> float:
        """How many are done in a second, one after the other."""
        return 1_000 * len(self.times) / sum(self.times)

    def centile(self, share: int) -> float:
        """Give what so many percent of them did not exceed."""
        return float(np.percentile(self.times, share))


async def fill(database: Database, organization_id: UUID, count: int) -> None:
    """Promise lockers of all automats in turn, each for a week at a time, past the use cases."""
    async with database.writing() as session:
        connection = await session.connection()
        owner = {"organization_id": organization_id}
        own = select(Locker.id, Locker.automat_id).where(Locker.organization_id == organization_id)
        ordered = own.order_by(Locker.index, Locker.automat_id)
        lockers = list(await connection.execute(ordered))
        week = {"starts_at": NOW, "ends_at": NOW + 7 * DAY}
        contract = owner | week | {"id": new_id(), "reference": new_reference()}
        await connection.execute(insert(table_of(KeyContract)), contract)
        for first in range(0, count, CHUNK):
            rows = []
            for number in range(first, min(first + CHUNK, count)):
                locker, begins = lockers[number % len(lockers)], NOW + 30 * DAY
                begins += number // len(lockers) * 7 * DAY
                rows.append(
                    owner
                    | {
                        "id": new_id(),
                        "key_contract_id": contract["id"],
                        "automat_id": locker.automat_id,
                        "locker_id": locker.id,
                        "starts_at": begins,
                        "ends_at": begins + 7 * DAY,
                        "sync_at": begins,
                    }
                )
            await connection.execute(insert(table_of(LockerContract)), rows)
    await count_rows(database)


async def decision(
    connection: AsyncConnection, owner: UUID, here: Coordinates, window: Window
) -> Decision:
    """Choose once."""
    wish = Wish(window, NOW, UnitSettings(), NO_KEYS, here)
    made = await choose(Snapshot(connection, [owner]), wish)
    assert made.method is not None
    return made


async def recorded(
    connection: AsyncConnection, owner: UUID, here: Coordinates, window: Window
) -> str:
    """Choose once, and write the record."""
    made = await decision(connection, owner, here, window)
    records, _ = await Records.of_all({owner: made})
    return records[owner]


async def search(
    connection: AsyncConnection, owner: UUID, here: Coordinates, _window: Window
) -> int:
    """Only search for the nearest: the yardstick."""
    owners = [owner]
    found = await nearest_automats(connection, here, organization_ids=owners, count=FIRST_LOOK)
    return len(found)


WAYS: dict[str, Way] = {"nearest only": search, "choice": decision, "with record": recorded}


async def measure(database: Database, owner: UUID, choices: int) -> dict[str, Figures]:
    """Measure all ways in turn, so that what slows the machine down slows all of them down."""
    dice, times = random.Random(1), {name: list[float]() for name in WAYS}
    async with database.reading() as connection:
        query = select(ReservableEntity.position).where(ReservableEntity.organization_id == owner)
        places = [row.position for row in await connection.execute(query.limit(PLACES))]
        for number in range(choices + WARM):
            here, starts_at = dice.choice(places), NOW + dice.randint(29, 60) * DAY
            window = Window(starts_at, starts_at + dice.randint(1, 9) * DAY)
            names = dice.sample(list(WAYS), len(WAYS))
            for name in names:
                begin = time.perf_counter()
                await WAYS[name](connection, owner, here, window)
                if number >= WARM:
                    times[name].append(1_000 * (time.perf_counter() - begin))
    return {name: Figures(measured) for name, measured in times.items()}


async def bench(url: str, options: argparse.Namespace) -> None:
    """Make the rows on one database, measure, and say the figures."""
    database = Database(url)
    try:
        await migrate(database)
        automats, begin = options.automats, time.monotonic()
        owner = await furnish(database, NOW, automats=automats, entities=PLACES)
        await fill(database, owner, options.contracts)
        print(f"rows made in {time.monotonic() - begin:.0f} s", file=sys.stderr)
        figures = await measure(database, owner, options.choices)
    finally:
        await database.dispose()
    yardstick = figures["nearest only"].centile(50)
    for name, one in figures.items():
        print(
            f"{url.partition(':')[0]:11}{name:14}{one.per_second:>9.0f}{one.centile(50):>9.2f}"
            f"{one.centile(99):>9.2f}{one.centile(50) / yardstick:>8.2f}",
            flush=True,
        )
    added = figures["with record"].centile(50) / figures["choice"].centile(50) - 1
    print(f"{'':11}the record adds {added:.1%} at the median", flush=True)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="an empty database")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    parser.add_argument("--automats", type=int, default=10_000)
    parser.add_argument("--contracts", type=int, default=200_000, help="live locker contracts")
    parser.add_argument("--choices", type=int, default=2_000)
    options = parser.parse_args()
    print(
        f"{options.automats} automats of {LOCKERS} lockers, {options.contracts} locker contracts\n"
        f"{'database':11}{'':14}{'a second':>9}{'p50 ms':>9}{'p99 ms':>9}{'ratio':>8}"
    )
    with tempfile.TemporaryDirectory() as folder:
        if options.postgresql and options.only != "sqlite":
            asyncio.run(bench(options.postgresql, options))
        if options.only != "postgresql":
            asyncio.run(bench(f"sqlite:///{folder}/bench.db", options))


if __name__ == "__main__":
    main()

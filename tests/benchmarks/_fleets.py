"""Fleets of automats for the benchmark of the nearest search: made by a seed, loaded in bulk.

85 % of the places lie around 16 Finnish towns, the rest over Finland, or over the world when the
fleet is very large. 200 organizations share them as unequally as people share towns. Each automat
has one locker or three, three contracts, sometimes a key of its own, and now and then a reason not
to be chosen, or has been taken away.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from _counted import count_rows
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts import OVERLAPS
from models.database import Database
from models.dialects.instants import EPOCH, MICROSECOND

NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ORGANIZATIONS = 200
LARGE, RARE = 7, 200
FOUR = (LARGE, 20, 60, RARE)
WORLD_WIDE = 1_000_000
TOWNS = (
    (60.17, 24.94), (60.21, 24.66), (61.50, 23.77), (60.29, 25.04), (65.01, 25.47), (60.45, 22.27),
    (62.24, 25.75), (62.89, 27.68), (60.98, 25.66), (61.49, 21.80), (60.47, 26.95), (62.60, 29.76),
    (61.06, 28.19), (63.10, 21.62), (66.50, 25.73), (60.99, 24.46),
)  # fmt: skip
CHUNK = 10_000
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Fleet:
    """Automats by their numbers: whose each is (organizations count from 1) and where it stands."""

    owners: np.ndarray
    latitudes: np.ndarray
    longitudes: np.ndarray

    def __len__(self) -> int:
        return len(self.owners)

    @property
    def gone(self) -> np.ndarray:
        """Tell which of them are uninstalled."""
        return np.arange(len(self)) % 41 == 40


def id_of(kind: int, number: int) -> UUID:
    """Make an id in the form of a UUIDv7: later numbers sort later."""
    spread = (number * 0x9E37_79B9_7F4A_7C15 + kind) & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=(0x0198_0000_0000 + number << 80) | (7 << 76) | (kind << 64) | 2 << 62 | spread)


def organization_id(number: int) -> UUID:
    return id_of(1, number)


def automat_id(number: int) -> UUID:
    return id_of(2, number)


def installed_at(number: int) -> datetime:
    """Give the later automats the earlier dates, so that the orders of ids and dates disagree."""
    return NOW - timedelta(days=1, minutes=number)


def random_places(random: np.random.Generator, count: int, *, world: bool) -> tuple[Any, Any]:
    """Make latitudes and longitudes."""
    towns = np.array(TOWNS)[random.integers(0, len(TOWNS), count)]
    near = random.normal(0, (0.05, 0.1), (count, 2)) + towns
    box = ((-80, 80), (-180, 180)) if world else ((59.8, 70.0), (20.5, 31.5))
    anywhere = np.column_stack([random.uniform(*side, count) for side in box])
    places = np.where(random.random((count, 1)) < 0.85, near, anywhere)
    return places[:, 0], places[:, 1]


def fleet_of(count: int, *, one_owner: bool = False) -> Fleet:
    """Make a fleet; the organization `RARE` has 12 to 29 automats whatever the size."""
    random = np.random.default_rng(count)
    shares = 1 / np.arange(1, ORGANIZATIONS)
    owners = random.choice(np.arange(1, ORGANIZATIONS), count, p=shares / shares.sum())
    owners[: {1_000: 12, 100_000: 20}.get(count, 29)] = RARE
    if one_owner:
        owners[:] = 1
    latitudes, longitudes = random_places(random, count, world=count >= WORLD_WIDE)
    return Fleet(owners, latitudes, longitudes)


async def load(database: Database, fleet: Fleet) -> None:
    """Empty the tables and fill them with a fleet."""
    async with database.administering() as connection:
        write = _writes_sqlite if database.is_sqlite else _writes_postgresql
        await write(connection, fleet)
    await count_rows(database)


TABLES = {
    "organization_units": ("id", "organization_id", "kind", "name"),
    "automats": (
        *("id", "organization_id", "unit_id", "device_id", "name", "model", "state", "time_zone"),
        *("installed_at", "last_seen_at", "position", "placement_precision", "placed_at"),
        *("address_text", "usable_lockers", "code_revision"),
    ),
    "lockers": ("id", "organization_id", "automat_id", "index", "state"),
    "keys": (
        *("id", "organization_id", "code", "kind", "shared", "status"),
        *("selected_automat_id", "selected_locker_id", "automat_id", "locker_id"),
    ),
    "key_contracts": ("id", "organization_id", "reference", "starts_at", "status"),
    "locker_contracts": (
        *("id", "organization_id", "kind", "key_contract_id", "automat_id", "locker_id"),
        *("starts_at", "ends_at", "pin_mark", "sync_at", "state"),
    ),
}


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a fleet's tables, written the way one of the databases reads them."""

    fleet: Fleet
    sqlite: bool

    def instant(self, moment: datetime) -> Any:
        return (moment - EPOCH) // MICROSECOND if self.sqlite else moment.isoformat()

    def position(self, number: int) -> Any:
        longitude = float(self.fleet.longitudes[number])
        latitude = float(self.fleet.latitudes[number])
        if self.sqlite:
            return shapely.Point(longitude, latitude).wkb
        return f"SRID=4326;POINT({longitude!r} {latitude!r})"

    def owners(self) -> list[tuple[int, str]]:
        return [
            (number, organization_id(int(owner)).hex)
            for number, owner in enumerate(self.fleet.owners)
        ]

    def lockers_of(self, number: int) -> int:
        return 1 if number % 10 < 3 else 3

    def of(self, table: str) -> Iterator[Row]:
        rows: Iterator[Row] = getattr(self, table)()
        return rows

    def organization_units(self) -> Iterator[Row]:
        for number in range(1, ORGANIZATIONS + 1):
            id = organization_id(number).hex
            yield id, id, "organization", f"Organization {number}"

    def automats(self) -> Iterator[Row]:
        seen = self.instant(NOW - timedelta(seconds=30)), self.instant(NOW - 5 * DAY)
        gone = self.fleet.gone
        for number, owner in self.owners():
            model = "livionkey_1" if self.lockers_of(number) == 1 else "livionkey_30"
            state = "out_of_service" if number % 31 == 0 else "in_service"
            state = "uninstalled" if gone[number] else state
            silent = number % 29 == 0
            installed = self.instant(installed_at(number))
            yield (
                *(automat_id(number).hex, owner, owner, f"{number:07}", f"Automat {number}"),
                *(model, state, "Europe/Helsinki", installed, seen[silent], self.position(number)),
                *("manual", seen[0], "A street 1, A town", (1 << self.lockers_of(number)) - 1, 0),
            )

    def lockers(self) -> Iterator[Row]:
        for number, owner in self.owners():
            for index in range(self.lockers_of(number)):
                id = id_of(3, number * 3 + index).hex
                yield id, owner, automat_id(number).hex, index, "empty"

    def keys(self) -> Iterator[Row]:
        for number, owner in self.owners()[5::10]:
            automat, locker = automat_id(number).hex, id_of(3, number * 3 + 2).hex
            yield (
                *(id_of(4, number).hex, owner, f"K{number}", "mechanical", self.no, "in_storage"),
                *(automat, locker, automat, locker),
            )

    @property
    def no(self) -> Any:
        return 0 if self.sqlite else "f"

    def key_contracts(self) -> Iterator[Row]:
        for number in range(1, ORGANIZATIONS + 1):
            owner = organization_id(number).hex
            id = id_of(5, number).hex
            yield id, owner, f"KC-{number}", self.instant(NOW), "upcoming"

    def locker_contracts(self) -> Iterator[Row]:
        """Give each automat three contracts of three days, each in its own part of 60 days."""
        starts = [self.instant(NOW + DAY * offset) for offset in range(64)]
        for number, owner in self.owners():
            lockers = self.lockers_of(number)
            automat = automat_id(number).hex
            contract = id_of(5, int(self.fleet.owners[number])).hex
            for part in range(3):
                locker = id_of(3, number * 3 + part % lockers).hex
                day = part * 20 + number * 7 % 17
                yield (
                    *(id_of(6, number * 3 + part).hex, owner, "default", contract, automat, locker),
                    *(starts[day], starts[day + 3], f"{part:02x}{number:030x}", starts[day]),
                    "planned",
                )


async def _writes_sqlite(connection: AsyncConnection, fleet: Fleet) -> None:
    rows = Rows(fleet, sqlite=True)
    for table in reversed(TABLES):
        await connection.exec_driver_sql(f"delete from {table}")  # our own words
    for table, columns in TABLES.items():
        names = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join("?" * len(columns))
        insert = f"insert into {table} ({names}) values ({marks})"  # our own words
        waiting = rows.of(table)
        while chunk := list(islice(waiting, CHUNK)):
            await connection.exec_driver_sql(insert, chunk)


async def _writes_postgresql(connection: AsyncConnection, fleet: Fleet) -> None:
    """Copy row by row into every index, with the foreign keys unchecked.

    The rules against overlaps are dropped: no search reads their indexes, and a million automats'
    worth of them would take half an hour. The rows are frozen, like rows that are not new.
    """
    rows = Rows(fleet, sqlite=False)
    run = connection.exec_driver_sql
    await run(f"truncate {', '.join(TABLES)} cascade")
    await run("set local session_replication_role = replica")
    for rule in OVERLAPS:
        await run(f"alter table {rule.table} drop constraint if exists {rule.name}")
    driver = (await connection.get_raw_connection()).driver_connection
    for table, columns in TABLES.items():
        await _copy(driver, table, columns, rows.of(table))


async def _copy(driver: Any, table: str, columns: Sequence[str], rows: Iterator[Row]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f"copy {table} ({names}) from stdin with (freeze)"
    async with driver.cursor() as cursor, cursor.copy(statement) as copy:
        while chunk := list(islice(rows, CHUNK)):
            lines = ("\t".join(map(str, row)) for row in chunk)
            await copy.write("\n".join(lines) + "\n")

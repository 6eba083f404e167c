"""Addresses from OpenStreetMap, CSV and OpenAddresses come into the index.

A file is read into a workshop of its own first; nothing of a damaged file reaches the index. Then
its streets are written, many in one transaction that also says how far it is: after a kill the same
file goes on behind the last street that was kept. A file that is in already changes nothing.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Row

from geo.index.address_imports import begin_import, begun_import, change_of, is_not_first
from geo.index.address_rows import Found, Malformed
from geo.index.address_tables import read_table
from geo.index.address_workshop import Reading, Workshop
from geo.index.address_writing import Batch, add_street, write_batch, write_towns
from geo.index.osm import read_osm
from models.addresses import AddressImport
from models.database import Database
from models.errors import InvalidInput

INDEX_FORMAT = "1"
"""Raise it when the same file would make other rows: then files can be imported again."""

HOUSES_AT_ONCE = 3_000


Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import came to.

    Args:
        file_name: The file.
        licence: The terms of its data.
        unchanged: Whether the file was in the index already, and nothing was done.
        resumed: Whether it went on where an earlier run had stopped.
        rows: Lines or objects with an address.
        streets: Streets of all towns.
        houses: House numbers.
        malformed: Lines or objects that were skipped.
        problems: The first of these, each with its line and the reason.
    """

    file_name: str
    licence: str
    unchanged: bool
    resumed: bool
    rows: int
    streets: int
    houses: int
    malformed: int = 0
    problems: tuple[Malformed, ...] = ()


async def import_addresses(
    database: Database, path: Path, *, country: str = "FI", progress: Progress | None = None
) -> ImportSummary:
    """Take a file of addresses into the index.

    Args:
        database: Where the index is.
        path: An `.osm.pbf`, `.csv`, `.csv.gz`, `.geojson` or `.geojson.gz`.
        country: The country of rows that do not say theirs, two letters.
        progress: Is told how many rows are done, and of how many when that is known.

    Raises:
        InvalidInput: The file is missing, damaged, of an unknown kind or without addresses.
    """
    path, code = Path(path), _country_code(country)
    kind = _kind(path)
    fingerprint = await asyncio.to_thread(_fingerprint, path, code)
    known = await begun_import(database, fingerprint)
    if known and known.finished_at:
        return _summary(known, unchanged=True, resumed=False)
    tell = progress or _say_nothing
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(Path(folder))
        try:
            reading = await asyncio.to_thread(_read, workshop, kind(path, code), tell)
            if not reading.rows:
                raise InvalidInput(_no_address(path, reading))
            if known is None:
                known = await begin_import(database, path, code, fingerprint)
            done = await _write(database, workshop, known, reading, tell)
        finally:
            workshop.close()
    return ImportSummary(
        file_name=path.name,
        licence=known.licence,
        unchanged=False,
        resumed=known.position > 0,
        rows=reading.rows,
        streets=done.streets,
        houses=done.houses,
        malformed=reading.malformed,
        problems=tuple(reading.problems),
    )


def _country_code(country: str) -> str:
    code = country.strip().upper()
    if not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise InvalidInput(f"{country!r} is no country: give its two letters, such as FI.")
    return code


def _kind(path: Path) -> Callable[[Path, str], Iterable[Found]]:
    if not path.is_file():
        raise InvalidInput(f"There is no file {path}.")
    name = path.name.lower()
    if name.endswith((".osm.pbf", ".pbf")):
        return read_osm
    if name.endswith((".csv", ".csv.gz", ".geojson", ".geojson.gz")):
        return read_table
    raise InvalidInput(
        f"{path.name} is of an unknown kind: addresses come from .osm.pbf, .csv, .csv.gz, "
        ".geojson or .geojson.gz."
    )


def _fingerprint(path: Path, code: str) -> str:
    digest = hashlib.blake2b(f"{INDEX_FORMAT}:{code}:".encode(), digest_size=32)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _read(workshop: Workshop, found: Iterable[Found], tell: Progress) -> Reading:
    reading = Reading()
    for rows in workshop.take(found, reading):
        tell(rows, None)
    workshop.settle_towns()
    return reading


@dataclass(slots=True)
class _Done:
    """How far the writing has come."""

    streets: int
    houses: int
    rows: int = 0


async def _write(
    database: Database, workshop: Workshop, begun: AddressImport, reading: Reading, tell: Progress
) -> _Done:
    """Write what the workshop has put in order, from where an earlier run stopped."""
    total = workshop.count()
    done = _Done(begun.streets, begun.houses)
    replacing = await is_not_first(database, begun.id)
    async with database.administering() as connection:
        await write_towns(connection, workshop)
    streets = workshop.streets()
    for _ in range(begun.position):
        done.rows += len(next(streets, ()))
    known_names: set[int] = set()
    while batch := await asyncio.to_thread(_next_batch, streets, known_names):
        async with database.administering() as connection:
            await write_batch(connection, batch, replacing=replacing)
            done.streets += batch.positions
            done.houses += len(batch.houses)
            done.rows += batch.rows
            progress = {"position": done.streets, "streets": done.streets, "houses": done.houses}
            await connection.execute(change_of(begun.id).values(progress))
        tell(done.rows, total)
    async with database.administering() as connection:
        await connection.execute(
            change_of(begun.id).values(finished_at=datetime.now(UTC), rows=reading.rows)
        )
    return done


def _next_batch(streets: Iterable[list[Row]], known_names: set[int]) -> Batch | None:
    batch = Batch()
    for rows in streets:
        add_street(batch, rows, known_names)
        if len(batch.houses) >= HOUSES_AT_ONCE:
            break
    return batch if batch.streets else None


def _summary(known: AddressImport, *, unchanged: bool, resumed: bool) -> ImportSummary:
    return ImportSummary(
        file_name=known.file_name,
        licence=known.licence,
        unchanged=unchanged,
        resumed=resumed,
        rows=known.rows,
        streets=known.streets,
        houses=known.houses,
    )


def _no_address(path: Path, reading: Reading) -> str:
    if not reading.problems:
        return f"{path.name} holds no addresses."
    first = reading.problems[0]
    return (
        f"{path.name} holds no usable address: {reading.malformed} were skipped, the first at line "
        f"{first.line} because {first.reason}."
    )


def _say_nothing(_done: int, _total: int | None) -> None:
    """Tell nobody."""

"""Where a file of addresses is put in order before it goes into the index.

A temporary SQLite file holds the rows, so that a country needs no more memory than a town. Rows
without a town get one: from their postal code, or from the nearest row that has one.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from geo.index.address_rows import AddressRow, Found, KnownTown, Malformed, houses_of, town_of
from geo.index.town_filling import settle_towns
from geo.wording.postal_codes import postal_code_key
from geo.wording.street_names import as_written, key

ROWS_AT_ONCE = 5_000
PROBLEMS_KEPT = 20
SEPARATOR = "\x1f"

_TABLE = """
    create table rows (
        country text, town text, town_key text, street text, street_key text, street_names text,
        number integer, last_number integer, letter text, unit text,
        postcode text, postcode_key text, latitude real, longitude real, tidy integer);
    create table town_names (country text, town_key text, name text,
        primary key (country, town_key, name)) without rowid;
"""
_INSERT = "insert into rows values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(slots=True)
class Reading:
    """What reading a file has come to."""

    rows: int = 0
    malformed: int = 0
    problems: list[Malformed] = field(default_factory=list)

    def note(self, problem: Malformed) -> None:
        """Count a line that could not be read, and keep the first few."""
        self.malformed += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(problem)


class Workshop:
    """A temporary SQLite file with the rows of one file of addresses.

    Args:
        folder: Where the file goes; whoever makes it, removes it.
    """

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "rows.db", check_same_thread=False)
        self._towns: list[KnownTown] = []
        self._connection.executescript(
            f"pragma journal_mode = off; pragma synchronous = off; {_TABLE}"
        )

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def take(self, found: Iterable[Found], reading: Reading) -> Iterator[int]:
        """Take rows in; yield now and then how many there are."""
        batch: list[tuple[object, ...]] = []
        for row in found:
            if isinstance(row, Malformed):
                reading.note(row)
                continue
            if isinstance(row, KnownTown):
                self._towns.append(row)
                continue
            houses = self._house_rows(row)
            if not houses:
                reading.note(Malformed(row.line, f"{row.number!r} is not a house number"))
                continue
            reading.rows += 1
            batch += houses
            self._note_town_names(row)
            if len(batch) >= ROWS_AT_ONCE:
                self._connection.executemany(_INSERT, batch)
                batch.clear()
                yield reading.rows
        self._connection.executemany(_INSERT, batch)
        self._connection.commit()
        yield reading.rows

    def _house_rows(self, row: AddressRow) -> list[tuple[object, ...]]:
        town = town_of(row)
        return [
            (
                row.country_code,
                town,
                key(town),
                house.street,
                as_written(house.street),
                SEPARATOR.join(row.street_names),
                house.number.number,
                house.number.last,
                house.number.letter,
                house.unit,
                row.postcode,
                postal_code_key(row.postcode, row.country_code),
                row.latitude,
                row.longitude,
                house.is_tidy,
            )
            for house in houses_of(row)
            if key(house.street)
        ]

    def _note_town_names(self, row: AddressRow) -> None:
        if row.city_names and (town := key(town_of(row))):
            self._connection.executemany(
                "insert or ignore into town_names values (?, ?, ?)",
                [(row.country_code, town, name) for name in row.city_names if key(name) != town],
            )

    def settle_towns(self) -> None:
        """Give one name to each town and a town to each row, as far as the data tells."""
        settle_towns(self._connection, self._towns)
        self._connection.execute(
            "create index rows_order on rows (country, town_key, street_key, number)"
        )
        self._connection.commit()

    def count(self) -> int:
        """Count the rows."""
        amount: int = self._connection.execute("select count(*) from rows").fetchone()[0]
        return amount

    def towns(self) -> list[tuple[str, str, str, float, float, int]]:
        """Give country, key, commonest name, mean place and number of rows of each town."""
        return self._connection.execute(
            """select country, town_key, town, sum(north) / sum(amount), sum(east) / sum(amount),
                 sum(amount) from (
                 select country, town_key, town, count(*) as amount,
                   sum(latitude) as north, sum(longitude) as east
                 from rows group by 1, 2, 3 order by amount desc)
               group by 1, 2 order by 1, 2"""
        ).fetchall()

    def town_names(self) -> list[tuple[str, str, str]]:
        """Give country, key of the town, and its names in other languages."""
        found = self._connection.execute(
            "select country, town_key, name from town_names"
        ).fetchall()
        countries = {
            country for (country,) in self._connection.execute("select distinct country from rows")
        }
        here = {
            (country, town)
            for country, town in self._connection.execute(
                "select distinct country, town_key from rows"
            )
        }
        return found + [
            (country, key(town.name), name)
            for town in self._towns
            for country in countries
            if (country, key(town.name)) in here
            for name in town.names
            if key(name)
        ]

    def postcodes(self) -> Iterator[tuple[str, str, str, str, float, float, int]]:
        """Give country, key, town, postal code as written, mean place and number of rows."""
        yield from self._connection.execute(
            """select country, postcode_key, town_key, min(postcode), avg(latitude),
                 avg(longitude), count(*) from rows where postcode_key <> ''
               group by 1, 2, 3 order by 1, 2, 3"""
        )

    def streets(self) -> Iterator[list[sqlite3.Row]]:
        """Give the rows of one street after the other, always in the same order."""
        cursor = self._connection.cursor()
        cursor.row_factory = sqlite3.Row
        rows = cursor.execute(
            "select * from rows order by country, town_key, street_key, number, rowid"
        )
        grouped = groupby(
            rows, key=lambda row: (row["country"], row["town_key"], row["street_key"])
        )
        for _, street in grouped:
            yield list(street)

"""Rows without a town get one: from their postal code, their neighbours, or the map's own towns."""

import sqlite3
from collections.abc import Sequence

from geo.index.address_merging import metres
from geo.index.address_rows import KnownTown
from geo.wording.street_names import key
from geo.wording.towns import FINNISH_PAIRS

CELLS_PER_DEGREE = 50
NEXT_CELLS = 1
FARTHEST_CELLS = 8


def settle_towns(connection: sqlite3.Connection, known: Sequence[KnownTown]) -> None:
    """Give one name to each town and a town to each row, as far as the data tells."""
    _join_names(connection)
    connection.executescript(
        """
        create table code_towns as
          select country, postcode_key, town_key, town, max(amount) from (
            select country, postcode_key, town_key, town, count(*) as amount from rows
            where town_key <> '' and postcode_key <> '' group by 1, 2, 3, 4)
          group by 1, 2;
        create unique index code_towns_index on code_towns (country, postcode_key);
        update rows set (town, town_key) = (
            select c.town, c.town_key from code_towns as c
            where c.country = rows.country and c.postcode_key = rows.postcode_key)
          where town_key = '' and postcode_key <> '' and exists (
            select 1 from code_towns as c
            where c.country = rows.country and c.postcode_key = rows.postcode_key);
        """
    )
    _fill_from_neighbours(connection, known)


def _join_names(connection: sqlite3.Connection) -> None:
    """Turn a town's name in another language into the name that most rows use."""
    amounts = {
        (country, town): amount
        for country, town, amount in connection.execute(
            "select country, town_key, count(*) from rows group by 1, 2"
        )
    }
    pairs = [
        (country, town, key(name))
        for country, town, name in connection.execute("select * from town_names")
    ]
    pairs += [("FI", key(finnish), swedish) for swedish, finnish in FINNISH_PAIRS.items()]
    for country, town, other in pairs:
        here, there = amounts.get((country, town), 0), amounts.get((country, other), 0)
        if not there or (not here and country != "FI") or there > here > 0:
            continue
        connection.execute(
            "update rows set town_key = ?, town = coalesce((select town from rows "
            "where country = ? and town_key = ? limit 1), town) "
            "where country = ? and town_key = ?",
            (town, country, town, country, other),
        )


def _fill_from_neighbours(connection: sqlite3.Connection, known: Sequence[KnownTown]) -> None:
    empty = connection.execute(
        "select rowid, country, latitude, longitude from rows where town_key = ''"
    ).fetchall()
    if not empty:
        return
    cells: dict[tuple[str, int, int], tuple[str, str]] = {
        (country, row, column): (town, town_key)
        for country, row, column, town, town_key, _ in connection.execute(
            f"""select country, row, col, town, town_key, max(amount) from (
                select country, cast(latitude * {CELLS_PER_DEGREE} as integer) as row,
                  cast(longitude * {CELLS_PER_DEGREE} / 2 as integer) as col,
                  town, town_key, count(*) as amount
                from rows where town_key <> '' group by 1, 2, 3, 4, 5)
            group by 1, 2, 3"""  # noqa: S608 - a constant of ours
        )
    }
    filled = []
    for rowid, country, latitude, longitude in empty:
        row, column = int(latitude * CELLS_PER_DEGREE), int(longitude * CELLS_PER_DEGREE / 2)
        town = (
            _nearest(cells, country, row, column, rings=NEXT_CELLS)
            or _known_town(known, latitude, longitude)
            or _nearest(cells, country, row, column, rings=FARTHEST_CELLS)
        )
        if town:
            filled.append((*town, rowid))
    connection.executemany("update rows set town = ?, town_key = ? where rowid = ?", filled)


def _known_town(
    known: Sequence[KnownTown], latitude: float, longitude: float
) -> tuple[str, str] | None:
    """Give the town of the map that a place lies in, the one nearest for its reach."""
    here, best, share = (latitude, longitude), None, 1.0
    for town in known:
        if abs(town.latitude - latitude) > 0.1:
            continue
        distance = metres(here, (town.latitude, town.longitude)) / town.reach_metres
        if distance < share:
            best, share = town, distance
    return (best.name, key(best.name)) if best else None


def _nearest(
    cells: dict[tuple[str, int, int], tuple[str, str]],
    country: str,
    row: int,
    column: int,
    *,
    rings: int,
) -> tuple[str, str] | None:
    """Look for a town in rings of cells around a place."""
    for ring in range(rings + 1):
        for i in range(-ring, ring + 1):
            for j in range(-ring, ring + 1):
                if max(abs(i), abs(j)) == ring and (
                    found := cells.get((country, row + i, column + j))
                ):
                    return found
    return None

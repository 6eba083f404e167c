"""Streets and houses go into the address index, many at a time."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.index.address_merging import merged
from geo.index.address_workshop import SEPARATOR, Workshop
from geo.wording.street_names import key, one_letter_less, parts_of_name, stored_keys
from geo.wording.towns import FINNISH_PAIRS
from models import addresses
from models.addresses import address_id, deletion_id, name_id, place_id
from models.dialects.missing_rows import insert_missing

KEYS_AT_ONCE = 1_000
MOST_NAMES_REMEMBERED = 1_000_000


@dataclass(slots=True)
class Batch:
    """Rows for the index, ready to be written."""

    streets: list[dict[str, Any]] = field(default_factory=list)
    street_names: list[dict[str, Any]] = field(default_factory=list)
    names: list[dict[str, Any]] = field(default_factory=list)
    deletions: list[dict[str, Any]] = field(default_factory=list)
    houses: list[dict[str, Any]] = field(default_factory=list)
    positions: int = 0
    rows: int = 0


def town_id(country_code: str, town_key: str) -> int:
    """Compute the id of a town."""
    return address_id("town", country_code, town_key)


def add_street(batch: Batch, rows: Sequence[Any], known_names: set[int]) -> None:
    """Add one street with its names and houses to a batch.

    Args:
        batch: Where to.
        rows: The street's rows of the workshop.
        known_names: Ids of names that are in the index already; new ones are added to it.
    """
    country_code, town = rows[0]["country"], town_id(rows[0]["country"], rows[0]["town_key"])
    name = rows[0]["street_key"]
    street = address_id("street", town, name)
    others = {other for row in rows for other in row["street_names"].split(SEPARATOR) if other}
    batch.streets.append({"id": street, "town_id": town, "name": name})
    meant: dict[str, str] = {}
    for each in [name, *sorted(others)]:
        for folded in stored_keys(each):
            meant.setdefault(folded, each)
    for folded, each in meant.items():
        identity = name_id(country_code, folded)
        batch.street_names.append(
            {
                "place_id": place_id(town, identity),
                "street_id": street,
                "name_id": identity,
                "town_id": town,
                "name": each,
            }
        )
        _add_name(batch, country_code, folded, known_names)
    batch.houses += [{"street_id": street, **asdict(house)} for house in merged(rows)]
    batch.positions += 1
    batch.rows += len(rows)


def _add_name(batch: Batch, country_code: str, folded: str, known_names: set[int]) -> None:
    identity = name_id(country_code, folded)
    if identity in known_names:
        return
    if len(known_names) < MOST_NAMES_REMEMBERED:
        known_names.add(identity)
    batch.names.append({"id": identity, "country_code": country_code, "key": folded})
    batch.deletions += [
        {"deletion": deletion_id(country_code, letters), "name_id": identity}
        for letters in one_letter_less(folded)
    ]


async def write_batch(connection: AsyncConnection, batch: Batch, *, replacing: bool) -> None:
    """Write a batch; with `replacing`, houses of earlier files make way for those of this one."""
    await _insert_missing(connection, addresses.streets, batch.streets)
    await _insert_missing(connection, addresses.names, batch.names)
    await _insert_missing(connection, addresses.name_deletions, batch.deletions)
    await _insert_missing(connection, addresses.street_names, batch.street_names)
    if replacing:
        await _remove_houses(connection, batch.houses)
    if batch.houses:
        await connection.execute(insert(addresses.houses), batch.houses)


async def _insert_missing(
    connection: AsyncConnection, table: Any, rows: list[dict[str, Any]]
) -> None:
    if rows:
        await connection.execute(insert_missing(table, connection.dialect.name), rows)


async def _remove_houses(connection: AsyncConnection, houses: list[dict[str, Any]]) -> None:
    columns = ("street_id", "number", "last_number", "letter")
    keys = list(dict.fromkeys(tuple(house[column] for column in columns) for house in houses))
    table = addresses.houses.c
    number = tuple_(*(table[column] for column in columns))
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = keys[start : start + KEYS_AT_ONCE]
        streets = {key[0] for key in some}  # SQLite reads the whole table for the rest alone
        await connection.execute(
            delete(addresses.houses).where(table.street_id.in_(streets), number.in_(some))
        )


async def write_towns(connection: AsyncConnection, workshop: Workshop) -> int:
    """Write towns, their names and their postal codes; give the number of towns."""
    towns = workshop.towns()
    rows = [
        {
            "id": town_id(country, town_key),
            "country_code": country,
            "name": name,
            "latitude": latitude,
            "longitude": longitude,
            "houses": houses,
        }
        for country, town_key, name, latitude, longitude, houses in towns
    ]
    known = await _newest_win(connection, rows)
    await _insert_missing(connection, addresses.towns, known)
    names = {
        (town_id(country, town_key), each, country)
        for country, town_key, name, *_ in towns
        for each in {town_key, *(key(part) for part in parts_of_name(name))}
        if each
    }
    names |= {(town_id(*pair), key(name), pair[0]) for *pair, name in workshop.town_names()}
    names |= {
        (town_id("FI", key(finnish)), swedish, "FI")
        for swedish, finnish in FINNISH_PAIRS.items()
        if any(country == "FI" and town_key == key(finnish) for country, town_key, *_ in towns)
    }
    await _insert_missing(
        connection,
        addresses.town_names,
        [{"town_id": town, "key": each, "country_code": code} for town, each, code in names],
    )
    await _write_postcodes(connection, workshop)
    return sum(1 for _, town_key, *_ in towns if town_key)


async def _newest_win(
    connection: AsyncConnection, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Make way for towns that this file knows better, with more rows; give those."""
    better = []
    for start in range(0, len(rows), KEYS_AT_ONCE):
        some = {row["id"]: row for row in rows[start : start + KEYS_AT_ONCE]}
        table = addresses.towns
        query = select(table.c.id, table.c.houses).where(table.c.id.in_(some))
        there = {each.id: each.houses for each in await connection.execute(query)}
        chosen = [row for identity, row in some.items() if row["houses"] >= there.get(identity, 0)]
        await connection.execute(delete(table).where(table.c.id.in_([row["id"] for row in chosen])))
        better += chosen
    return better


async def _write_postcodes(connection: AsyncConnection, workshop: Workshop) -> None:
    batch: list[dict[str, Any]] = []
    for country, code, town_key, written, latitude, longitude, houses in workshop.postcodes():
        batch.append(
            {
                "country_code": country,
                "key": code,
                "town_id": town_id(country, town_key),
                "postcode": written,
                "latitude": latitude,
                "longitude": longitude,
                "houses": houses,
            }
        )
        if len(batch) >= KEYS_AT_ONCE:
            await _insert_missing(connection, addresses.postcodes, batch)
            batch = []
    await _insert_missing(connection, addresses.postcodes, batch)

"""Questions to the address index, each for many addresses at once.

Keys are asked for in lists; a list is cut so that no statement has too many parameters.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.index.address_statements import (
    AT_PLACES,
    DELETIONS,
    EVERYWHERE,
    HOUSES,
    HOUSES_NUMBERED,
    POSTCODES,
    SPREADS,
    STREETS,
    VERSION,
)
from geo.wording.towns import Town, TownDirectory
from models.addresses import (
    deletion_id,
    names,
    street_names,
    town_names,
    towns,
)

KEYS_AT_ONCE = 5_000
MOST_NAMES_SCANNED = 20_000
MOST_TOWNS_KEPT = 200

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class NamedStreet:
    """A street under one of its names."""

    street_id: int
    town_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Spread:
    """How many streets of a country share a name, and two of them."""

    streets: int
    first: int
    last: int


class IndexMemory:
    """What a process remembers of one version of the index."""

    def __init__(self) -> None:
        self.version: Version | None = None
        self.directories: dict[str, TownDirectory] = {}
        self.town_keys: dict[int, dict[str, int]] = {}
        self.country_keys: dict[str, dict[str, int]] = {}

    def renew(self, version: Version) -> None:
        """Forget everything when the index has changed."""
        if version != self.version:
            self.__init__()  # type: ignore[misc]  # begin anew
            self.version = version


class AddressIndex:
    """The address index as one open connection sees it.

    Args:
        connection: From `Database.reading()`.
        memory: What is remembered from call to call; call `look` first.
    """

    def __init__(self, connection: AsyncConnection, memory: IndexMemory) -> None:
        self._connection = connection
        self._memory = memory

    async def look(self) -> None:
        """See whether the index has changed since the last time."""
        count, position, finished = (await self._connection.execute(VERSION)).one()
        self._memory.renew((count, int(position), finished))

    async def directory(self, country_code: str) -> TownDirectory:
        """Give the towns of a country."""
        directory = self._memory.directories.get(country_code)
        if directory is None:
            found = await self._connection.execute(
                select(towns.c.id, towns.c.name, towns.c.latitude, towns.c.longitude).where(
                    towns.c.country_code == country_code
                )
            )
            others = await self._connection.execute(
                select(town_names.c.town_id, town_names.c.key).where(
                    town_names.c.country_code == country_code
                )
            )
            directory = TownDirectory(
                [Town(*row) for row in found], [(row.town_id, row.key) for row in others]
            )
            self._memory.directories[country_code] = directory
        return directory

    async def postcodes(self, country_code: str, keys: Iterable[str]) -> dict[str, list[Row[Any]]]:
        """Give what is known of postal codes: the towns that each is seen in."""
        return await self._grouped(POSTCODES, keys, country_code=country_code)

    async def at_places(self, place_ids: Iterable[int]) -> dict[int, list[NamedStreet]]:
        """Give the streets that bear a name in a town."""
        found = await self._grouped(AT_PLACES, place_ids)
        return {key: [NamedStreet(*tuple(row)[1:]) for row in rows] for key, rows in found.items()}

    async def spreads(self, name_ids: Iterable[int]) -> dict[int, Spread]:
        """Count the streets of names, in all towns."""
        found = await self._grouped(SPREADS, name_ids)
        return {key: Spread(*tuple(rows[0])[1:]) for key, rows in found.items()}

    async def everywhere(self, name_ids: Iterable[int]) -> dict[int, list[NamedStreet]]:
        """Give the streets that bear a name, in all towns."""
        found = await self._grouped(EVERYWHERE, name_ids)
        return {key: [NamedStreet(*tuple(row)[1:]) for row in rows] for key, rows in found.items()}

    async def streets(self, street_ids: Iterable[int]) -> dict[int, NamedStreet]:
        """Give streets under their own names."""
        found = await self._grouped(STREETS, street_ids)
        return {key: NamedStreet(*tuple(rows[0])) for key, rows in found.items()}

    async def one_edit_away(
        self, country_code: str, letters: dict[str, set[str]]
    ) -> dict[str, dict[str, int]]:
        """Give the known names, with their ids, that share a deletion with written ones.

        Args:
            country_code: Whose names.
            letters: For each written key what is left of it, itself included.
        """
        written: dict[int, set[str]] = defaultdict(set)
        for key, left in letters.items():
            for each in left:
                written[deletion_id(country_code, each)].add(key)
        found = await self._grouped(DELETIONS, written)
        near: dict[str, dict[str, int]] = defaultdict(dict)
        for deletion, rows in found.items():
            for key in written[deletion]:
                near[key].update((row.key, row.id) for row in rows)
        return near

    async def town_keys(self, town_id: int) -> dict[str, int]:
        """Give all folded names of a town's streets, with their ids."""
        kept = self._memory.town_keys
        if town_id not in kept:
            if len(kept) >= MOST_TOWNS_KEPT:
                kept.pop(next(iter(kept)))
            query = (
                select(names.c.key, names.c.id)
                .join(street_names, street_names.c.name_id == names.c.id)
                .where(street_names.c.town_id == town_id)
                .distinct()
            )
            kept[town_id] = {row.key: row.id for row in await self._connection.execute(query)}
        return kept[town_id]

    async def country_keys(self, country_code: str) -> dict[str, int]:
        """Give all folded names of a country; none when there are too many to look through."""
        kept = self._memory.country_keys
        if country_code not in kept:
            query = (
                select(names.c.key, names.c.id)
                .where(names.c.country_code == country_code)
                .limit(MOST_NAMES_SCANNED + 1)
            )
            found = {row.key: row.id for row in await self._connection.execute(query)}
            kept[country_code] = found if len(found) <= MOST_NAMES_SCANNED else {}
        return kept[country_code]

    async def houses_numbered(
        self, wanted: Iterable[tuple[int, int]]
    ) -> dict[tuple[int, int], list[Row[Any]]]:
        """Give the houses with certain numbers: pairs of a street's id and a number."""
        numbered: dict[tuple[int, int], list[Row[Any]]] = defaultdict(list)
        for some in _portions(list(dict.fromkeys(wanted))):
            keys = {"keys": some, "street_ids": list({street for street, _ in some})}
            for row in await self._connection.execute(HOUSES_NUMBERED, keys):
                numbered[row.street_id, row.number].append(row)
        return numbered

    async def houses_of(self, street_ids: Iterable[int]) -> dict[int, list[Row[Any]]]:
        """Give all houses of streets."""
        return await self._grouped(HOUSES, street_ids)

    async def _grouped(
        self, query: Select[Any], keys: Iterable[Any], **others: str
    ) -> dict[Any, list[Row[Any]]]:
        """Run a query for many keys; group its rows by their first column."""
        found: dict[Any, list[Row[Any]]] = defaultdict(list)
        for some in _portions(list(dict.fromkeys(keys))):
            for row in await self._connection.execute(query, {"keys": some, **others}):
                found[row[0]].append(row)
        return found


def _portions(keys: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (keys[start : start + KEYS_AT_ONCE] for start in range(0, len(keys), KEYS_AT_ONCE))

"""Many look-ups, one query: what the fields of many objects ask for is read at once."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple
from uuid import UUID

from strawberry.dataloader import DataLoader

from geo.snapshot import Snapshot
from models.availability import Span
from models.base import Base
from resolvers import looking
from resolvers.looking import Slice
from resolvers.relations import Relation
from resolvers.settings import Line, Pair, lines
from resolvers.work import Reading
from schema.nodes import object_of

Reader = Callable[[], AbstractAsyncContextManager[Reading]]
Load = Callable[[list[Any], Any], Awaitable[Iterable[Any]]]
Ask = Callable[[Reading, list[Any]], Awaitable[Sequence[Any]]]
LARGEST_BATCH = 1_000


class PageKey(NamedTuple):
    """Which page of what belongs to which row."""

    parent_id: UUID
    first: int
    after: UUID | None


class Loaders:
    """The loaders of one request; each batch opens a look at the database of its own."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._loaders: dict[Any, DataLoader[Any, Any]] = {}
        self.free_lockers = self._loader(self._count_free_lockers)
        self.settings = self._loader(self._load_settings)

    def rows(self, model: type[Base]) -> DataLoader[UUID, Any]:
        """Load rows by their ids; None for those that are not the organization's."""

        async def load(ids: list[UUID]) -> Sequence[Any]:
            async with self._reader() as reading:
                return await looking.by_ids(reading, model, ids)

        return self._once(model, load)

    def belonging(self, relation: Relation) -> DataLoader[UUID, list[Any]]:
        """Load all rows that belong to a row."""

        async def load(ids: list[UUID]) -> Sequence[list[Any]]:
            async with self._reader() as reading:
                return await looking.belonging(reading, relation, ids)

        return self._once(relation.name, load)

    def pages(self, relation: Relation) -> DataLoader[PageKey, Slice]:
        """Load a page of the rows that belong to a row."""

        async def load(keys: list[PageKey]) -> Sequence[Slice]:
            found: dict[PageKey, Slice] = {}
            for (first, after), ids in _grouped(keys).items():
                async with self._reader() as reading:
                    slices = await looking.pages_belonging(
                        reading, relation, ids, first=first, after=after
                    )
                found |= {
                    PageKey(id, first, after): part for id, part in zip(ids, slices, strict=True)
                }
            return [found[key] for key in keys]

        return self._once(("page", relation.name), load)

    def answers(self, ask: Ask) -> DataLoader[Any, Any]:
        """Load what a question of `resolvers` answers for many things at once."""

        async def load(things: list[Any]) -> Sequence[Any]:
            async with self._reader() as reading:
                return await ask(reading, things)

        return self._once(ask, load)

    async def _count_free_lockers(self, spans: list[Span]) -> list[int]:
        async with self._reader() as reading:
            connection = await reading.connection()
            snapshot = Snapshot(connection, [reading.actor.organization_id])
            found = await snapshot.free_lockers(spans)
        return [found[span] for span in spans]

    async def _load_settings(self, pairs: list[Pair]) -> list[Line]:
        async with self._reader() as reading:
            return await lines(reading, pairs)

    def _once(self, key: Any, load: Callable[[list[Any]], Awaitable[Any]]) -> DataLoader[Any, Any]:
        if key not in self._loaders:
            self._loaders[key] = self._loader(load)
        return self._loaders[key]

    def _loader(self, load: Callable[[list[Any]], Awaitable[Any]]) -> DataLoader[Any, Any]:
        return DataLoader(load_fn=load, max_batch_size=LARGEST_BATCH)


def _grouped(keys: list[PageKey]) -> dict[tuple[int, UUID | None], list[UUID]]:
    groups: dict[tuple[int, UUID | None], list[UUID]] = defaultdict(list)
    for key in keys:
        groups[(key.first, key.after)].append(key.parent_id)
    return groups


def to_one(model: type[Base], attribute: str) -> Load:
    """Make the loading of a field that refers to one thing by an id that the object keeps."""

    async def load(objects: list[Any], context: Any) -> list[Any]:
        ids = [getattr(one, attribute) for one in objects]
        wanted = list({id for id in ids if id is not None})
        loaded = await context.loaders.rows(model).load_many(wanted)
        found = {
            id: object_of(model, row)
            for id, row in zip(wanted, loaded, strict=True)
            if row is not None
        }
        return [found.get(id) for id in ids]

    return load


def to_many(relation: Relation, attribute: str) -> Load:
    """Make the loading of a field that holds all things that belong to an object."""

    async def load(objects: list[Any], context: Any) -> list[Any]:
        ids = [getattr(one, attribute) for one in objects]
        found = await context.loaders.belonging(relation).load_many(ids)
        return [[object_of(relation.model, row) for row in rows] for rows in found]

    return load


def to_first(relation: Relation, attribute: str) -> Load:
    """Make the loading of a field that holds the first thing that belongs to an object, if any."""

    async def load(objects: list[Any], context: Any) -> list[Any]:
        ids = [getattr(one, attribute) for one in objects]
        found = await context.loaders.belonging(relation).load_many(ids)
        return [object_of(relation.model, rows[0]) if rows else None for rows in found]

    return load


def to_answer(model: type[Base], ask: Ask, attribute: str) -> Load:
    """Make the loading of a field for a thing that a question of `resolvers` finds, if any."""

    async def load(objects: list[Any], context: Any) -> list[Any]:
        asked = [getattr(one, attribute) for one in objects]
        found = await context.loaders.answers(ask).load_many(asked)
        return [None if row is None else object_of(model, row) for row in found]

    return load

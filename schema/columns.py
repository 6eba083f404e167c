"""How columns of values are written: all values of one field at once, see `schema.execution`."""

from asyncio import gather
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from graphql import GraphQLLeafType
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

WRITTEN_AS_THEY_ARE = {"String": str, "ID": str, "Boolean": bool}

Values = list[Any]
Load = Callable[[Values, Any], Awaitable[Iterable[Any]]]


class Unusual(Exception):
    """The ordinary executor has to answer this; it also knows what is wrong, if anything."""


@dataclass(frozen=True, slots=True)
class Column:
    """How the values of one field become those of the answer.

    Args:
        write: Takes values, gives what the answer holds for each.
        waits: Whether something is loaded on the way.
    """

    write: Callable[[Values], Coroutine[Any, Any, Values]]
    waits: bool = False


def without_waiting(written: Coroutine[Any, Any, Values]) -> Values:
    """Run a coroutine that has nothing to wait for."""
    try:
        written.send(None)
    except StopIteration as done:
        values: Values = done.value
        return values
    written.close()
    raise Unusual


async def write_required(column: Column, values: Values) -> Values:
    """Write values none of which may be null."""
    if any(value is None for value in values):
        raise Unusual
    return await column.write(values)


async def write_nullable(column: Column, values: Values) -> Values:
    """Write values some of which may be null."""
    present = [value for value in values if value is not None]
    written = iter(await column.write(present))
    return [None if value is None else next(written) for value in values]


async def write_lists(items: Column, lists: Values) -> Values:
    """Write lists by writing all of their items at once."""
    if any(type(each) not in {list, tuple} for each in lists):
        raise Unusual
    written = iter(await items.write([item for each in lists for item in each]))
    return [list(islice(written, len(each))) for each in lists]


async def write_leaves(type_: GraphQLLeafType, values: Values) -> Values:
    """Write scalars and enum values."""
    as_it_is = WRITTEN_AS_THEY_ARE.get(type_.name)
    if as_it_is and all(type(value) is as_it_is for value in values):
        return values
    complete = StrawberryGraphQLCoreExecutionContext.complete_leaf_value
    return [complete(type_, value) for value in values]


async def write_objects(
    origins: AbstractSet[type], fields: Mapping[str, Column], objects: Values
) -> Values:
    """Write objects field by field; what has to be loaded is loaded at the same time."""
    if not {type(each) for each in objects} <= origins:
        raise Unusual
    waiting = [field for field in fields.values() if field.waits]
    loaded = iter(await all_written(waiting, objects))
    columns = [
        next(loaded) if field.waits else await field.write(objects) for field in fields.values()
    ]
    keys = tuple(fields)
    return [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]


async def all_written(columns: list[Column], objects: Values) -> list[Values]:
    """Write several columns at once; when one fails, the others come to their end first."""
    if len(columns) < 2:
        return [await column.write(objects) for column in columns]
    results = await gather(*(column.write(objects) for column in columns), return_exceptions=True)
    if any(isinstance(result, BaseException) for result in results):
        raise Unusual
    return cast("list[Values]", results)


async def write_constant(value: str | None, objects: Values) -> Values:
    """Write the same value for each object."""
    return [value] * len(objects)


async def read_and_write(read: Callable[[Any], Any], column: Column, objects: Values) -> Values:
    """Write an attribute of each object."""
    return await column.write([read(each) for each in objects])


async def load_and_write(load: Load, context: Any, column: Column, objects: Values) -> Values:
    """Write what is loaded for all objects together."""
    loaded = list(await load(objects, context)) if objects else []
    if len(loaded) != len(objects):
        raise Unusual
    return await column.write(loaded)

"""Ids that clients name: those beyond somebody's reach become ids of nothing, before anything else.

So every query, mutation and subscription answers as it does for what does not exist, also those
that will be written; resolvers never meet such an id. Whoever reaches the whole organization is not
looked at.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from functools import cache, partial
from inspect import isawaitable
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLField,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
)
from sqlalchemy import Select

from models import reach
from models.base import Base
from models.dialects.among import among, ids_later
from resolvers.work import Reading, owned
from schema.context import Context
from schema.scalars import NOBODY, of_any_kind, to_id

Known = dict[str, str]
"""What ids are taken for: themselves, or the id of nothing."""


def keep_within_reach(field: GraphQLField, *, to_do: bool) -> None:
    """Let a field meet only ids within the reach of whoever asks.

    Args:
        field: A field; one without ids among its arguments stays as it is.
        to_do: Whether something is done by it, for which places count by their own unit alone.
    """
    taken = {
        one.out_name or name: one.type for name, one in field.args.items() if takes_ids(one.type)
    }
    if not taken:
        return
    if field.subscribe is not None:
        field.subscribe = partial(_narrowed, field.subscribe, taken, to_do)
    elif field.resolve is not None:
        field.resolve = partial(_narrowed, field.resolve, taken, to_do)


def takes_ids(type_: Any, seen: frozenset[str] = frozenset()) -> bool:
    """Tell whether there are ids among what a type takes."""
    inner = get_named_type(type_)
    if not is_input_object_type(inner):
        return bool(inner.name == "ID")
    return inner.name not in seen and any(
        takes_ids(one.type, seen | {inner.name}) for one in inner.fields.values()
    )


def _narrowed(
    resolve: Callable[..., Any],
    taken: dict[str, Any],
    to_do: bool,  # noqa: FBT001  # `partial` gives it by its place
    source: Any,
    info: Any,
    /,
    **given: Any,
) -> Any:
    context: Context = info.context
    if context.actor.units is None:
        return resolve(source, info, **given)
    return _resolved(partial(resolve, source, info), taken, context, given, to_do=to_do)


async def _resolved(
    resolve: Callable[..., Any],
    taken: dict[str, Any],
    context: Context,
    given: dict[str, Any],
    *,
    to_do: bool,
) -> Any:
    ids = {id for name, type_ in taken.items() for id in ids_in(type_, given.get(name))}
    async with context.reading() as reading:
        known = await _known(reading, ids, to_do=to_do)
    kept = {
        name: replaced(taken[name], value, known) if name in taken else value
        for name, value in given.items()
    }
    found = resolve(**kept)
    return await found if isawaitable(found) else found


async def _known(reading: Reading, ids: Collection[str], *, to_do: bool) -> Known:
    """Tell of each id whether it stands for something within reach, in a statement per kind."""
    of_kind: dict[type[Base], dict[UUID, str]] = defaultdict(dict)
    for text in ids:
        model, id = of_any_kind(text)
        if model is not None:
            of_kind[model][id] = text
    known: Known = {}
    for model, texts in of_kind.items():
        rows = await reading.rows(_there(model, to_do=to_do), **reading.told(ids=texts))
        found = {row.id for row in rows}
        known |= {text: text if id in found else to_id(model, NOBODY) for id, text in texts.items()}
    return known


@cache
def _there(model: type[Base], *, to_do: bool) -> Select[Any]:
    rule = reach.named if to_do else reach.seen
    these = among(model.id, ids_later("ids"))
    return owned(model).where(these, rule(model)).with_only_columns(model.id)


def ids_in(type_: Any, value: Any) -> Iterator[str]:
    """Walk through the ids in what was given for a type."""
    inner = get_nullable_type(type_)
    if value is None:
        return
    if is_list_type(inner):
        for one in value:
            yield from ids_in(inner.of_type, one)
    elif is_input_object_type(inner):
        for name, field in inner.fields.items():
            yield from ids_in(field.type, value.get(field.out_name or name))
    elif inner.name == "ID":
        yield str(value)


def replaced(type_: Any, value: Any, known: Known) -> Any:
    """Give a value with its ids as they are taken."""
    inner = get_nullable_type(type_)
    if value is None:
        return None
    if is_list_type(inner):
        return [replaced(inner.of_type, one, known) for one in value]
    if is_input_object_type(inner):
        types = {field.out_name or name: field.type for name, field in inner.fields.items()}
        return {name: replaced(types[name], one, known) for name, one in value.items()}
    return known.get(str(value), value) if inner.name == "ID" else value

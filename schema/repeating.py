"""Answers that are given again to the same idempotency key, and how payloads are kept for it.

A payload is kept by its fields. Things in it are kept by their ids alone and are looked up again,
so that an answer shows them as they are now. Secrets that are shown once are not kept.
"""

import dataclasses
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar, get_args
from uuid import UUID

import strawberry
from strawberry.types.base import (
    StrawberryList,
    StrawberryOptional,
    get_object_definition,
    has_object_definition,
)
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.private import is_private

from models.base import Base
from resolvers import idempotency
from resolvers.work import Work
from schema.inputs import Repeatable, as_written, given
from schema.nodes import Node, object_of
from schema.scalars import of_any_kind, to_id

SHOWN_ONCE = "shown_once"

Payload = TypeVar("Payload")


def shown_once(*, description: str) -> Any:
    """Make a field of a payload for a secret: it is null when the answer is given again."""
    return strawberry.field(default=None, description=description, metadata={SHOWN_ONCE: True})


async def once(
    work: Work, input: Repeatable, act: Callable[[], Awaitable[Payload]], *, name: str, payload: Any
) -> Payload:
    """Do what an input asks for, unless its key has an answer already: then give that again.

    Args:
        work: The transaction, at its beginning.
        input: What is asked for.
        act: Does it.
        name: Which mutation it is, as the same input may fit several.
        payload: The class of its answers.

    Raises:
        InvalidInput: The key is empty.
        IdempotencyConflict: The key came with something else.
    """
    key = given(input.idempotency_key)
    if key is None:
        return await act()
    asked = {name: as_written(input), "source": work.actor.source}
    del asked[name]["idempotency_key"]
    known = await idempotency.claim(work, key, asked)
    if known is not None:
        answer: Payload = await restored(work, payload, known)
        return answer
    answer = await act()
    if not work.is_undone:
        await idempotency.remember(work, key, kept(answer))
    return answer


def kept(payload: Any) -> dict[str, Any]:
    """Write an answer down as JSON; its payload as a text, as no database keeps every character."""
    ids = sorted({thing.id for thing in things_in(payload)})
    return {"things": ids, "payload": json.dumps(as_json(payload))}


async def restored(work: Work, payload: Any, answer: dict[str, Any]) -> Any:
    """Make a payload of an answer that was written down."""
    written = answer["payload"]
    if isinstance(written, str):  # former versions kept it as it is
        written = json.loads(written)
    return from_json(payload, written, await looked_up(work, answer["things"]))


def fields_of(type_: Any) -> list[StrawberryField]:
    """List the fields of a type that keep something; the others are resolved anew."""
    fields = get_object_definition(type_, strict=True).fields
    return [field for field in fields if field.base_resolver is None]


def references_of(type_: Any) -> list[str]:
    """List the ids of a type that are not shown, by which other fields of it are resolved."""
    private = [field for field in dataclasses.fields(type_) if is_private(field.type)]
    return [field.name for field in private if get_args(field.type)[0] in (UUID, UUID | None)]


def references_in(value: Any) -> Iterator[tuple[str, UUID | None]]:
    """Walk through the ids that an object holds and does not show."""
    for name in references_of(type(value)):
        yield name, getattr(value, name)


def things_in(value: Any) -> Iterator[Node]:
    """Walk through the things that a payload holds."""
    if isinstance(value, Node):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from things_in(one)
    elif has_object_definition(type(value)):
        for field in fields_of(type(value)):
            yield from things_in(getattr(value, field.python_name))


def as_json(value: Any) -> Any:
    """Write a part of a payload as JSON."""
    if isinstance(value, Node):
        return value.id
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [as_json(one) for one in value]
    if has_object_definition(type(value)):
        return {
            field.python_name: as_json(getattr(value, field.python_name))
            for field in fields_of(type(value))
            if SHOWN_ONCE not in field.metadata
        } | {name: id and str(id) for name, id in references_in(value)}
    return value


async def looked_up(work: Work, ids: Iterable[str]) -> dict[str, Any]:
    """Look things up by their ids, those of a kind at once."""
    by_kind: dict[type[Base], list[UUID]] = defaultdict(list)
    for model, id in map(of_any_kind, ids):
        if model is not None:
            by_kind[model].append(id)
    return {
        to_id(model, row.id): object_of(model, row)
        for model, ids_of_kind in by_kind.items()
        for row in await idempotency.as_now(work, model, ids_of_kind)
    }


def from_json(type_: Any, written: Any, things: Mapping[str, Any]) -> Any:
    """Turn what `as_json` wrote of a value of some type into that value again."""
    if written is None:
        return None
    match type_:
        case StrawberryOptional(of_type=inner):
            return from_json(inner, written, things)
        case StrawberryList(of_type=inner):
            return [from_json(inner, one, things) for one in written]
        case StrawberryEnumDefinition(wrapped_cls=kind):
            return kind(written)
    if has_object_definition(type_):
        return object_from_json(type_, written, things)
    return datetime.fromisoformat(written) if type_ is datetime else written


def object_from_json(type_: Any, written: Any, things: Mapping[str, Any]) -> Any:
    """Turn the id of a thing, or the fields of something else, into an object again."""
    if issubclass(type_, Node):
        return things.get(written)
    shown = {
        field.python_name: from_json(field.type, written[field.python_name], things)
        for field in fields_of(type_)
        if field.python_name in written
    }
    held = {name: written[name] and UUID(written[name]) for name in references_of(type_)}
    return type_(**shown, **held)

"""Inputs that come a thousand in a call: how one is built is found out once.

Strawberry finds out the name and the type of every field anew for every object, which takes longer
than all else that is done with them before they are planned.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from functools import cache
from typing import Any, TypeVar

from strawberry.types.arguments import InputContext
from strawberry.types.base import (
    StrawberryMaybe,
    StrawberryObjectDefinition,
    StrawberryOptional,
    StrawberryType,
    get_object_definition,
    has_object_definition,
)
from strawberry.types.enum import StrawberryEnumDefinition

from schema.scalars import CONFIG

Input = TypeVar("Input")


@dataclass(frozen=True, slots=True)
class Part:
    """A field of an input.

    Args:
        written: Its name in the schema.
        name: Its name in Python.
        type: What it holds; None where values are taken as they were read.
        has_default: Whether it knows by itself what it is when it was left out.
    """

    written: str
    name: str
    type: StrawberryType | type | None
    has_default: bool


def one_of_many(cls: type[Input]) -> type[Input]:
    """Let an input be built quickly, as it comes in lists. It is the outermost decorator."""
    get_object_definition(cls, strict=True).from_input = build
    return cls


def build(cls: type[Any], written: Mapping[str, Any], context: InputContext) -> Any:
    """Build an input of what was written, as Strawberry does.

    What was left out has its default, and is null where it has none.
    """
    values: dict[str, Any] = {}
    for part in parts_of(get_object_definition(cls, strict=True)):
        if part.written in written:
            value = written[part.written]
            if part.type is not None:
                value = context.convert(value, part.type, part.written)
            values[part.name] = value
        elif not part.has_default:
            values[part.name] = None
    return cls(**values)


@cache
def parts_of(definition: StrawberryObjectDefinition) -> list[Part]:
    """List the fields of an input."""
    return [
        Part(
            CONFIG.name_converter.from_field(field),
            field.python_name,
            _converted(field.type),
            has_default=field.default_value is not MISSING or field.default_factory is not MISSING,
        )
        for field in definition.fields
    ]


def _converted(type_: StrawberryType | type) -> StrawberryType | type | None:
    """Give a type whose values have to be converted: an object, a list or a `Maybe`; else None."""
    if isinstance(type_, StrawberryMaybe):
        return type_
    inner = type_.of_type if isinstance(type_, StrawberryOptional) else type_
    is_leaf = isinstance(inner, StrawberryEnumDefinition) or not (
        isinstance(inner, StrawberryType) or has_object_definition(inner)
    )
    return None if is_leaf else type_

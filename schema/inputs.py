"""Inputs: what all of mutations share, and what was left out, which is not the same as null."""

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import strawberry

from models.errors import InvalidInput

Value = TypeVar("Value")


@strawberry.input(description="What every mutation can be told.")
class Repeatable:
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The same key and the same input give the same answer again for seven days; "
        "every mutation has it.",
    )


def given(value: Value | None) -> Value | None:
    """Give a value, or None when it was left out."""
    return None if value is strawberry.UNSET else value


def was_given(value: Any) -> bool:
    """Tell whether a value was written, be it null."""
    return value is not strawberry.UNSET


def changes(input: Any, *names: str, required: tuple[str, ...] = ()) -> Any:
    """Collect the fields of an input that were written.

    Raises:
        InvalidInput: One that must not be null is null.
    """
    written = {name: getattr(input, name) for name in names if was_given(getattr(input, name))}
    for name in required:
        if name in written and written[name] is None:
            raise InvalidInput(f"The {name.replace('_', ' ')} must not be null.", path=(name,))
    return written


def as_written(input: Any) -> Any:
    """Give an input as plain values, without what was left out."""
    if isinstance(input, list):
        return [as_written(one) for one in input]
    if not is_dataclass(input):
        return input
    values = {field.name: getattr(input, field.name) for field in fields(input)}
    return {name: as_written(value) for name, value in values.items() if was_given(value)}

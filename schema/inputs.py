"""What was left out of an input: UNSET, which is not the same as null."""

from typing import Any, TypeVar

import strawberry

from models.errors import InvalidInput

Value = TypeVar("Value")


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

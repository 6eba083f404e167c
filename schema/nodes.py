"""Everything that has an id, and how the row behind it becomes what the client sees."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry

from models.base import Base
from resolvers.looking import permission_of
from schema.permissions import guarded_by, reached

Shown = TypeVar("Shown", bound=type[Any])

_SHOWN_AS: dict[type[Base], type[Any]] = {}


@reached
@strawberry.interface(description="Something with an id, which `node` finds again.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque, and the same for ever.")


def shows(model: type[Base]) -> Callable[[Shown], Shown]:
    """Say of a type which rows it shows; its `of` turns one into an object.

    It takes what it takes to see such rows, see `resolvers.looking.PERMISSIONS`.
    """

    def keep(shown: Shown) -> Shown:
        _SHOWN_AS[model] = shown
        return guarded_by(permission_of(model))(shown)

    return keep


def is_shown(model: type[Base]) -> bool:
    """Tell whether rows of a kind are shown with an id of their own."""
    return issubclass(_SHOWN_AS.get(model, type(None)), Node)


def object_of(model: type[Base], row: Any) -> Any:
    """Turn a row into what the client sees."""
    return _SHOWN_AS[model].of(row)

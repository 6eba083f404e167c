"""What each field takes, declared beside it.

`schema.guards.needs` adds it up, and `schema.guards.refusing` refuses.

A field of `Query`, `Mutation` and `Subscription` says what it takes. Every other type says what it
takes to see any of it, or that nothing is in it but what belongs to the field that leads there;
a field of it may take more. A test walks the schema and fails for whatever says nothing.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import wraps
from typing import Any, TypeVar

import strawberry
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
)

from models.accounts import Permission

Class = TypeVar("Class", bound=type[Any])

NOTHING: frozenset[Permission] = frozenset()
"""What something takes that everybody may see who has come in."""
PERMISSION = "permission"
HIDDEN = "hidden"

_GUARDS: dict[type[Any], frozenset[Permission]] = {}


def takes(*permissions: Permission) -> dict[str, Any]:
    """Make the metadata of a field that is refused to whoever lacks one of the permissions.

    Without any, the field may be seen by whoever sees the object that it belongs to.
    """
    return {PERMISSION: frozenset(permissions)}


def shown_to(*permissions: Permission) -> dict[str, Any]:
    """Make the metadata of a field that is null, without an error, for whoever lacks one."""
    return {PERMISSION: frozenset(permissions), HIDDEN: True}


def guarded_by(*permissions: Permission) -> Callable[[Class], Class]:
    """Say of a type what it takes to see any of it: a field that leads there is refused else."""

    def keep(type_: Class) -> Class:
        _GUARDS[type_] = frozenset(permissions)
        return type_

    return keep


def reached(type_: Class) -> Class:
    """Say of a type that whoever may see the field that leads there may see all of it."""
    return guarded_by()(type_)


def query(*, description: str, permission: Permission | frozenset[Permission]) -> Any:
    """Make a query of a method.

    Args:
        description: For the schema.
        permission: What it takes; NOTHING where it takes nothing, or what it finds decides.
    """
    return strawberry.field(description=description, metadata=takes(*_all(permission)))


def subscription(*, description: str, permission: Permission) -> Callable[..., Any]:
    """Make a subscription of a method that yields what is watched, for those who may watch it."""

    def decorate(resolve: Callable[..., AsyncGenerator[Any]]) -> Any:
        @wraps(resolve)
        async def watched(self: Any, info: Any, **given: Any) -> AsyncGenerator[Any]:
            require(info, permission)
            async with aclosing(resolve(self, info, **given)) as found:
                async for one in found:
                    yield one

        return strawberry.subscription(watched, description=description, metadata=takes(permission))

    return decorate


def require(info: Any, permission: Permission) -> None:
    """Go on only if who asks may.

    Raises:
        NotAllowed: They may not.
    """
    info.context.actor.require(permission)


def _all(permission: Permission | frozenset[Permission]) -> frozenset[Permission]:
    return frozenset({permission}) if isinstance(permission, Permission) else permission


def guard_of(type_: GraphQLNamedType) -> frozenset[Permission] | None:
    """Tell what a type takes; None when it does not say.

    A generic type, such as a connection, takes what it is made of.
    """
    if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        return NOTHING
    definition = _definition(type_)
    if not getattr(definition, "concrete_of", None):
        return _GUARDS.get(getattr(definition, "origin", type(None)))
    parts = [guard_of(get_named_type(field.type)) for field in type_.fields.values()]
    return None if None in parts else NOTHING.union(*filter(None, parts))


def need_of(field: GraphQLField) -> frozenset[Permission]:
    """Tell what a field takes: what it says itself, and what that takes to which it leads.

    One that says that it takes nothing takes nothing, wherever it leads.
    """
    own: frozenset[Permission] = _metadata(field).get(PERMISSION, NOTHING)
    if declares(field) and not own:
        return NOTHING
    return own | (guard_of(get_named_type(field.type)) or NOTHING)


def declares(field: GraphQLField) -> bool:
    """Tell whether a field says itself what it takes."""
    return PERMISSION in _metadata(field)


def is_hidden(field: GraphQLField) -> bool:
    """Tell whether a field is null for whoever lacks what it takes, rather than refused."""
    return HIDDEN in _metadata(field)


def _metadata(field: GraphQLField) -> dict[str, Any]:
    metadata: dict[str, Any] = getattr(_definition(field), "metadata", {})
    return metadata


def _definition(shown: GraphQLNamedType | GraphQLField) -> Any:
    """Find Strawberry's own description of a type or a field; None for those of GraphQL itself."""
    return shown.extensions.get("strawberry-definition")


def tell_guard(type_: GraphQLObjectType) -> None:
    """Let the description of a type say what it takes."""
    if guard := _GUARDS.get(getattr(_definition(type_), "origin", type(None))):
        type_.description = f"{type_.description} Seen with {_names(guard)}."


def tell_needs(field: GraphQLField) -> None:
    """Let the description of a field say what it takes itself."""
    if own := _metadata(field).get(PERMISSION):
        verb = "Shown with" if is_hidden(field) else "Takes"
        field.description = f"{field.description} {verb} {_names(own)}."


def _names(permissions: frozenset[Permission]) -> str:
    return " and ".join(f"`{permission.name}`" for permission in sorted(permissions))

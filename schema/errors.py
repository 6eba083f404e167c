"""Broken rules as clients see them: `userErrors` of mutations, and what each code means."""

import inspect
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cache, wraps
from typing import Any, TypeVar, cast, get_type_hints

import strawberry
from strawberry.utils.str_converters import to_camel_case

from models import errors, staff_errors
from models.errors import ErrorCode, LivionKeyError
from schema.permissions import reached


def meaning(code: ErrorCode) -> str:
    """Describe a code by the first line of the rule that it stands for."""
    rules = (*vars(errors).values(), *vars(staff_errors).values())
    rule = next(one for one in rules if getattr(one, "code", None) is code)
    return inspect.cleandoc(rule.__doc__ or "").partition("\n")[0]


def described_codes() -> type[ErrorCode]:
    """Give every code its meaning in the schema."""
    strawberry.enum(ErrorCode, description="What stood against a request; decide by it.")
    definition: Any = ErrorCode.__dict__["__strawberry_definition__"]
    for value in definition.values:
        value.description = meaning(ErrorCode[value.name])
    return ErrorCode


described_codes()


@reached
@strawberry.type(description="A rule that the request broke, and what to do about it.")
class UserError:
    code: ErrorCode = strawberry.field(description="Which rule it was.")
    message: str = strawberry.field(
        description="One plain sentence with the facts in it: what was asked, what stood against "
        "it, what would work."
    )
    path: list[str] | None = strawberry.field(
        default=None, description='The way to the offending input, such as ["input", "endsAt"].'
    )
    free_from: datetime | None = strawberry.field(
        default=None, description="From when on it would work, where that is known."
    )

    @classmethod
    def of(cls, error: LivionKeyError, *, within: tuple[str, ...] = ()) -> "UserError":
        place = (*within, *error.path)
        path = ["input", *map(to_camel_case, place)] if place else None
        return cls(code=error.code, message=error.message, path=path, free_from=error.free_from)


Payload = TypeVar("Payload")


def refusing_politely(
    resolve: Callable[..., Awaitable[Payload]],
) -> Callable[..., Awaitable[Payload]]:
    """Turn a broken rule into a payload that says which one it was."""

    @wraps(resolve)
    async def answer(*args: Any, **kwargs: Any) -> Payload:
        try:
            return await resolve(*args, **kwargs)
        except LivionKeyError as error:
            return cast("Payload", payload_of(resolve)(user_errors=[UserError.of(error)]))

    return answer


@cache
def payload_of(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """Find the class of a mutation's payload; only now, as annotations may refer to later ones."""
    payload = inspect.signature(resolve).return_annotation
    if isinstance(payload, str):
        payload = get_type_hints(resolve)["return"]
    return cast("Callable[..., Any]", payload)

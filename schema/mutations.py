"""Mutations: each is one transaction that asks for its permission and may be sent again."""

import inspect
from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import Any, TypeVar, cast

import strawberry

from models.accounts import Permission
from models.errors import LivionKeyError
from resolvers import refusals
from resolvers.work import Work
from schema.context import Info
from schema.errors import payload_of, refusing_politely
from schema.inputs import Repeatable
from schema.permissions import require, takes
from schema.repeating import once

Payload = TypeVar("Payload")
Resolve = Callable[..., Awaitable[Payload]]
Before = Callable[[Info, Any], Awaitable[Any]]


def mutation(
    *,
    permission: Permission,
    description: str,
    before: Before | None = None,
    frequent: bool = False,
) -> Callable[[Resolve[Payload]], Any]:
    """Make a mutation of a method that does it, and answers, in an open transaction.

    The method names what it needs: `work`, which is the transaction, `input`, `found`, and `info`.
    Clients see the input alone. Broken rules come back as `userErrors`; the payload's class is the
    return annotation, and every field of it has a default.

    Args:
        permission: What it takes.
        description: For the schema.
        before: Does what must not happen while a transaction is open, such as asking a geocoder;
            called with `info` and `input`, and what it answers is `found`.
        frequent: Whether it is asked for all the time, see `Database.writing`.
    """

    def decorate(resolve: Resolve[Payload]) -> Any:
        answer = refusing_politely(answering(resolve, permission, before, frequent=frequent))
        return strawberry.mutation(answer, description=description, metadata=takes(permission))

    return decorate


def answering(
    resolve: Resolve[Payload],
    permission: Permission,
    before: Before | None,
    *,
    frequent: bool = False,
) -> Resolve[Payload]:
    """Put the transaction, and what comes before and in it, around a method."""
    needed = inspect.signature(resolve).parameters

    @wraps(resolve)
    async def answer(self: Any, info: Info, input: Repeatable) -> Payload:
        require(info, permission)
        found = await before(info, input) if before else None
        refused: list[LivionKeyError] = []

        async def act(work: Work) -> Payload:
            offered = {"info": info, "work": work, "input": input, "found": found}
            given = {name: value for name, value in offered.items() if name in needed}
            payload = await once(
                work,
                input,
                lambda: resolve(self, **given),
                name=resolve.__name__,
                payload=payload_of(resolve),
            )
            refused[:] = work.refused
            return payload

        try:
            payload = await info.context.writing(act, frequent=frequent)
        except LivionKeyError as refusal:
            await tell(info, [refusal])
            raise
        await tell(info, refused)
        return payload

    cast("Any", answer).__signature__ = shown_signature(resolve)
    return answer


async def tell(info: Info, refused: list[LivionKeyError]) -> None:
    """Let people know of refusals that they have to know of, in a transaction of its own."""
    told = refusals.to_be_told(refused)
    if told:
        await info.context.writing(partial(refusals.tell, refusals=told))


def shown_signature(resolve: Resolve[Payload]) -> inspect.Signature:
    """Tell what clients and Strawberry are to see of a method."""
    signature = inspect.signature(resolve)
    info = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info)
    shown = [signature.parameters["self"], info, signature.parameters["input"]]
    return signature.replace(parameters=shown)

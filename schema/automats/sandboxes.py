"""Sandboxes: what their clocks show, and moving them."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

import strawberry

from models.accounts import Permission
from models.errors import InvalidInput
from resolvers import clocks, sandboxes
from resolvers.work import Work
from schema.context import Context, Info, clock
from schema.errors import UserError
from schema.inputs import Repeatable, given
from schema.mutations import mutation
from schema.permissions import query, reached

MOST_SECONDS = 20
LOOKS_AGAIN_SECONDS = 0.1


@reached
@strawberry.type(
    description="One time that the clock of a sandbox is moved. It goes from one thing that is "
    "due to the next and waits until each is done, so all of it happens in the order of its time."
)
class SandboxAdvance:
    from_: datetime = strawberry.field(
        name="from", description="What the clock showed when it was begun."
    )
    to: datetime = strawberry.field(description="What the clock is to show.")
    ended_at: datetime | None = strawberry.field(
        description="What the clock showed when all that was due had been done; null while it runs."
    )

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(from_=row.from_at, to=row.to_at, ended_at=row.ended_at)


@reached
@strawberry.type(description="An organization for trying things, whose clock can be moved ahead.")
class Sandbox:
    now: datetime = strawberry.field(description="What its clock shows.")
    ahead_seconds: int = strawberry.field(description="How far that is ahead of the server's time.")
    advance: SandboxAdvance | None = strawberry.field(
        description="The advance that runs, or else the last one; null before the first."
    )


@strawberry.input(description="How far the clock of your sandbox is moved: one of the two.")
class SandboxAdvanceInput(Repeatable):
    seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description="By how many seconds: from 1 to those of 400 days."
    )
    to: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="Until when: after now by the sandbox's clock, 400 days ahead at most. What is "
        "less than a second is rounded up.",
    )


@reached
@strawberry.type(description="What became of moving a clock.")
class SandboxAdvancePayload:
    advance: SandboxAdvance | None = strawberry.field(
        default=None,
        description="It runs by itself; `sandbox` tells when it has ended. Null when refused.",
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class SandboxQueries:
    @query(
        permission=Permission.VIEW,
        description="Your organization's clock; null unless it is a sandbox.",
    )
    async def sandbox(
        self,
        info: Info,
        wait_seconds: Annotated[
            int,
            strawberry.argument(
                description="So long the answer waits for an advance to end, 20 seconds at most."
            ),
        ] = 0,
    ) -> Sandbox | None:
        if not 0 <= wait_seconds <= MOST_SECONDS:
            message = f"An answer waits for 0 to {MOST_SECONDS} seconds."
            raise InvalidInput(message, path=("wait_seconds",))
        until = asyncio.get_running_loop().time() + wait_seconds
        while True:
            found = await _seen(info.context)
            runs = found and found.advance and found.advance.ended_at is None
            if not runs or asyncio.get_running_loop().time() >= until:
                return found
            await asyncio.sleep(LOOKS_AGAIN_SECONDS)


async def _seen(context: Context) -> Sandbox | None:
    """Look at a sandbox as it is now, not as it was when the request came."""
    async with context.reading() as reading:
        reading.require(Permission.VIEW)
        actor = await clocks.as_now(await reading.connection(), context.actor)
        if actor.clock_ahead is None:
            return None
        now = actor.time(clock())
        row = await sandboxes.newest(reading)
    return Sandbox(
        now=now,
        ahead_seconds=int(actor.clock_ahead.total_seconds()),
        advance=None if row is None else SandboxAdvance.of(row),
    )


@strawberry.type
class SandboxMutations:
    @mutation(
        permission=Permission.ADVANCE_SANDBOX,
        description="Move the clock of your sandbox ahead: what becomes due on the way happens, in "
        "the order of its time, and sees the clock that it would have seen. No other organization "
        "is touched. Tokens and signed addresses expire by the server's clock all the same.",
    )
    async def sandbox_advance(
        self, work: Work, input: SandboxAdvanceInput
    ) -> SandboxAdvancePayload:
        seconds = given(input.seconds)
        running = await sandboxes.advance(
            work,
            by=None if seconds is None else timedelta(seconds=seconds),
            to=given(input.to),
        )
        return SandboxAdvancePayload(advance=SandboxAdvance.of(running))

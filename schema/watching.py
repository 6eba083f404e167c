"""What subscriptions share: a look at once, and one after each commit of anybody that is over.

Each look asks anew whether the token is still good, what its role may do, and for its
organization's rows alone; nothing is kept between looks but what was shown. Looks are a tenth of a
second apart at least, and each brings a bounded number of rows; so whoever is slow is shown later,
and holds up nobody.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from models.accounts import Permission
from resolvers import accounts, clocks
from resolvers.waking import AWAY, nap
from resolvers.work import Reading
from schema.context import Context, clock

LONGEST_NAP_SECONDS = 5.0
"""What changes without a commit, such as a token that expires, is seen by then."""
SHORTEST_NAP_SECONDS = 0.1
"""Between two looks: each commit of anybody rings the bell."""

Shown = TypeVar("Shown")
Look = Callable[[Reading], Awaitable[Sequence[Shown] | None]]
"""Reads what is to be shown now; None when there is nothing to be shown any more."""


async def watch(
    context: Context,
    permission: Permission,
    look: Look[Shown],
    *,
    longest_nap_seconds: float = LONGEST_NAP_SECONDS,
) -> AsyncGenerator[Shown]:
    """Yield what looks find, until one of them says that it is over.

    Args:
        context: Whose subscription it is; it begins anew with each look.
        permission: What it takes.
        look: One look.
        longest_nap_seconds: How long after a look the next one comes at the latest, bell or not.

    Raises:
        Unauthenticated: The token has expired or was taken back.
        NotAllowed: Its role does not have the permission.
    """
    wake = asyncio.Event()
    async with context.database.echo.waking(wake):
        while True:
            wake.clear()
            found: Sequence[Shown] | None = ()
            with suppress(*AWAY):  # it goes on when the database is back
                found = await _look(context, permission, look)
            if found is None:
                return
            for one in found:
                yield one
            await asyncio.sleep(SHORTEST_NAP_SECONDS)
            if not found:
                await nap(wake, longest_nap_seconds)


async def _look(
    context: Context, permission: Permission, look: Look[Shown]
) -> Sequence[Shown] | None:
    async with context.database.reading(context.actor.organization_id) as connection:
        actor = await accounts.reach_as_now(connection, context.actor)
        context.begin_anew(await clocks.as_now(connection, actor))
        reading = Reading(connection, context.actor, context.now)
        await accounts.check_still_good(reading, clock())
        reading.require(permission)
        return await look(reading)

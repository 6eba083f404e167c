"""Things that happen at the same moment: each in a transaction of its own, really committed."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from factories import NOON

from models.accounts import Actor
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.errors import LivionKeyError
from resolvers.work import Work

Act = Callable[[Work], Awaitable[Any]]


async def by_itself(database: Database, owner: Actor, act: Act, *, at: datetime = NOON) -> Any:
    """Do something in a transaction of its own, as the front door does; a refusal comes back."""

    async def transaction() -> Any:
        async with database.writing() as session:
            return await act(Work(session, owner, at))

    try:
        return await begun_again(transaction)
    except LivionKeyError as refusal:
        return refusal


async def at_once(
    database: Database, owner: Actor, *acts: Act, at: datetime = NOON, within: float = 0.004
) -> list[Any]:
    """Do things at the same moment, or within so many seconds; who is first is left to chance."""
    order = list(enumerate(acts))
    random.shuffle(order)  # any order will do

    async def one(act: Act) -> Any:
        await asyncio.sleep(random.uniform(0, within))  # any pause will do
        return await by_itself(database, owner, act, at=at)

    answers = await asyncio.gather(*(one(act) for _, act in order))
    numbers = [number for number, _ in order]
    return [answer for _, answer in sorted(zip(numbers, answers, strict=True), key=lambda x: x[0])]

"""Comparing all entities of a scope, a block at a time, with a moment to stop between them."""

from collections.abc import AsyncIterator
from uuid import UUID

from resolvers.comparison import scope as scopes
from resolvers.comparison.compared import Compared
from resolvers.comparison.comparing import Comparer
from resolvers.comparison.scope import Scope
from resolvers.comparison.totals import Totals

BLOCK = 500
"""So many entities are in memory at a time."""


async def stream(
    comparer: Comparer, scope: Scope, *, after: UUID | None = None, size: int = BLOCK
) -> AsyncIterator[list[Compared]]:
    """Compare entities in the order of their ids, block by block.

    Args:
        comparer: Compares them.
        scope: Which entities.
        after: The last one that was compared before; None to begin.
        size: How many at a time.
    """
    while entities := await scopes.block(comparer.reading, scope, after=after, size=size):
        yield await comparer.compare(entities)
        after = entities[-1].id


async def totals_of(comparer: Comparer, scope: Scope) -> Totals:
    """Compare all entities of a scope and keep only what comes of them together."""
    totals = Totals()
    async for rows in stream(comparer, scope):
        for row in rows:
            totals.add(row)
    return totals

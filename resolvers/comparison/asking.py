"""Comparisons that are small enough to be answered at once."""

from collections.abc import Sequence
from uuid import UUID

from models.accounts import Permission
from models.errors import InvalidInput
from resolvers.comparison import scope as scopes
from resolvers.comparison.capacity import Capacity, capacities
from resolvers.comparison.comparing import MOST_WEEKS, comparer
from resolvers.comparison.missing import Missing, find
from resolvers.comparison.scope import Scope
from resolvers.comparison.streaming import totals_of
from resolvers.comparison.totals import Totals
from resolvers.looking import Slice, checked_count
from resolvers.work import Reading

MOST_TOGETHER = 1_000
"""So many entities are compared in a request to tell what comes of all of them."""
MOST_SEARCHED = 2_000
"""For so many entities a request looks where automats are missing."""


async def page(
    reading: Reading,
    group_ids: Sequence[UUID | None] | None,
    unit_id: UUID | None,
    *,
    first: int | None,
    after: UUID | None,
    weeks: int,
) -> tuple[Scope, Slice]:
    """Compare a page of entities, and say which entities were meant.

    Raises:
        NotAllowed: The actor may not see reports of entities.
        NotFound: There is no such group or unit.
        InvalidInput: More rows than a page holds, or too few or too many weeks.
    """
    reading.require(Permission.VIEW_REPORTS)
    count = checked_count(first)
    if not 1 <= weeks <= MOST_WEEKS:
        raise InvalidInput(f"`weeks` must be from 1 to {MOST_WEEKS}.", path=("weeks",))
    scope = await scopes.scope_of(reading, group_ids, unit_id)
    entities = await scopes.block(reading, scope, after=after, size=count + 1)
    compares = await comparer(reading, weeks=weeks)
    rows = await compares.compare(entities[:count])
    return scope, Slice(rows, len(entities) > count)


async def together(
    reading: Reading, scope: Scope, *, weeks: int
) -> tuple[Totals, list[Capacity]] | None:
    """Compare all entities of a scope; None when they are too many for a request."""
    if await scopes.count(reading, scope) > MOST_TOGETHER:
        return None
    compares = await comparer(reading, weeks=weeks)
    totals = await totals_of(compares, scope)
    return totals, await capacities(compares, totals)


async def missing(
    reading: Reading,
    group_ids: Sequence[UUID | None] | None,
    unit_id: UUID | None,
    *,
    limit_metres: float | None,
    count: int,
) -> Missing:
    """Find where automats are missing, see `resolvers.comparison.missing`.

    Raises:
        NotAllowed: The actor may not see reports of entities.
        NotFound: There is no such group or unit.
        InvalidInput: The distance is not positive, or there are too many entities for a request.
    """
    reading.require(Permission.VIEW_REPORTS)
    scope = await scopes.scope_of(reading, group_ids, unit_id)
    entities = await scopes.count(reading, scope)
    if entities > MOST_SEARCHED:
        raise InvalidInput(
            f"There are {entities} entities, and a request looks at {MOST_SEARCHED} at most: name "
            "a smaller unit or fewer groups, or run `livionkey selection missing`.",
            path=("organization_unit_id",),
        )
    return await find(reading, scope, limit_metres=limit_metres, count=count)

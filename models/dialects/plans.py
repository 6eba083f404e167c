"""How PostgreSQL plans statements that are about many rows at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

FOR_MANY, PLANNED_ONCE = "planned_for_many", "planned_once"
"""Marks in the options of a connection, which end with its transaction."""
ONCE_FOR_ALL = "set local plan_cache_mode = force_generic_plan"
"""Let each statement of a transaction be planned once, for whatever values it will be about.

For a push of one reservation PostgreSQL would plan half of its statements anew each time, which
takes as long as to carry out all of them. A plan is made anew when the tables are analyzed.
"""
_EACH_BY_ITSELF = text("set local plan_cache_mode = force_custom_plan")
_AS_USUAL = text("set local plan_cache_mode = auto")


async def plan_for_many(connection: AsyncConnection) -> None:
    """Let each statement of a transaction be planned for as many values as it is about.

    PostgreSQL keeps a plan that it made for some ten values, of a table as large as it was by then.
    With a thousand values, or once the table has grown from nothing, such a plan may take seconds;
    a new one takes a millisecond, which only counts where a single row is written.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(_EACH_BY_ITSELF)
        await connection.execution_options(**{FOR_MANY: True})


@asynccontextmanager
async def kept_plans(connection: AsyncConnection) -> AsyncIterator[None]:
    """Let plans be kept meanwhile after all: for statements that are run once for each row.

    So are the checks of foreign keys, 25 for each reservation that is pushed. To plan one takes
    three times as long as to do it.
    """
    within = connection.sync_connection
    if within is None or not within.get_execution_options().get(FOR_MANY):
        yield
        return
    await connection.execute(_AS_USUAL)
    yield
    await connection.execute(_EACH_BY_ITSELF)

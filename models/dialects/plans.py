"""How PostgreSQL plans statements that are about many rows at once."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_EACH_BY_ITSELF = text("set local plan_cache_mode = force_custom_plan")


async def plan_for_many(connection: AsyncConnection) -> None:
    """Let each statement of a transaction be planned for as many values as it is about.

    PostgreSQL keeps a plan that it made for some ten values, of a table as large as it was by then.
    With a thousand values, or once the table has grown from nothing, such a plan may take seconds;
    a new one takes a millisecond, which only counts where a single row is written.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(_EACH_BY_ITSELF)

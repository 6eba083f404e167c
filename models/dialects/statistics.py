"""What SQLite knows of how much is in its tables when it plans: what it was told to count.

Without it an organization is taken to have ten rows of everything, so that rows with certain ids
are looked for among all of the organization's. See https://sqlite.org/lang_analyze.html, 4.1.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_PAGES = text("pragma page_count")
_A_SAMPLE = text("pragma analysis_limit = 1000")
_COUNT = text("analyze")
GROWN = 1.5


async def counted_anew(connection: AsyncConnection, *, pages: int) -> int:
    """Count a sample of each index, if the file has grown by half since; some ten milliseconds.

    Connections that were open before go on with what they knew.

    Args:
        connection: A connection that may write.
        pages: How many pages the file had when it was counted last; 0 for never.

    Returns:
        How many it has now if it was counted, else `pages`.
    """
    now: int = (await connection.execute(_PAGES)).scalar_one()
    if now < GROWN * pages:
        return pages
    await connection.execute(_A_SAMPLE)
    await connection.execute(_COUNT)
    return now

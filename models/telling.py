"""The events of a transaction: they are told what was changed, written, and the bell rings."""

from sqlalchemy.ext.asyncio import AsyncSession

from models.changes import told_with
from models.dialects.commit_order import insert_in_order
from models.events import Event

HAPPENED, TOLD = "happened", "told"
"""Marks in `session.info`: events that are yet to be told what changed, and events to write."""
TELLS_LATER = "tells_later"
"""And: whether they are written with the commit only. Until then nobody finds them."""
RINGS = "rings"
"""And: the bell has to ring."""


async def tell(session: AsyncSession) -> None:
    """Tell with the events so far what was changed until now, and write them unless it is later."""
    rows = session.info.pop(HAPPENED, None)
    if rows:
        told_with(session.sync_session, rows)
        session.info.setdefault(TOLD, []).extend(rows)
    if not session.info.get(TELLS_LATER):
        await write_told(session)


async def write_told(session: AsyncSession) -> None:
    """Write the events of a transaction so far, all of them at once."""
    rows = session.info.pop(TOLD, None)
    if rows:
        connection = await session.connection()
        await insert_in_order(connection, Event, rows)
        session.info[RINGS] = True

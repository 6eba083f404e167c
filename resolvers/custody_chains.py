"""Reading the chains of custody: where a key was at a moment, and what is known of a locker.

Of two links the one that happened later holds, whenever we were told; of two that happened at the
same moment the one with the larger number.
"""

from datetime import datetime
from uuid import UUID

from models.automats import Locker
from models.custody import CustodyEntry, CustodyKind
from resolvers.work import Reading

HELD = {CustodyKind.FETCHED, CustodyKind.HANDED_OVER}
"""After these somebody has the key."""


async def in_force(
    reading: Reading, key_id: UUID, at: datetime | None = None
) -> CustodyEntry | None:
    """Find the link of a key's chain that holds at a moment; the newest when none is said."""
    entry = CustodyEntry
    chain = reading.own(entry).where(entry.key_id == key_id)
    if at is not None:
        chain = chain.where(entry.happened_at <= at)
    return await reading.first(chain.order_by(entry.happened_at.desc(), entry.number.desc()))


def holder_in(entry: CustodyEntry | None) -> UUID | None:
    """Tell under which key contract somebody has a key from a link on; None when nobody has."""
    return entry.key_contract_id if entry is not None and entry.kind in HELD else None


async def departure(reading: Reading, locker: Locker, at: datetime) -> CustodyEntry | None:
    """Find the link that says that a key left a locker at a moment: we may hear it twice."""
    entry = CustodyEntry
    left = reading.own(entry).where(entry.left_locker_id == locker.id, entry.reported_at == at)
    return await reading.first(left.order_by(entry.id))


async def arrival(reading: Reading, locker: Locker, at: datetime) -> CustodyEntry | None:
    """Find the link that says that a key came into a locker at a moment."""
    entry = CustodyEntry
    came = reading.own(entry).where(entry.locker_id == locker.id, entry.reported_at == at)
    return await reading.first(came.order_by(entry.id))


async def key_inside_at(reading: Reading, locker: Locker, at: datetime) -> UUID | None:
    """Tell which key lay in a locker at a moment, as far as is known."""
    entry = CustodyEntry
    came = reading.own(entry).where(entry.locker_id == locker.id, entry.reported_at <= at)
    last = await reading.first(came.order_by(entry.reported_at.desc(), entry.number.desc()))
    if last is None:
        return None
    known = await in_force(reading, last.key_id, at)
    return last.key_id if known is not None and known.locker_id == locker.id else None

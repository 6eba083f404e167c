"""Reading the chains of custody: where a key was at a moment, and what is known of a locker.

Of two links the one that happened later holds, whenever we were told; of two that happened at the
same moment the one with the larger number.
"""

from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from models.automats import Locker
from models.custody import CustodyEntry, CustodyKind
from models.dialects.instants import Instant
from models.keys import Key
from resolvers.work import Reading, owned

HELD = {CustodyKind.FETCHED, CustodyKind.HANDED_OVER}
"""After these somebody has the key."""


async def in_force(
    reading: Reading, key_id: UUID, at: datetime | None = None
) -> CustodyEntry | None:
    """Find the link of a key's chain that holds at a moment; the newest when none is said."""
    told = {"owner": reading.actor.organization_id, "key": key_id}
    if at is None:
        found = await reading.all(_newest(), **told)
    else:
        found = await reading.all(_in_force(), **told, at=at)
    return found[0] if found else None


@cache
def _newest() -> Select[CustodyEntry]:
    entry = CustodyEntry
    of_key = owned(entry).where(entry.key_id == bindparam("key"))
    return of_key.order_by(entry.happened_at.desc(), entry.number.desc()).limit(1)


@cache
def _in_force() -> Select[CustodyEntry]:
    return _newest().where(CustodyEntry.happened_at <= bindparam("at", type_=Instant))


def holder_in(entry: CustodyEntry | None) -> UUID | None:
    """Tell under which key contract somebody has a key from a link on; None when nobody has."""
    return entry.key_contract_id if entry is not None and entry.kind in HELD else None


async def departure(reading: Reading, locker: Locker, at: datetime) -> CustodyEntry | None:
    """Find the link that says that a key left a locker at a moment: we may hear it twice."""
    told = {"owner": reading.actor.organization_id, "locker": locker.id, "at": at}
    found = await reading.all(_at_locker(CustodyEntry.left_locker_id), **told)
    return found[0] if found else None


async def arrival(reading: Reading, locker: Locker, at: datetime) -> CustodyEntry | None:
    """Find the link that says that a key came into a locker at a moment."""
    told = {"owner": reading.actor.organization_id, "locker": locker.id, "at": at}
    found = await reading.all(_at_locker(CustodyEntry.locker_id), **told)
    return found[0] if found else None


@cache
def _at_locker(locker_id: InstrumentedAttribute[UUID | None]) -> Select[CustodyEntry]:
    entry = CustodyEntry
    here = locker_id == bindparam("locker"), entry.reported_at == bindparam("at", type_=Instant)
    return owned(entry).where(*here).order_by(entry.id).limit(1)


async def key_inside_at(reading: Reading, locker: Locker, at: datetime) -> Key | None:
    """Find the key that lay in a locker at a moment, as far as is known."""
    told = {"owner": reading.actor.organization_id, "locker": locker.id, "at": at}
    found = await reading.all(_inside_at(), **told)
    return found[0] if found else None


@cache
def _inside_at() -> Select[Key]:
    """Select the key that came last into a locker, if its chain says that it was still there."""
    here, at = bindparam("locker", type_=Uuid()), bindparam("at", type_=Instant)
    came, known = aliased(CustodyEntry), aliased(CustodyEntry)
    last = (
        select(came.key_id)
        .where(came.locker_id == here, came.reported_at <= at)
        .order_by(came.reported_at.desc(), came.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    place = (
        select(known.locker_id)
        .where(known.key_id == Key.id, known.happened_at <= at)
        .order_by(known.happened_at.desc(), known.number.desc())
        .limit(1)
        .correlate(Key)
        .scalar_subquery()
    )
    return owned(Key).where(Key.id == last, place == here)

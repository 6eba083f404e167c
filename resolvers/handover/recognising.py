"""Which key an automat means: it knows its lockers, sometimes a tag, and never our keys."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, or_, select

from models.automats import Automat, Locker
from models.codes import AutomatCode
from models.contracts import (
    KeyAllocation,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
from models.custody import CLOCK_TOLERANCE
from models.errors import InvalidInput
from models.keys import Key
from models.live_contracts import is_live
from models.tags import same_tag
from resolvers.custody_chains import in_force, key_inside_at
from resolvers.handover.inserting import key_being_inserted
from resolvers.work import Work, owned

Kind = LockerContractKind
OUTWARDS = (Kind.DEFAULT, Kind.FETCH)
INWARDS = (Kind.DEFAULT, Kind.RETURN)
ANOTHER_EXPECTED = "Another key was expected in that locker."


@dataclass(frozen=True, slots=True)
class Seen:
    """What can be made of a report.

    Args:
        key: Which key it is about; None when nobody knows.
        opened: The locker contract whose PIN may open the locker at that moment.
        contradiction: What is strange about it.
    """

    key: Key | None
    opened: LockerContract | None = None
    contradiction: str | None = None


async def locker_at(work: Work, automat_id: UUID | None, index: int) -> Locker:
    """Find a locker of an automat.

    Raises:
        NotFound: There is no such automat.
        InvalidInput: It has no such locker.
    """
    told = {"owner": work.actor.organization_id, "automat": automat_id, "index": index}
    for found in await work.all(_locker_at(), **told):
        return found
    automat = await work.get(Automat, automat_id, path=("automat_id",))
    last = automat.model.locker_count - 1
    message = f"The automat {automat.name} has no locker {index}; it has 0 to {last}."
    raise InvalidInput(message, path=("locker_index",))


@cache
def _locker_at() -> Select[Locker]:
    here = Locker.automat_id == bindparam("automat"), Locker.index == bindparam("index")
    return owned(Locker).where(*here)


async def key_that_left(work: Work, locker: Locker, at: datetime, tag: str | None) -> Seen:
    """Find out which key was taken: the one that lies there, else the one that is expected."""
    there = await key_inside_at(work, locker, at) or await _key_in(work, locker)
    opened = await _opened(work, locker, at, OUTWARDS)
    tagged = await _key_with_tag(work, tag) if tag else None
    if tagged is not None and (there is None or tagged.id != there.id):
        return Seen(tagged, opened, "It was not known to lie in that locker.")
    strange = "The tag that was read is that of no key." if tag and tagged is None else None
    if there is not None:
        return Seen(there, opened, strange)
    expected = await _awaited(work, opened) if opened else None
    return Seen(expected, opened, "Nobody had said that it was put into that locker.")


async def _awaited(work: Work, opened: LockerContract) -> Key | None:
    """Give the key that was to be fetched; where any will do, if one alone is waited for."""
    if opened.key_id is not None:
        return await work.find(Key, opened.key_id)
    row = KeyAllocation
    waiting = row.key_contract_id == opened.key_contract_id, row.live, row.fetched_at.is_(None)
    keys = await work.all(work.own(Key).join(row, row.key_id == Key.id).where(*waiting).limit(2))
    return keys[0] if len(keys) == 1 else None


async def key_that_came(work: Work, locker: Locker, at: datetime, tag: str | None) -> Seen:
    """Find out which key came: the one whose tag was read, else the one that is expected there."""
    if tag is None:
        return Seen(await _expected(work, locker, at))
    tagged = await _key_with_tag(work, tag)
    opened = await _opened(work, locker, at, INWARDS)
    if tagged is None or opened is None or opened.key_id in {None, tagged.id}:
        return Seen(tagged)
    return Seen(tagged, opened, ANOTHER_EXPECTED)


async def _key_in(work: Work, locker: Locker) -> Key | None:
    return await work.first(work.own(Key).where(Key.locker_id == locker.id))


async def _key_with_tag(work: Work, tag: str) -> Key | None:
    return await work.first(work.own(Key).where(Key.rfid_tag == same_tag(tag)).order_by(Key.id))


async def _opened(
    work: Work, locker: Locker, at: datetime, kinds: Collection[Kind]
) -> LockerContract | None:
    """Find the locker contract of some kinds whose PIN may open a locker at a moment.

    Clocks may be wrong and windows held longer, so of the live ones it is the last that has begun.
    Of those that are over it is the one whose window it was.
    """
    row = LockerContract
    begun = work.own(row).where(
        row.locker_id == locker.id,
        row.kind.in_(kinds),
        row.starts_at <= at + CLOCK_TOLERANCE,
    )
    live = begun.where(is_live(row)).order_by(row.starts_at.desc())
    over = begun.where(
        row.state == LockerContractState.COMPLETED,
        or_(row.ends_at.is_(None), row.ends_at > at - CLOCK_TOLERANCE),
    ).order_by(row.starts_at.desc(), row.id.desc())
    return await work.first(live) or await work.first(over)


async def _expected(work: Work, locker: Locker, at: datetime) -> Key | None:
    """Guess which key was put into a locker when nothing says which it is.

    First the key for which the locker was just opened; then whoever's time it is there; then the
    key whose return code opens it; then the key that somebody was asked to put there; then the one
    whose own locker it is.
    """
    inserted = await work.find(Key, await key_being_inserted(work, locker, at))
    if inserted is not None and inserted.locker_id != locker.id:
        return inserted
    row = LockerContract
    begun = row.starts_at <= at + CLOCK_TOLERANCE
    inwards, outwards = row.kind.in_(INWARDS), row.kind.in_(OUTWARDS)
    is_out = and_(Key.automat_id.is_(None), Key.manual_storage_id.is_(None))
    is_elsewhere = and_(Key.locker_id.is_distinct_from(locker.id), ~is_out)
    here = (
        work.own(Key)
        .join(row, row.key_id == Key.id)
        .where(row.locker_id == locker.id, is_live(row))
        .order_by(row.starts_at)
    )
    by_code = select(AutomatCode.key_id).where(AutomatCode.locker_id == locker.id)
    for guess in (
        here.where(begun, inwards, is_out),
        work.own(Key).where(Key.id.in_(by_code), is_out),
        here.where(outwards, is_elsewhere),
        work.own(Key).where(Key.selected_locker_id == locker.id, is_out),
        here.where(inwards, is_out),
        work.own(Key).where(Key.locker_id == locker.id),
    ):
        found = await work.first(guess)
        if found is not None:
            return found
    return await _was_out(work, await _opened(work, locker, at, INWARDS), at)


async def _was_out(work: Work, opened: LockerContract | None, at: datetime) -> Key | None:
    """Give the key that a locker was held for, if somebody had it at that moment."""
    if opened is None or opened.key_id is None:
        return None
    known = await in_force(work, opened.key_id, at)
    was_stored = known is None or known.automat_id or known.manual_storage_id
    return None if was_stored else await work.find(Key, opened.key_id)

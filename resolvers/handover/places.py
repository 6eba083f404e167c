"""Which locker a key is put into by hand."""

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import aliased

from geo.candidates import bits
from models.automats import Automat, Locker, LockerState
from models.availability import overlaps
from models.contracts import LockerContract, LockerContractKind
from models.errors import InvalidInput, NoFreeLocker
from models.keys import Key
from models.live_contracts import is_live
from models.times import Window
from resolvers.keys import check_is_there, free_lockers
from resolvers.work import Work

PATH = ("locker_index",)


async def locker_for(work: Work, key: Key, automat: Automat, index: int | None) -> Locker:
    """Find the locker for a key: the one that is named, held for it, its own, or a free one.

    Raises:
        InvalidInput: The automat has no such locker, or was uninstalled.
        NoFreeLocker: Somebody else holds the locker now, or every one is in use.
    """
    (automat,) = await work.locked(Automat, [automat.id])
    check_is_there(automat)
    held = await _held_for(work, key, automat)
    free = await free_lockers(work, automat, Window.moment(work.now))
    if index is None and held is not None:
        return held
    chosen = next(bits(free), None) if index is None else index
    if chosen is None:
        raise NoFreeLocker(f"No locker of {automat.name} is free now.", path=PATH)
    locker = await _locker(work, automat, chosen)
    is_own = locker.id == key.locker_id or (held is not None and locker.id == held.id)
    if not is_own and not free >> chosen & 1:
        hint = f" Locker {held.index} is held for it." if held is not None else ""
        message = f"Locker {chosen} of {automat.name} is in use now.{hint}"
        raise NoFreeLocker(message, path=PATH)
    return locker


async def _locker(work: Work, automat: Automat, index: int) -> Locker:
    lockers = work.own(Locker).where(Locker.automat_id == automat.id, Locker.index == index)
    found = await work.first(lockers)
    if found is None:
        raise InvalidInput(f"The automat {automat.name} has no locker {index}.", path=PATH)
    return found


async def _held_for(work: Work, key: Key, automat: Automat) -> Locker | None:
    """Find the locker that the key's next contract holds at an automat, else its own there.

    Not where it is out of order, another key lies in it now, or somebody else holds it until then.
    """
    row = LockerContract
    coming = (
        work.own(Locker)
        .join(row, row.locker_id == Locker.id)
        .where(
            *_is_empty(work, key),
            row.key_id == key.id,
            row.automat_id == automat.id,
            is_live(row),
            row.kind != LockerContractKind.RETURN,
            or_(row.ends_at.is_(None), row.ends_at > work.now),
        )
        .order_by(row.starts_at)
    )
    found = await work.first(coming)
    if found is None and key.selected_automat_id == automat.id:
        own = work.own(Locker).where(Locker.id == key.selected_locker_id, *_is_empty(work, key))
        found = await work.first(own)
    return found


def _is_empty(work: Work, key: Key) -> tuple[ColumnElement[bool], ...]:
    """Say that a locker works, no other key lies in it, and no contract for one holds it now."""
    other, row = aliased(Key), aliased(LockerContract)
    inside = exists().where(other.locker_id == Locker.id, other.id != key.id)
    held = exists().where(
        row.locker_id == Locker.id,
        row.key_id.is_distinct_from(key.id),
        is_live(row),
        overlaps(row, Window.moment(work.now)),
    )
    return Locker.state != LockerState.OUT_OF_ORDER, ~inside, ~held

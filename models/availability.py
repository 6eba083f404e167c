"""When a locker is free, as SQL that counts over the whole window that a contract would hold.

A locker is free over [from, to) when it is not out of order, no live locker contract on it
overlaps the window, and no key lies in it or is bound to it, unless a contract takes that key out
before `from`.
"""

from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    and_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from models.automats import Automat, Locker, LockerState
from models.contracts import LIVE_STATES, KeyContract, LockerContract, LockerContractKind
from models.keys import Key
from models.times import Window

_FETCH = aliased(LockerContract, name="fetch_contract")
Ignored: TypeAlias = UUID | BindParameter[UUID] | None


def told_later(*, permanent: bool) -> Window:
    """Give a window for a statement that is made once and told its `moments` when it is run.

    Making such a statement anew each time takes longer than running it.
    """
    later: Any = Window
    window: Window = later(bindparam("starts_at"), None if permanent else bindparam("ends_at"))
    return window


def moments(window: Window) -> dict[str, datetime]:
    """Give what a statement that was made with `told_later` is told when it is run."""
    if window.ends_at is None:
        return {"starts_at": window.starts_at}
    return {"starts_at": window.starts_at, "ends_at": window.ends_at}


def free_lockers(window: Window, *, ignoring: Ignored = None) -> ScalarSelect[int]:
    """Count the lockers of `Automat` that are free over a window.

    Args:
        window: The whole time that a locker would be held.
        ignoring: A reservation whose own locker contracts count as free.
    """
    return (
        select(func.count())
        .select_from(Locker)
        .where(Locker.automat_id == Automat.id, is_free(window, ignoring=ignoring))
        .correlate(Automat)
        .scalar_subquery()
    )


def is_free(window: Window, *, ignoring: Ignored = None) -> ColumnElement[bool]:
    """Tell of a `Locker` whether it is free over a window."""
    return and_(
        is_open_for_contract(window, ignoring=ignoring),
        not_(_holds_a_key(Key.locker_id, window)),
        not_(_holds_a_key(Key.selected_locker_id, window)),
    )


def is_open_for_contract(window: Window, *, ignoring: Ignored = None) -> ColumnElement[bool]:
    """Tell of a `Locker` whether the key that lies in it can be fetched from it over a window."""
    overlapping = exists().where(
        LockerContract.locker_id == Locker.id,
        LockerContract.state.in_(LIVE_STATES),
        overlaps(LockerContract, window),
        *_not_of(ignoring),
    )
    return and_(Locker.state != LockerState.OUT_OF_ORDER, not_(overlapping))


def overlaps(promise: Any, window: Window) -> ColumnElement[bool]:
    """Tell of rows with `starts_at` and `ends_at` whether they share a moment with a window."""
    ends_later: ColumnElement[bool] = or_(
        promise.ends_at.is_(None), promise.ends_at > window.starts_at
    )
    if window.ends_at is None:
        return ends_later
    return and_(promise.starts_at < window.ends_at, ends_later)


def _holds_a_key(place: InstrumentedAttribute[UUID | None], window: Window) -> ColumnElement[bool]:
    taken_out_before = exists().where(
        _FETCH.locker_id == place,
        _FETCH.key_id == Key.id,
        _FETCH.kind == LockerContractKind.FETCH,
        _FETCH.state.in_(LIVE_STATES),
        _FETCH.ends_at <= window.starts_at,
    )
    return exists().where(place == Locker.id, not_(taken_out_before))


def _not_of(reservation_id: Ignored) -> list[ColumnElement[bool]]:
    if reservation_id is None:
        return []
    own = select(KeyContract.id).where(KeyContract.reservation_id == reservation_id)
    return [LockerContract.key_contract_id.not_in(own)]

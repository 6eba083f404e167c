"""How much of an automat is held, and when it will be full, by the contracts that there are.

Both are read for many automats at once: what a page of automats asks for is one statement or two.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Select, bindparam, or_

from models.accounts import Permission
from models.automats import Automat, Locker
from models.availability import Span, blocked_lockers
from models.contracts import LockerContract, LockerContractKind
from models.dialects.among import among, ids_later
from models.keys import Key
from models.live_contracts import is_live
from models.times import LAST_MOMENT, Window
from resolvers.work import Reading, owned

DAY = timedelta(days=1)


class Held(NamedTuple):
    """A live locker contract, as far as room is concerned.

    Args:
        locker: Its index.
        starts_at: From when on it is held.
        ends_at: The first moment at which it is not; None for a permanent one.
        kind: What it is held for.
        key_id: For which key; None for whichever there is.
    """

    locker: int
    starts_at: datetime
    ends_at: datetime | None
    kind: LockerContractKind
    key_id: UUID | None


@dataclass(frozen=True, slots=True)
class Use:
    """How much of an automat is held over a window.

    Args:
        held: The time for which live contracts hold lockers that are not out of order.
        usable: How many lockers are not out of order.
        window: The window.
    """

    held: timedelta
    usable: int
    window: Window

    @property
    def length(self) -> timedelta:
        """How long the window is; to the last moment of the calendar where it has no end."""
        return (self.window.ends_at or LAST_MOMENT) - self.window.starts_at

    @property
    def share(self) -> float | None:
        """The share of the time of its usable lockers that is held, from 0 to 1."""
        return self.share_with(timedelta())

    def share_with(self, more: timedelta) -> float | None:
        """The same if lockers were held for so much longer; over 1 where that has no room."""
        if not self.usable:
            return None
        return (self.held + more) / (self.usable * self.length)


async def uses(reading: Reading, spans: Sequence[Span]) -> list[Use | None]:
    """Tell how much of automats is held over windows; None for those that are not there.

    Two statements, however many they are.

    Raises:
        NotAllowed: The actor may not see reports of use.
    """
    reading.require(Permission.VIEW_REPORTS)
    ids = {span.automat_id for span in spans}
    usable = await _usable(reading, ids)
    begin = min((span.window.starts_at for span in spans), default=reading.now)
    held = await _held(reading, ids, begin)
    return [
        _use(span.window, usable[span.automat_id], held[span.automat_id])
        if span.automat_id in usable
        else None
        for span in spans
    ]


async def shares(reading: Reading, spans: Sequence[Span]) -> list[float | None]:
    """Tell which share of the time of automats is held over windows, see `Use.share`."""
    return [None if use is None else use.share for use in await uses(reading, spans)]


def _use(window: Window, usable: int, contracts: Sequence[Held]) -> Use:
    held = timedelta()
    for one in contracts:
        if usable >> one.locker & 1:
            held += _shared(window, one)
    return Use(held, usable.bit_count(), window)


def _shared(window: Window, held: Held) -> timedelta:
    """Give how long a contract holds its locker within a window."""
    end = min(window.ends_at or LAST_MOMENT, held.ends_at or LAST_MOMENT)
    return max(end - max(window.starts_at, held.starts_at), timedelta())


async def days_to_full(reading: Reading, automat_ids: Sequence[UUID]) -> list[float | None]:
    """Tell in how many days each of several automats has no free locker for the first time.

    Four statements, however many they are. Keys that come back are not foreseen, nor contracts that
    nobody has made yet; 0 where it is full now, None where it never will be.

    Raises:
        NotAllowed: The actor may not look at automats.
    """
    reading.require(Permission.VIEW_AUTOMATS)
    usable = await _usable(reading, automat_ids)
    held = await _held(reading, automat_ids, reading.now)
    now = {id: Span(id, Window.moment(reading.now)) for id in usable}
    blocked = await blocked_lockers(await reading.connection(), list(now.values()))
    keys = await _keys(reading, automat_ids)
    found: list[float | None] = []
    for id in automat_ids:
        full_at = None
        if id in usable:
            kept = [one for one in keys[id] if blocked[now[id]].by_keys >> one.locker & 1]
            full_at = _full_at(reading.now, usable[id], kept, held[id])
        found.append(None if full_at is None else (full_at - reading.now) / DAY)
    return found


class Kept(NamedTuple):
    """A key that lies in a locker, or to which the locker is bound."""

    locker: int
    key_id: UUID


def _full_at(
    now: datetime, usable: int, keys: Sequence[Kept], contracts: Sequence[Held]
) -> datetime | None:
    """Find the first moment at which each usable locker is held or has a key.

    That can begin only now or where a contract does. A key is in the way until a contract that
    fetches it has ended.
    """
    starts = sorted({now, *(one.starts_at for one in contracts if one.starts_at > now)})
    free_from = [(key.locker, _gone_at(key, contracts)) for key in keys]
    pending = sorted(contracts, key=lambda one: one.starts_at, reverse=True)
    running: list[Held] = []
    for moment in starts:
        running = [one for one in running if one.ends_at is None or one.ends_at > moment]
        while pending and pending[-1].starts_at <= moment:
            running.append(pending.pop())
        taken = _bits(index for index, gone in free_from if gone is None or gone > moment)
        taken |= _bits(one.locker for one in running if one.ends_at is None or one.ends_at > moment)
        if not usable & ~taken:
            return moment
    return None


def _gone_at(key: Kept, contracts: Sequence[Held]) -> datetime | None:
    """Tell from when on a key is not in the way of others; None when it always is."""
    fetches = [
        one.ends_at
        for one in contracts
        if one.locker == key.locker
        and one.kind == LockerContractKind.FETCH
        and one.key_id in (None, key.key_id)
        and one.ends_at is not None
    ]
    return min(fetches, default=None)


def _bits(indexes: Iterable[int]) -> int:
    bits = 0
    for index in indexes:
        bits |= 1 << index
    return bits


async def _usable(reading: Reading, ids: Iterable[UUID]) -> dict[UUID, int]:
    told = {"owner": reading.actor.organization_id, "automats": list(ids)}
    return {row.id: row.usable_lockers for row in await reading.rows(_automats(), **told)}


async def _held(reading: Reading, ids: Iterable[UUID], after: datetime) -> dict[UUID, list[Held]]:
    """Read the live contracts of automats that end after a moment, in the order of their starts."""
    told = {"owner": reading.actor.organization_id, "automats": list(ids), "after": after}
    found: dict[UUID, list[Held]] = defaultdict(list)
    for automat_id, *held in await reading.rows(_contracts(), **told):
        found[automat_id].append(Held(*held))
    return found


async def _keys(reading: Reading, ids: Iterable[UUID]) -> dict[UUID, list[Kept]]:
    told = {"owner": reading.actor.organization_id, "automats": list(ids)}
    found: dict[UUID, list[Kept]] = defaultdict(list)
    for automat_id, *kept in await reading.rows(_lockers_of_keys(), **told):
        found[automat_id].append(Kept(*kept))
    return found


@cache
def _automats() -> Select[*tuple[Any, ...]]:
    of_these = among(Automat.id, ids_later("automats"))
    return owned(Automat).with_only_columns(Automat.id, Automat.usable_lockers).where(of_these)


@cache
def _contracts() -> Select[*tuple[Any, ...]]:
    contract = LockerContract
    after: BindParameter[datetime] = bindparam("after", type_=contract.starts_at.type)
    columns = (contract.starts_at, contract.ends_at, contract.kind, contract.key_id)
    return (
        owned(contract)
        .with_only_columns(contract.automat_id, Locker.index, *columns)
        .join(Locker, Locker.id == contract.locker_id)
        .where(
            among(contract.automat_id, ids_later("automats")),
            is_live(contract),
            or_(contract.ends_at.is_(None), contract.ends_at > after),
        )
        .order_by(contract.starts_at)
    )


@cache
def _lockers_of_keys() -> Select[*tuple[Any, ...]]:
    bound = or_(Locker.id == Key.locker_id, Locker.id == Key.selected_locker_id)
    return (
        owned(Key)
        .with_only_columns(Locker.automat_id, Locker.index, Key.id)
        .join(Locker, bound)
        .where(among(Locker.automat_id, ids_later("automats")))
    )

"""Where keys that are out can be brought back to: return is never blocked.

It is the first of these: a locker that is held for the key, its desk, its automat as long as a
locker of it is free now, a desk of the unit of that automat or of the nearest unit above, any other
desk. So an organization that has a desk takes every key back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased

from models import reach
from models.automats import Automat, AutomatState, Locker, LockerState
from models.availability import Blocked, Span, blocked_lockers
from models.contracts import KeyAllocation, LockerContract, LockerContractKind
from models.dialects.among import among, ids_later
from models.keys import Key, ManualStorage
from models.live_contracts import is_live
from models.times import Window
from resolvers.looking import by_ids
from resolvers.settings import lines
from resolvers.work import Reading, owned


@dataclass(frozen=True, slots=True)
class ReturnPlace:
    """Where a key can be brought back to: an automat or a desk.

    Args:
        automat_id: The automat.
        locker_id: Its locker, where it is a certain one.
        manual_storage_id: The desk.
        locker_contract_id: The contract that holds the locker for it.
        opens_at: From when on; now where nothing says otherwise.
    """

    opens_at: datetime
    automat_id: UUID | None = None
    locker_id: UUID | None = None
    manual_storage_id: UUID | None = None
    locker_contract_id: UUID | None = None


Places = dict[UUID, ReturnPlace]


async def return_places(reading: Reading, key_ids: Sequence[UUID]) -> list[ReturnPlace | None]:
    """Find for each of several keys where it can be brought back to, in a few statements.

    Raises:
        NotAllowed: The actor may not see keys.
    """
    keys = [key for key in await by_ids(reading, Key, key_ids) if key is not None]
    places = await _held(reading, keys)
    places |= _their_desks(reading, _without(places, keys))
    if left := _without(places, keys):
        automats = await _automats(reading, left)
        places |= await _their_automats(reading, left, automats)
        if left := _without(places, left):
            places |= await _other_desks(reading, left, automats)
    return [places.get(id) for id in key_ids]


def _without(places: Places, keys: Iterable[Key]) -> list[Key]:
    return [key for key in keys if key.id not in places]


async def _held(reading: Reading, keys: Sequence[Key]) -> Places:
    """Find the lockers that are held for keys by the contracts under which somebody has them."""
    told = reading.told(keys=[key.id for key in keys])
    statement = _locker_contracts()
    if reading.is_narrow:
        statement = statement.where(reach.seen(LockerContract))
    rows: Sequence[Any] = await reading.all(statement, **told)
    return {
        row.key_id: ReturnPlace(
            opens_at=max(row.starts_at, reading.now),
            automat_id=row.automat_id,
            locker_id=row.locker_id,
            locker_contract_id=row.id,
        )
        for row in rows
    }


@cache
def _locker_contracts() -> Select[LockerContract]:
    row, allocation, inside = LockerContract, KeyAllocation, aliased(Key)
    is_full = exists().where(inside.locker_id == row.locker_id, inside.id != row.key_id)
    return (
        owned(row)
        .join(allocation, allocation.key_contract_id == row.key_contract_id)
        .join(Automat, Automat.id == row.automat_id)
        .join(Locker, Locker.id == row.locker_id)
        .where(
            among(row.key_id, ids_later("keys")),
            is_live(row),
            row.kind != LockerContractKind.FETCH,
            allocation.key_id == row.key_id,
            allocation.live,
            allocation.fetched_at.is_not(None),
            Automat.state == AutomatState.IN_SERVICE,
            Locker.state != LockerState.OUT_OF_ORDER,
            ~is_full,
        )
        .order_by(row.starts_at.desc(), row.id.desc())
    )


def _their_desks(reading: Reading, keys: Iterable[Key]) -> Places:
    return {
        key.id: ReturnPlace(reading.now, manual_storage_id=key.selected_manual_storage_id)
        for key in keys
        if key.selected_manual_storage_id is not None
    }


async def _automats(reading: Reading, keys: Sequence[Key]) -> dict[UUID, Any]:
    """Read the automats in which keys live."""
    columns = select(Automat.id, Automat.unit_id, Automat.state, Automat.usable_lockers)
    theirs = columns.where(
        Automat.organization_id == reading.actor.organization_id,
        among(Automat.id, {_home(key) for key in keys}),
    )
    return {row.id: row for row in await reading.rows(theirs)}


async def _their_automats(
    reading: Reading, keys: Sequence[Key], automats: Mapping[UUID, Any]
) -> Places:
    """Find room in the automats in which keys live: their own locker there, or any."""
    moment = Window.moment(reading.now)
    open_ones = [id for id, row in automats.items() if row.state == AutomatState.IN_SERVICE]
    connection = await reading.connection()
    blocked = await blocked_lockers(connection, [Span(id, moment) for id in open_ones])
    own = await _own_lockers(reading, keys)
    places: Places = {}
    for key in keys:
        automat_id = key.selected_automat_id
        if automat_id is None or automat_id not in open_ones:
            continue
        room = _room(automats[automat_id], blocked[Span(automat_id, moment)], own.get(key.id))
        if room is not None:
            places[key.id] = ReturnPlace(reading.now, automat_id, *room)
    return places


def _room(automat: Any, blocked: Blocked, own: Any) -> tuple[UUID | None] | None:
    """Say which locker of an automat takes a key: its own, or any; None when none does."""
    open_ones = automat.usable_lockers & ~blocked.by_contracts
    if own is not None and open_ones >> own.index & 1:
        return (own.id,)
    return (None,) if open_ones & ~blocked.by_keys else None


async def _own_lockers(reading: Reading, keys: Sequence[Key]) -> dict[UUID, Any]:
    """Find the lockers of their own that keys have and in which no other key lies."""
    key, inside = aliased(Key), aliased(Key)
    is_full = exists().where(inside.locker_id == Locker.id, inside.id != key.id)
    own = (
        select(key.id.label("key_id"), Locker.id, Locker.index)
        .join(Locker, Locker.id == key.selected_locker_id)
        .where(among(key.id, [one.id for one in keys]), ~is_full)
    )
    return {row.key_id: row for row in await reading.rows(own)}


async def _other_desks(
    reading: Reading, keys: Sequence[Key], automats: Mapping[UUID, Any]
) -> Places:
    """Find the nearest desk up the tree of units from an automat, else any."""
    homes = {key.id: automats[_home(key)].unit_id for key in keys}
    found = await lines(reading, [(unit_id, None) for unit_id in homes.values()])
    above = dict(zip(homes, ([unit.id for unit in line.units] for line in found), strict=True))
    desks = await _desks(reading, {id for ids in above.values() for id in ids})
    nearest = {
        key_id: next((desks[id] for id in ids if id in desks), None)
        for key_id, ids in above.items()
    }
    if None in nearest.values():
        any_one = await reading.first(reading.seen(ManualStorage).order_by(ManualStorage.id))
        if any_one is not None:
            nearest = {key_id: desk or any_one.id for key_id, desk in nearest.items()}
    return {
        key_id: ReturnPlace(reading.now, manual_storage_id=desk)
        for key_id, desk in nearest.items()
        if desk is not None
    }


def _home(key: Key) -> UUID:
    assert key.selected_automat_id is not None  # noqa: S101 - else it lives at a desk
    return key.selected_automat_id


async def _desks(reading: Reading, unit_ids: set[UUID]) -> dict[UUID, UUID]:
    """Find the first desk of each unit that has one."""
    desk = ManualStorage
    theirs = reading.seen(desk).with_only_columns(desk.id)
    number = func.row_number().over(partition_by=desk.unit_id, order_by=desk.id)
    placed = (
        select(desk.id, desk.unit_id, number.label("place"))
        .where(desk.organization_id == reading.actor.organization_id)
        .where(among(desk.unit_id, unit_ids), *([desk.id.in_(theirs)] if reading.is_narrow else []))
        .subquery()
    )
    firsts = select(placed.c.id, placed.c.unit_id).where(placed.c.place == 1)
    return {row.unit_id: row.id for row in await reading.rows(firsts)}

"""What key contracts hold: kept where that is still possible when they are planned anew."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select

from geo.key_supply import KeyOption
from models.automats import Locker
from models.contracts import LIVE_STATES, KeyAllocation, LockerContract
from models.contracts import LockerContractKind as Kind
from models.contracts import LockerContractState as State
from models.dialects.among import also, among, ids_later
from models.sealed import Sealed
from models.times import Window
from resolvers.work import Reading


@dataclass(frozen=True, slots=True)
class HeldLocker:
    """One live locker contract, or one that found no locker yet."""

    id: UUID
    kind: Kind
    automat_id: UUID
    locker_index: int | None
    key_id: UUID | None
    sealed_pin: Sealed | None
    window: Window
    sync_at: datetime
    state: State
    return_only: bool
    opened_at: datetime | None = None
    unused_at: datetime | None = None

    @property
    def pin(self) -> str | None:
        """What opens it."""
        return None if self.sealed_pin is None else self.sealed_pin.opened(of=self.id)


@dataclass(frozen=True, slots=True)
class HeldKey:
    """One live allocation of a key."""

    id: UUID
    key_id: UUID
    window: Window
    fetched_at: datetime | None

    @property
    def is_out(self) -> bool:
        """Whether somebody has it."""
        return self.fetched_at is not None


@dataclass(frozen=True, slots=True)
class Held:
    """The keys and lockers that a key contract holds.

    Args:
        keys: The keys.
        lockers: The lockers.
        leaves: The automat that it has to leave: what it holds there goes on at another one.
    """

    keys: tuple[HeldKey, ...] = ()
    lockers: tuple[HeldLocker, ...] = ()
    leaves: UUID | None = None

    @property
    def keys_out(self) -> tuple[HeldKey, ...]:
        """The keys that somebody has."""
        return tuple(key for key in self.keys if key.is_out)

    def first(self, options: Sequence[KeyOption]) -> list[KeyOption]:
        """Put the keys that are held before the others."""
        held = {key.key_id for key in self.keys}
        return sorted(options, key=lambda option: option.key.id not in held)

    def matched(
        self, kind: Kind, automat_id: UUID, key_ids: Sequence[UUID]
    ) -> dict[UUID, HeldLocker]:
        """Match keys with the lockers that are held at an automat to hand out or to take back.

        What is held at an automat that has to be left counts as held here.

        Each key gets its own; where a locker is held for another key, it goes to the next in turn.
        """
        places = {automat_id, self.leaves}
        here = [one for one in self._on_the_side_of(kind) if one.automat_id in places]
        own = {one.key_id: one for one in here if one.key_id in key_ids}
        rest = [one for one in here if one not in own.values()]
        others = [id for id in key_ids if id not in own]
        return {id: own[id] for id in key_ids if id in own} | dict(zip(others, rest, strict=False))

    def _on_the_side_of(self, kind: Kind) -> list[HeldLocker]:
        """Give the lockers for handing out, or those for taking back.

        A locker that was held all the time is one to come back to once its key is out.
        """
        if kind is not Kind.RETURN:
            return [one for one in self.lockers if one.kind is not Kind.RETURN]
        back = [one for one in self.lockers if one.kind is Kind.RETURN]
        out = {key.key_id for key in self.keys_out}
        return back or [
            one for one in self.lockers if one.kind is Kind.DEFAULT and one.key_id in out
        ]


NOTHING_HELD = Held()


async def held_by(reading: Reading, contract_ids: Collection[UUID]) -> dict[UUID, Held]:
    """Read what each of several key contracts holds, in two statements."""
    if not contract_ids:
        return {}
    told = {"owner": reading.actor.organization_id, "contracts": list(contract_ids)}
    keys: dict[UUID, list[HeldKey]] = defaultdict(list)
    for row in await reading.rows(_keys(), **told):
        window = Window(row.starts_at, row.ends_at)
        keys[row.key_contract_id].append(HeldKey(row.id, row.key_id, window, row.fetched_at))
    lockers: dict[UUID, list[HeldLocker]] = defaultdict(list)
    for row in await reading.rows(_lockers(), **told):
        lockers[row.key_contract_id].append(_held_locker(row))
    return {id: Held(tuple(keys[id]), tuple(lockers[id])) for id in contract_ids}


def _held_locker(row: Any) -> HeldLocker:
    return HeldLocker(
        id=row.id,
        kind=row.kind,
        automat_id=row.automat_id,
        locker_index=row.index,
        key_id=row.key_id,
        sealed_pin=row.sealed_pin,
        window=Window(row.starts_at, row.ends_at),
        sync_at=row.sync_at,
        state=row.state,
        return_only=row.return_only,
        opened_at=row.opened_at,
        unused_at=row.unused_at,
    )


@cache
def _keys() -> Select[*tuple[Any, ...]]:
    return select(
        KeyAllocation.id,
        KeyAllocation.key_contract_id,
        KeyAllocation.key_id,
        KeyAllocation.starts_at,
        KeyAllocation.ends_at,
        KeyAllocation.fetched_at,
    ).where(
        also(KeyAllocation.organization_id, bindparam("owner", type_=Uuid())),
        among(KeyAllocation.key_contract_id, ids_later("contracts")),
        KeyAllocation.live,
    )


@cache
def _lockers() -> Select[*tuple[Any, ...]]:
    row = LockerContract
    columns: Select[*tuple[Any, ...]] = select(
        *(row.id, row.key_contract_id, row.kind, row.automat_id, Locker.index, row.key_id),
        *(row.sealed_pin, row.starts_at, row.ends_at, row.sync_at, row.state, row.return_only),
        *(row.opened_at, row.unused_at),
    )
    return (
        columns.outerjoin(Locker, Locker.id == row.locker_id)
        .where(
            also(row.organization_id, bindparam("owner", type_=Uuid())),
            among(row.key_contract_id, ids_later("contracts")),
            row.state.in_((*LIVE_STATES, State.FAILED.value)),
        )
        .order_by(row.id)
    )

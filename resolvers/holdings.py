"""What a reservation held before it was planned anew: kept where that is still possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from geo.key_supply import KeyOption
from models.contracts import KeyAllocation, LockerContract


@dataclass(frozen=True, slots=True)
class Holding:
    """One locker that was held, for which key, and the PIN that opened it."""

    automat_id: UUID
    locker_id: UUID | None
    key_id: UUID | None
    pin: str | None


NOTHING = Holding(automat_id=UUID(int=0), locker_id=None, key_id=None, pin=None)


@dataclass(frozen=True, slots=True)
class Held:
    """The keys and lockers that a key contract has let go.

    Args:
        key_ids: The keys.
        holdings: The lockers.
    """

    key_ids: frozenset[UUID] = frozenset()
    holdings: tuple[Holding, ...] = ()

    @classmethod
    def of(cls, allocations: Sequence[KeyAllocation], contracts: Sequence[LockerContract]) -> Self:
        """Note what is about to be let go."""
        return cls(
            frozenset(allocation.key_id for allocation in allocations),
            tuple(Holding(one.automat_id, one.locker_id, one.key_id, one.pin) for one in contracts),
        )

    def first(self, options: Sequence[KeyOption]) -> list[KeyOption]:
        """Put the keys that were held before the others."""
        return sorted(options, key=lambda option: option.key.id not in self.key_ids)

    def at(self, automat_id: UUID, key_ids: Sequence[UUID]) -> dict[UUID, Holding]:
        """Match keys with what was held at an automat: each its own, the others in turn."""
        here = [holding for holding in self.holdings if holding.automat_id == automat_id]
        own = {holding.key_id: holding for holding in here if holding.key_id in key_ids}
        rest = [holding for holding in here if holding.key_id not in own]
        others = [id for id in key_ids if id not in own]
        matched = {id: own.get(id, NOTHING) for id in key_ids}
        return matched | dict(zip(others, rest, strict=False))

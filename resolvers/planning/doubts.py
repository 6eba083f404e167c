"""Which plans have to be made again, when something is otherwise than they took it to be."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from models.errors import LivionKeyError
from resolvers.planning.stays import Plan, Stay

Planned = Plan | LivionKeyError


class Doubts:
    """What may be otherwise now: automats that others came to first, and what follows from that.

    A plan is made of the automats that it looked at and of the keys of its stay, and of what the
    stays before it take of those. Where none of that is in doubt, it would come out the same.

    Args:
        former: What was planned before.
        automat_ids: The automats that are otherwise.
    """

    def __init__(self, former: Mapping[Stay, Planned], automat_ids: Iterable[UUID]) -> None:
        self._former = former
        self._automats = set(automat_ids)
        self._keys: set[UUID] = set()

    def spared(self, stay: Stay, key_ids: Iterable[UUID]) -> Plan | None:
        """Give the plan of a stay if it still holds; one that refuses is always made again.

        So is one whose key comes back later: for that, other automats were looked at.

        Args:
            stay: The stay.
            key_ids: The keys that come into question for it.
        """
        plan = self._former.get(stay)
        if not isinstance(plan, Plan) or plan.waits_for is not None:
            return None
        if len(stay.phases) > 1 or not self._keys.isdisjoint(key_ids):
            return None
        seen = plan.decision.seen
        looks = seen.facts_over.values() if seen is not None else ()
        is_doubted = any(one.automat.id in self._automats for look in looks for one in look)
        return None if is_doubted else plan

    def follow(self, stay: Stay, after: Planned) -> None:
        """Doubt what a stay takes now and did not before, and the other way round."""
        before = self._former.get(stay)
        if before is None:
            return
        lockers, keys = _taken(stay, before), _taken_keys(stay, before)
        self._automats |= {id for id, *_ in lockers ^ _taken(stay, after)}
        self._keys |= {id for id, *_ in keys ^ _taken_keys(stay, after)}


def _taken(stay: Stay, planned: Planned) -> set[tuple[Any, ...]]:
    """List the lockers that a stay takes; one that is refused keeps what it holds."""
    if isinstance(planned, LivionKeyError):
        return {(one.automat_id, one.locker_index, one.window) for one in stay.held.lockers}
    return {(one.automat_id, one.locker_index, one.phase.window) for one in planned.claims}


def _taken_keys(stay: Stay, planned: Planned) -> set[tuple[Any, ...]]:
    """List the keys that a stay takes, and where it brings them back."""
    if isinstance(planned, LivionKeyError):
        held = [one for one in stay.held.lockers if one.key_id is not None]
        back = {(one.key_id, one.automat_id, one.locker_index, one.window) for one in held}
        return back | {(key.key_id, key.window) for key in stay.held.keys}
    claimed = {
        (one.option.key.id, one.automat_id, one.locker_index, one.phase.window)
        for one in planned.claims
    }
    return claimed | {(option.key.id, stay.window) for option in planned.keys}

"""Making a choice again with the one thing otherwise that would have changed it, as was told."""

from dataclasses import replace
from typing import Any

from geo.candidates import Facts
from geo.counterfactuals import Counterfactual
from geo.decisions import Decision
from geo.look import Metres
from geo.selection import choose
from models.selections import CounterfactualKind
from models.times import Window


async def untrue(decision: Decision) -> list[str]:
    """List what was told that is not so."""
    return [told.message for told in decision.counterfactuals if not await _is_true(decision, told)]


async def _is_true(decision: Decision, told: Counterfactual) -> bool:
    assert decision.wish is not None
    assert decision.seen is not None
    look: Any = decision.seen._look
    wish = decision.wish
    if told.kind is CounterfactualKind.LIMIT:
        settings = replace(wish.settings, largest_distance_metres=told.limit_metres)
        wish = replace(wish, settings=settings)
    else:
        look = Emptier(look, decision, told)
    again = await choose(look, wish)
    return again.chosen is not None and again.chosen.automat.id == told.automat_id


class Emptier:
    """A look in which an automat has so many more lockers free as was said, when it was said."""

    def __init__(self, look: Any, decision: Decision, told: Counterfactual) -> None:
        self._look = look
        self.automat_id = told.automat_id
        (full,) = [one for one in decision.judged if one.automat.id == told.automat_id]
        self._missing = {one.window: one.missing or 30 for one in full.rejections}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._look, name)

    async def facts(self, metres: Metres, window: Window) -> list[Facts]:
        found = await self._look.facts(metres, window)
        missing = self._missing.get(window, 0)
        return [freed(one, missing) if one.automat.id == self.automat_id else one for one in found]


def freed(facts: Facts, count: int) -> Facts:
    """Free some lockers of an automat, also those that are out of order."""
    for index in range(30):
        bit = 1 << index
        if count and not facts.free & bit:
            contracts, keys = facts.by_contracts & ~bit, facts.by_keys & ~bit
            facts = facts._replace(usable=facts.usable | bit, by_contracts=contracts, by_keys=keys)
            count -= 1
    return facts

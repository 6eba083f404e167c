"""What the automats are left with: how much of their time is free now, and how much would be."""

from dataclasses import dataclass
from uuid import UUID

from models.automats import Automat
from models.availability import Span
from models.dialects.among import among
from resolvers.comparison.comparing import Comparer
from resolvers.comparison.totals import Flow, Totals
from resolvers.utilisation import uses
from resolvers.work import Reading


@dataclass(frozen=True, slots=True)
class Capacity:
    """An automat in the coming weeks.

    Args:
        automat_id: Its id.
        flow: What it gains and loses.
        free_before: The share of the time of its usable lockers that no contract holds, from 0 to
            1; None where it has no usable locker.
        free_after: The same if its coming stays were where their entities' nearest automats are;
            under 0 where they would not fit.
    """

    automat_id: UUID
    flow: Flow
    free_before: float | None
    free_after: float | None


async def capacities(comparer: Comparer, totals: Totals) -> list[Capacity]:
    """Tell what becomes of every automat that serves an entity, those with most comings first."""
    flows = await _seen(comparer.reading, totals.flows)
    spans = [Span(id, comparer.weeks) for id in flows]
    found = []
    for (id, flow), use in zip(flows.items(), await uses(comparer.reading, spans), strict=True):
        before = after = None
        if use is not None:
            before = _free(use.share)
            after = _free(use.share_with(flow.held_to - flow.held_from))
        found.append(Capacity(id, flow, before, after))
    found.sort(key=lambda one: (one.flow.stays_from - one.flow.stays_to, one.automat_id))
    return found


async def _seen(reading: Reading, flows: dict[UUID, Flow]) -> dict[UUID, Flow]:
    """Leave out automats that somebody does not see who reaches only some units."""
    if not reading.is_narrow:
        return flows
    seen = reading.seen(Automat).where(among(Automat.id, flows))
    ids = set(await reading.scalars(seen.with_only_columns(Automat.id)))
    return {id: flow for id, flow in flows.items() if id in ids}


def _free(share: float | None) -> float | None:
    return None if share is None else 1 - share

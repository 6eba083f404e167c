"""What comes of all entities together: how many fare how, and what that does to each automat."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from models.comparisons import ComparisonException, ComparisonOutcome
from resolvers.comparison.compared import Compared, Served
from resolvers.comparison.metres import Metres


@dataclass(slots=True)
class Flow:
    """What an automat gains and loses.

    Args:
        name: What people call it.
        entities_before: How many entities it serves by their device groups.
        entities_after: How many it would serve as the nearest.
        stays_from: The coming stays that would leave it.
        stays_to: The coming stays that would come to it.
        held_from: For how long those that leave hold its lockers.
        held_to: For how long those that come would.
    """

    name: str
    entities_before: int = 0
    entities_after: int = 0
    stays_from: int = 0
    stays_to: int = 0
    held_from: timedelta = timedelta()
    held_to: timedelta = timedelta()


@dataclass(slots=True)
class Totals:
    """All that was compared so far. Distances are of those alone that can be compared."""

    entities: int = 0
    outcomes: Counter[ComparisonOutcome] = field(default_factory=Counter)
    exceptions: Counter[ComparisonException] = field(default_factory=Counter)
    before: Metres = field(default_factory=Metres)
    after: Metres = field(default_factory=Metres)
    flows: dict[UUID, Flow] = field(default_factory=dict)

    def add(self, row: Compared) -> None:
        """Count one entity."""
        self.entities += 1
        self.outcomes[row.outcome] += 1
        self.exceptions.update(row.exceptions)
        if row.metres_saved is not None:
            for served, metres in ((row.before, self.before), (row.after, self.after)):
                if served is not None and served.metres is not None:
                    metres.add(served.metres)
        self._add_flows(row)

    def _add_flows(self, row: Compared) -> None:
        if row.before is not None:
            self._flow(row.before).entities_before += 1
        if row.after is not None:
            self._flow(row.after).entities_after += 1
        if row.moves and row.before is not None and row.after is not None:
            source, target = self._flow(row.before), self._flow(row.after)
            source.stays_from += row.coming.stays
            source.held_from += row.coming.held
            target.stays_to += row.coming.stays
            target.held_to += row.coming.held

    def _flow(self, served: Served) -> Flow:
        return self.flows.setdefault(served.automat_id, Flow(served.name))

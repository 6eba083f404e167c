"""What comes of all entities of a comparison together, as clients see it."""

from typing import Self
from uuid import UUID

import strawberry

from models.automats import Automat as AutomatRow
from resolvers.comparison.capacity import Capacity
from resolvers.comparison.metres import Metres
from resolvers.comparison.totals import Totals
from schema.automats.automats import Automat
from schema.execution import batched
from schema.loaders import to_one
from schema.permissions import reached
from schema.selecting.comparison_enums import ComparisonException, ComparisonOutcome

MOST_AUTOMATS = 50


@reached
@strawberry.type(description="How many entities fare so.")
class OutcomeCount:
    outcome: ComparisonOutcome = strawberry.field(description="How.")
    entities: int = strawberry.field(description="How many.")


@reached
@strawberry.type(description="How many entities cannot be compared for a reason.")
class ExceptionCount:
    exception: ComparisonException = strawberry.field(description="The reason.")
    entities: int = strawberry.field(description="How many; one that has two reasons counts twice.")


@reached
@strawberry.type(description="Distances of many entities, in metres.")
class MetresSummary:
    mean: float | None = strawberry.field(description="The mean; null of nothing.")
    median: float | None = strawberry.field(
        description="The median; null of nothing. Distances are counted in bins of a metre, and "
        "beyond 10 km of a thousandth of the distance: it is right to so much."
    )
    sum: float = strawberry.field(description="The sum.")

    @classmethod
    def of(cls, metres: Metres) -> Self:
        return cls(mean=metres.mean, median=metres.median, sum=metres.total)


@reached
@strawberry.type(description="What an automat would gain and lose in the coming weeks.")
class AutomatCapacityChange:
    automat_id: strawberry.Private[UUID]
    automat: Automat = batched(to_one(AutomatRow, "automat_id"), description="Which automat.")
    entities_before: int = strawberry.field(
        description="How many of the compared entities it serves by their device groups."
    )
    entities_after: int = strawberry.field(
        description="How many of them it would serve as the nearest."
    )
    stays_from: int = strawberry.field(description="Coming stays that would leave it.")
    stays_to: int = strawberry.field(description="Coming stays that would come to it.")
    free_share_before: float | None = strawberry.field(
        description="The share of the time of its lockers in the coming weeks that no live "
        "contract holds, from 0 to 1, see Automat.utilisation; null when all are out of order."
    )
    free_share_after: float | None = strawberry.field(
        description="The same once those stays are moved, each with the time that its lockers are "
        "held now; negative where they would not fit."
    )

    @classmethod
    def of(cls, one: Capacity) -> Self:
        return cls(
            automat_id=one.automat_id,
            entities_before=one.flow.entities_before,
            entities_after=one.flow.entities_after,
            stays_from=one.flow.stays_from,
            stays_to=one.flow.stays_to,
            free_share_before=one.free_before,
            free_share_after=one.free_after,
        )


@reached
@strawberry.type(description="What comes of all entities together.")
class ComparisonTotals:
    entities: int = strawberry.field(description="How many were compared.")
    outcomes: list[OutcomeCount] = strawberry.field(description="How they fare.")
    exceptions: list[ExceptionCount] = strawberry.field(
        description="Why some cannot be compared; reasons that none has are left out."
    )
    metres_before: MetresSummary = strawberry.field(
        description="How far they are from their groups' automats: those that can be compared."
    )
    metres_after: MetresSummary = strawberry.field(
        description="How far the same ones are from the nearest automats."
    )
    capacities: list[AutomatCapacityChange] = strawberry.field(
        description="What becomes of each automat that serves one of them or would: at most 50, "
        "those that gain most stays first."
    )

    @classmethod
    def of(cls, totals: Totals, capacities: list[Capacity]) -> Self:
        return cls(
            entities=totals.entities,
            outcomes=[
                OutcomeCount(outcome=outcome, entities=totals.outcomes[outcome])
                for outcome in ComparisonOutcome
            ],
            exceptions=[
                ExceptionCount(exception=exception, entities=totals.exceptions[exception])
                for exception in ComparisonException
                if totals.exceptions[exception]
            ],
            metres_before=MetresSummary.of(totals.before),
            metres_after=MetresSummary.of(totals.after),
            capacities=[AutomatCapacityChange.of(one) for one in capacities[:MOST_AUTOMATS]],
        )

"""Which automat was chosen, and why, as clients see it."""

from datetime import datetime
from typing import Any, Self, TypeVar
from uuid import UUID

import strawberry

import models.selections as models
from geo import candidates as candidate_values
from geo.decisions import Decision
from models.automats import Automat as AutomatRow
from schema.automats.automats import Automat
from schema.enums import CounterfactualKind, RejectionCode, SelectionMethod
from schema.execution import batched
from schema.loaders import to_one
from schema.nodes import shows
from schema.permissions import reached
from schema.places import Coordinates
from schema.selecting.comparison_enums import DistanceKind


@reached
@strawberry.type(description="One reason against an automat.")
class Rejection:
    code: RejectionCode = strawberry.field(description="Which reason.")
    message: str = strawberry.field(description="With the numbers in it.")


load_automats = to_one(AutomatRow, "automat_id")


async def automats_of(candidates: list[Any], context: Any) -> list[Any]:
    """Show the rows that the choice has just read, else load them."""
    if all(candidate.seen is not None for candidate in candidates):
        return [Automat.of(candidate.seen) for candidate in candidates]
    return list(await load_automats(candidates, context))


@reached
@strawberry.type(description="One automat as the choice saw it.")
class AutomatCandidate:
    automat_id: strawberry.Private[UUID]
    seen: strawberry.Private[Any]
    automat: Automat = batched(automats_of, description="Which automat.")
    rank: int = strawberry.field(
        description="1 is the best; rejected ones come after all suitable ones."
    )
    distance_metres: float | None = strawberry.field(
        description="How far it is, see distanceKind; null when either end has no position."
    )
    distance_kind: DistanceKind = strawberry.field(description="What that is a distance of.")
    suitable: bool = strawberry.field(description="Whether nothing stands against it.")
    free_lockers: int = strawberry.field(
        description="How many of its lockers are free over the whole window."
    )
    rejections: list[Rejection] = strawberry.field(description="What stands against it.")

    @classmethod
    def of(cls, candidate: candidate_values.Candidate) -> "AutomatCandidate":
        return cls.of_stored(candidate.stored(), seen=candidate.automat)

    @classmethod
    def of_stored(cls, stored: dict[str, Any], *, seen: Any = None) -> "AutomatCandidate":
        return cls(
            automat_id=UUID(stored["automat_id"]),
            seen=seen,
            rank=stored["rank"],
            distance_metres=stored["distance_metres"],
            distance_kind=DistanceKind(stored.get("distance_kind", DistanceKind.STRAIGHT_LINE)),
            suitable=stored["suitable"],
            free_lockers=stored["free_lockers"],
            rejections=[
                Rejection(code=RejectionCode(one["code"]), message=one["message"])
                for one in stored["rejections"]
            ],
        )


@reached
@strawberry.type(
    description="Another automat, and the one thing that would have made it the chosen one."
)
class Counterfactual:
    automat_id: strawberry.Private[UUID]
    kind: CounterfactualKind = strawberry.field(description="What would have had to be otherwise.")
    automat: Automat | None = batched(load_automats, description="Which automat.")
    message: str = strawberry.field(description="The whole in one sentence, with the numbers.")
    limit_metres: float | None = strawberry.field(
        description="The largest distance with which it would have been chosen, rounded up; null "
        "where the distance is not the reason."
    )

    @classmethod
    def of_stored(cls, stored: dict[str, Any]) -> Self:
        return cls(
            automat_id=UUID(stored["automat_id"]),
            kind=CounterfactualKind(stored["kind"]),
            message=stored["message"],
            limit_metres=stored["limit_metres"],
        )


@reached
@strawberry.type(
    description="What another rule would have chosen, which is only watched: the selection mode is "
    "SHADOW."
)
class ShadowSelection:
    automat_id: strawberry.Private[UUID | None]
    method: SelectionMethod | None = strawberry.field(description="By which rule.")
    automat: Automat | None = batched(
        load_automats, description="The automat that it would have chosen, if any."
    )
    distance_metres: float | None = strawberry.field(
        description="How far away that is; null when either end has no position."
    )
    message: str | None = strawberry.field(
        description="Why it would have chosen none; null where it would have chosen one."
    )

    differs: bool = strawberry.field(
        description="Whether that is another automat than the one that was chosen, or none."
    )
    nearer_metres: float | None = strawberry.field(
        description="How many metres nearer it is than the one that was chosen; negative when it "
        "is farther, null when one of the two has no distance."
    )

    @classmethod
    def of_stored(cls, stored: dict[str, Any] | None) -> Self | None:
        if not stored:
            return None
        automat_id, method = stored["automat_id"], stored["method"]
        return cls(
            automat_id=None if automat_id is None else UUID(automat_id),
            method=None if method is None else SelectionMethod(method),
            distance_metres=stored["distance_metres"],
            message=stored["refusal"],
            differs=stored["differs"],
            nearer_metres=stored["nearer_metres"],
        )


OfAutomat = TypeVar("OfAutomat", AutomatCandidate, Counterfactual)


async def candidates_of(selections: list[Any], context: Any) -> list[list[AutomatCandidate]]:
    """Show the automats that choices compared, as far as somebody sees them."""
    return await as_far_as_seen([selection.compared for selection in selections], context)


async def counterfactuals_of(selections: list[Any], context: Any) -> list[list[Counterfactual]]:
    """Show what else could have been chosen, as far as somebody sees it: it is told by name."""
    return await as_far_as_seen([selection.others for selection in selections], context)


async def as_far_as_seen(compared: list[list[OfAutomat]], context: Any) -> list[list[OfAutomat]]:
    """Leave out what is about automats that somebody does not see."""
    if context.actor.units is None:
        return compared
    automats = await load_automats([one for some in compared for one in some], context)
    seen = {automat.automat_id for automat in automats if automat is not None}
    return [[one for one in some if one.automat_id in seen] for some in compared]


@shows(models.AutomatSelection)
@strawberry.type(description="A choice, and why it fell so.")
class AutomatSelection:
    automat_id: strawberry.Private[UUID | None]
    method: SelectionMethod | None = strawberry.field(
        description="By which rule; null when none applied or no automat was wanted."
    )
    automat: Automat | None = batched(
        load_automats, description="The automat that was chosen, if any."
    )
    origin: Coordinates | None = strawberry.field(description="From where distances were measured.")
    compared: strawberry.Private[list[AutomatCandidate]]
    candidates: list[AutomatCandidate] = batched(
        candidates_of,
        description="By rank: all that were examined up to the chosen one and the next ten, at "
        "most fifty; those that you see, if you reach only some units.",
    )
    examined: int = strawberry.field(description="How many automats were looked at.")
    notes: list[str] = strawberry.field(
        description="Why the preferred way could not be taken, such as an address that was not "
        "found."
    )
    policy_version: str | None = strawberry.field(
        description="Of which version the policy was: whoever says any of its settings, and how "
        "often that had been changed; null where nobody says any."
    )
    others: strawberry.Private[list[Counterfactual]]
    counterfactuals: list[Counterfactual] = batched(
        counterfactuals_of,
        description="What would have been chosen if one more locker had been free, or if the "
        "largest distance were larger; at most one of each, of the automats that you see.",
    )
    shadow: ShadowSelection | None = strawberry.field(
        description="What the nearest automat would have been, where the selection mode is SHADOW "
        "and a device group decided."
    )
    decided_at: datetime = strawberry.field(description="When it was decided.")

    @classmethod
    def of(cls, row: models.AutomatSelection) -> Self:
        return cls(
            automat_id=row.automat_id,
            method=row.method,
            origin=Coordinates.of(row.origin) if row.origin else None,
            compared=[AutomatCandidate.of_stored(stored) for stored in row.candidates],
            examined=row.examined,
            notes=row.notes,
            policy_version=row.policy_version,
            others=[Counterfactual.of_stored(stored) for stored in row.counterfactuals],
            shadow=ShadowSelection.of_stored(row.shadow),
            decided_at=row.decided_at,
        )

    @classmethod
    def of_decision(cls, decision: Decision, now: datetime) -> Self:
        return cls(
            automat_id=decision.chosen.automat.id if decision.chosen else None,
            method=decision.method,
            origin=Coordinates.of(decision.origin) if decision.origin else None,
            compared=[AutomatCandidate.of_stored(one.stored()) for one in decision.candidates],
            examined=decision.examined,
            notes=decision.reasons,
            policy_version=decision.wish.policy_version if decision.wish else None,
            others=[Counterfactual.of_stored(one.stored()) for one in decision.counterfactuals],
            shadow=ShadowSelection.of_stored(decision.shadow_written()),
            decided_at=now,
        )

"""What would have been chosen beside a choice, see the selection mode SHADOW."""

from typing import Any, Self
from uuid import UUID

import strawberry

from models.automats import Automat as AutomatRow
from schema.automats import Automat
from schema.execution import batched
from schema.loaders import to_one


@strawberry.type(description="What NEAREST would have chosen where a device group decided.")
class ShadowChoice:
    automat_id: strawberry.Private[UUID | None]
    automat: Automat | None = batched(
        to_one(AutomatRow, "automat_id"), description="The automat; null when it had none."
    )
    distance_metres: float | None = strawberry.field(description="How far that is away.")
    differs: bool = strawberry.field(description="Whether it is another automat, or none.")
    nearer_metres: float | None = strawberry.field(
        description="How many metres nearer it is than the one that was chosen."
    )
    refusal: str | None = strawberry.field(description="Why it would have chosen none.")

    @classmethod
    def of(cls, written: dict[str, Any] | None) -> Self | None:
        """Show what `geo.decisions.Decision.shadow_written` wrote."""
        if written is None:
            return None
        automat_id = written["automat_id"]
        return cls(
            automat_id=None if automat_id is None else UUID(automat_id),
            distance_metres=written["distance_metres"],
            differs=written["differs"],
            nearer_metres=written["nearer_metres"],
            refusal=written["refusal"],
        )

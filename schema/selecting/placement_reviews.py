"""The review queue of placements, and what people decide about them, as clients see it."""

from typing import Annotated, Any, Self, TypedDict
from uuid import UUID

import strawberry

import resolvers.placements.reviews as values
from models.accounts import Permission
from models.automats import Automat as AutomatRow
from models.entities import ReservableEntity as EntityRow
from models.organizations import OrganizationUnit as UnitRow
from resolvers.placements import deciding
from resolvers.placements.reviews import MOST_COMPARED
from resolvers.work import Work
from schema.automats.automats import Automat
from schema.context import Info
from schema.entities import ReservableEntity
from schema.errors import UserError
from schema.inputs import Repeatable
from schema.mutations import mutation
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query, reached
from schema.places import CoordinatesInput
from schema.scalars import from_id
from schema.selecting.placement_enums import ReviewReason


@reached
@strawberry.type(description="One thing that is doubtful about a placement.")
class PlacementFinding:
    reason: ReviewReason = strawberry.field(description="What kind of thing.")
    message: str = strawberry.field(description="In words, with numbers.")
    metres: float | None = strawberry.field(
        description="How far it is from the centre of its neighbours, or from where it says that "
        "it stands, in metres; null for other reasons."
    )


@reached
@strawberry.type(description="An entity or an automat whose placement somebody should look at.")
class PlacementReview:
    entity: ReservableEntity | None = strawberry.field(
        description="The entity; null for an automat."
    )
    automat: Automat | None = strawberry.field(description="The automat; null for an entity.")
    findings: list[PlacementFinding] = strawberry.field(
        description="What is doubtful, each reason once at most, of those that were asked for."
    )

    @classmethod
    def of(cls, review: values.Review) -> Self:
        row: Any = review.row
        return cls(
            entity=None if review.is_automat else ReservableEntity.of(row),
            automat=Automat.of(row) if review.is_automat else None,
            findings=[
                PlacementFinding(reason=one.reason, message=one.message, metres=one.metres)
                for one in review.findings
            ],
        )


class Named(TypedDict):
    """Whose placement is meant."""

    entity_id: UUID | None
    automat_id: UUID | None


@strawberry.input(description="Whose placement is right. Give either entityId or automatId.")
class PlacementReviewAcceptInput(Repeatable):
    entity_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="An entity's."
    )
    automat_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="An automat's."
    )
    reason: str = strawberry.field(
        description="Why, for those who come later; up to 500 characters."
    )

    def named(self) -> Named:
        return {
            "entity_id": from_id(EntityRow, self.entity_id),
            "automat_id": from_id(AutomatRow, self.automat_id),
        }


@strawberry.input(description="Where something stands. Give either entityId or automatId.")
class PlacementSetInput(PlacementReviewAcceptInput):
    coordinates: CoordinatesInput = strawberry.field(description="Where exactly.")


@reached
@strawberry.type(description="What became of a placement.")
class PlacementReviewAcceptPayload:
    entity: ReservableEntity | None = strawberry.field(
        default=None, description="The entity; null when it was refused, or for an automat."
    )
    automat: Automat | None = strawberry.field(
        default=None, description="The automat; null when it was refused, or for an entity."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="What became of a placement.")
class PlacementSetPayload(PlacementReviewAcceptPayload):
    pass


@strawberry.type
class PlacementReviewQueries:
    @query(
        permission=frozenset({Permission.VIEW, Permission.VIEW_PLACES}),
        description="Entities and automats in the order in which they were made whose placement "
        "somebody should look at, but for those that somebody has accepted. At most "
        f"{MOST_COMPARED} places are compared for FAR_FROM_NEIGHBOURS.",
    )
    async def placement_reviews(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        *,
        kind: Annotated[
            list[ReviewReason] | None,
            strawberry.argument(description="Only for these reasons; for any when left out."),
        ] = None,
        organization_unit_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only of this unit and those below it."),
        ] = None,
    ) -> Connection[PlacementReview]:
        behind = from_cursor(after)
        async with info.context.reading() as reading:
            part = await values.page(
                reading,
                kinds=kind,
                unit_id=from_id(UnitRow, organization_unit_id),
                first=first,
                after=behind,
            )
        return connection(part, PlacementReview.of, behind)


@strawberry.type
class PlacementReviewMutations:
    @mutation(
        permission=Permission.VIEW_AUTOMATS,
        description="Say that a placement is right as it is: it leaves the review queue until it "
        "changes. It takes the permission to change the entity or the automat.",
    )
    async def placement_review_accept(
        self, work: Work, input: PlacementReviewAcceptInput
    ) -> PlacementReviewAcceptPayload:
        thing = await deciding.accept(work, **input.named(), reason=input.reason)
        return PlacementReviewAcceptPayload(**shown(thing))

    @mutation(
        permission=Permission.VIEW_AUTOMATS,
        description="Say where something stands and why that is known better than from its "
        "address: its precision is MANUAL, and no geocoder changes it. It takes the permission to "
        "change the entity or the automat.",
    )
    async def placement_set(self, work: Work, input: PlacementSetInput) -> PlacementSetPayload:
        thing = await deciding.put(
            work, **input.named(), coordinates=input.coordinates.checked(), reason=input.reason
        )
        return PlacementSetPayload(**shown(thing))


def shown(thing: deciding.Thing) -> dict[str, Any]:
    """Show what was decided about as what it is."""
    if isinstance(thing, AutomatRow):
        return {"automat": Automat.of(thing)}
    return {"entity": ReservableEntity.of(thing)}

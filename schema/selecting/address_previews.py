"""What a change of an address would bring, as clients see it."""

from typing import Annotated, Self
from uuid import UUID

import strawberry

import resolvers.placements.previewing as values
from models.accounts import Permission
from models.addressed import PlacementProblem
from models.automats import Automat as AutomatRow
from models.entities import ReservableEntity as EntityRow
from models.errors import InvalidInput
from models.places import Placement as FoundPlacement
from models.reservations import Reservation as ReservationRow
from resolvers.placements.previewing import MOST_STAYS
from schema.automats.automats import Automat
from schema.context import Info
from schema.errors import UserError
from schema.execution import batched
from schema.inputs import given
from schema.loaders import to_one
from schema.permissions import query, reached
from schema.places import AddressInput, CoordinatesInput, Placement
from schema.reservations import Reservation
from schema.scalars import from_id


@reached
@strawberry.type(description="What a change of address would mean for one coming stay.")
class AddressChangeStay:
    reservation_id: strawberry.Private[UUID]
    automat_id: strawberry.Private[UUID | None]
    new_automat_id: strawberry.Private[UUID | None]
    reservation: Reservation = batched(
        to_one(ReservationRow, "reservation_id"), description="The stay."
    )
    moves: bool = strawberry.field(description="Whether it would have another automat than now.")
    automat: Automat | None = batched(
        to_one(AutomatRow, "automat_id"),
        description="Where its keys are fetched now; null when at a desk, or when it waits.",
    )
    new_automat: Automat | None = batched(
        to_one(AutomatRow, "new_automat_id"),
        description="Where they would be; null when at a desk, or when it would have to wait.",
    )
    problem: UserError | None = strawberry.field(
        description="What would be missing; null when nothing."
    )

    @classmethod
    def of(cls, stay: values.MovedStay) -> Self:
        refusal = stay.refusal
        problem = None
        if refusal is not None:
            problem = UserError(code=refusal.code, message=refusal.message, path=None)
        return cls(
            reservation_id=stay.reservation.id,
            automat_id=stay.automat_id,
            new_automat_id=stay.would_be,
            moves=stay.moves,
            problem=problem,
        )


@reached
@strawberry.type(description="What a change of an entity's address would mean.")
class AddressChangePreview:
    placement: Placement | None = strawberry.field(
        description="Where the new address lies; null when it cannot be placed."
    )
    placement_problem: UserError | None = strawberry.field(
        description="Why it cannot be placed; null when it can."
    )
    stays: list[AddressChangeStay] = strawberry.field(
        description=f"The coming stays, the first {MOST_STAYS} by their beginning. Each is as it "
        "would be if all were planned anew after the change in this order; one whose key is out "
        "already stays where it is."
    )
    more: int = strawberry.field(description="How many more coming stays there are.")


@strawberry.type
class AddressChangeQueries:
    @query(
        permission=Permission.VIEW,
        description="Which coming stays of an entity would get another automat if it had another "
        "address, or stood elsewhere. Nothing is written. A change alone moves no stay: each keeps "
        "its place and PIN until it is planned anew.",
    )
    async def address_change_preview(
        self,
        info: Info,
        entity_id: Annotated[strawberry.ID, strawberry.argument(description="The entity.")],
        address: Annotated[
            AddressInput | None, strawberry.argument(description="Its new address.")
        ] = None,
        coordinates: Annotated[
            CoordinatesInput | None,
            strawberry.argument(
                description="Where it stands exactly; else the address is looked up."
            ),
        ] = None,
    ) -> AddressChangePreview:
        there = address.checked() if given(address) and address else None
        exact = coordinates.checked() if given(coordinates) and coordinates else None
        if there is None and exact is None:
            raise InvalidInput("Give an address or coordinates.", path=("address",))
        found = await info.context.place(there, exact)
        async with info.context.reading() as reading:
            preview = await values.preview(
                reading, from_id(EntityRow, entity_id), address=there, found=found
            )
        problem = None
        if isinstance(found, PlacementProblem):
            problem = UserError(code=found.code, message=found.message, path=["address"])
        return AddressChangePreview(
            placement=Placement.of(found) if isinstance(found, FoundPlacement) else None,
            placement_problem=problem,
            stays=[AddressChangeStay.of(stay) for stay in preview.stays],
            more=preview.more,
        )

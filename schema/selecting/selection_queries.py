"""Asking which automat would be chosen, which are nearest, and where an address lies."""

from datetime import datetime
from typing import Annotated

import strawberry

from models.accounts import Permission
from models.addressed import PlacementProblem
from models.entities import ReservableEntity as EntityRow
from models.errors import ErrorCode
from models.reservations import Reservation as ReservationRow
from resolvers import selections
from schema.context import Info
from schema.inputs import given
from schema.permissions import NOTHING, query
from schema.places import (
    AddressInput,
    Placement,
)
from schema.scalars import from_id
from schema.selecting.selections import AutomatSelection
from schema.wishes import wanted_of


@strawberry.input(description="Give either entityId or entityExternalId.")
class AutomatSelectionInput:
    starts_at: datetime = strawberry.field(description="Where the stay begins.")
    ends_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="The first moment after it; none when permanent."
    )
    entity_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="What would be reserved."
    )
    entity_external_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="Your own number of it."
    )
    device_group_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Legacy: look only among this group's automats."
    )
    automat_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Use this automat and no other."
    )
    key_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Certain keys."
    )
    reservation_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="A reservation that this would replace: what it holds counts as free.",
    )


@strawberry.type
class SelectionQueries:
    @query(
        permission=NOTHING,
        description="Where an address lies. Null when it cannot be found; an error "
        "ADDRESS_AMBIGUOUS names the places when it fits several.",
    )
    async def placement(
        self,
        info: Info,
        address: Annotated[AddressInput, strawberry.argument(description="The address.")],
    ) -> Placement | None:
        found = await info.context.place(address.checked(), None)
        if isinstance(found, PlacementProblem):
            if found.code is ErrorCode.ADDRESS_NOT_FOUND:
                return None
            raise found.as_error()
        return None if found is None else Placement.of(found)

    @query(
        permission=Permission.VIEW, description="What a reservation would get, without making it."
    )
    async def automat_selection(
        self,
        info: Info,
        input: Annotated[
            AutomatSelectionInput, strawberry.argument(description="The reservation.")
        ],
    ) -> AutomatSelection:
        async with info.context.reading() as reading:
            decision = await selections.preview(
                reading,
                entity_id=from_id(EntityRow, input.entity_id),
                entity_external_id=given(input.entity_external_id),
                starts_at=input.starts_at,
                ends_at=given(input.ends_at),
                wanted=wanted_of(input),
                reservation_id=from_id(ReservationRow, input.reservation_id),
            )
        return AutomatSelection.of_decision(decision, info.context.now)

"""Asking which automat would be chosen, which are nearest, and where an address lies."""

from datetime import datetime
from typing import Annotated

import strawberry

from models.addressed import PlacementProblem
from models.entities import ReservableEntity as EntityRow
from models.errors import ErrorCode
from models.places import Coordinates as Place
from models.reservations import Reservation as ReservationRow
from resolvers import looking, selections
from schema.context import Context, Info
from schema.inputs import given
from schema.paging import First
from schema.places import (
    AddressInput,
    CoordinatesInput,
    Placement,
)
from schema.scalars import from_id
from schema.selections import AutomatCandidate, AutomatSelection
from schema.windows import From, To, window_of
from schema.wishes import wanted_of

FEW = 5


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


@strawberry.input(one_of=True, description="Exactly one of the three.")
class NearInput:
    address: AddressInput | None = strawberry.field(
        default=strawberry.UNSET, description="Near this address."
    )
    coordinates: CoordinatesInput | None = strawberry.field(
        default=strawberry.UNSET, description="Near this place."
    )
    entity_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Near this entity."
    )


async def place_of(near: NearInput, context: Context) -> Place:
    """Find the place that somebody asks about, while no database session is open."""
    coordinates, address = given(near.coordinates), given(near.address)
    if coordinates is not None:
        return coordinates.checked()
    if address is not None:
        found = await context.place(address.checked(), None)
        if isinstance(found, PlacementProblem):
            raise found.as_error()
        assert found is not None  # noqa: S101  # an address is either placed or a problem
        return found.coordinates
    async with context.reading() as reading:
        return await selections.place_of_entity(reading, from_id(EntityRow, near.entity_id))


@strawberry.type
class SelectionQueries:
    @strawberry.field(
        description="Where an address lies. Null when it cannot be found; an error "
        "ADDRESS_AMBIGUOUS names the places when it fits several."
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

    @strawberry.field(
        description="The automats nearest to a place by distance, suitable or not; those beyond "
        "maxDistanceMetres are left out."
    )
    async def nearest_automats(
        self,
        info: Info,
        near: Annotated[NearInput, strawberry.argument(description="Where to measure from.")],
        first: First = FEW,
        *,
        from_: From = None,
        to: To = None,
        max_distance_metres: Annotated[
            float | None, strawberry.argument(description="How far to look.")
        ] = None,
    ) -> list[AutomatCandidate]:
        window = window_of(from_, to, info.context.now)
        count = looking.checked_count(first, default=FEW)
        here = await place_of(near, info.context)
        async with info.context.reading() as reading:
            found = await selections.nearest(
                reading,
                here,
                window=window,
                count=count,
                farthest_metres=max_distance_metres,
            )
        return [AutomatCandidate.of(candidate) for candidate in found]

    @strawberry.field(description="What a reservation would get, without making it.")
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

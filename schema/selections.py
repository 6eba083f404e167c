"""Which automat, and why; the nearest ones; and where an address lies."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

import models.selections as models
from geo import candidates as candidate_values
from geo.decisions import Decision
from models.addressed import PlacementProblem
from models.automats import Automat as AutomatRow
from models.automats import DeviceGroup as GroupRow
from models.entities import ReservableEntity as EntityRow
from models.errors import ErrorCode
from models.keys import Key as KeyRow
from models.places import Coordinates as Place
from models.reservations import Reservation as ReservationRow
from resolvers import looking, selections
from resolvers.planning.stays import Wanted
from resolvers.planning.wishes import notes_of
from schema.automats import Automat
from schema.context import Context, Info
from schema.enums import RejectionCode, SelectionMethod
from schema.execution import batched
from schema.inputs import given
from schema.loaders import to_one
from schema.nodes import shows
from schema.paging import First
from schema.places import (
    AddressInput,
    Coordinates,
    CoordinatesInput,
    Placement,
)
from schema.scalars import from_id
from schema.windows import From, To, window_of

FEW = 5


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


@strawberry.type(description="One automat as the choice saw it.")
class AutomatCandidate:
    automat_id: strawberry.Private[UUID]
    seen: strawberry.Private[Any]
    automat: Automat = batched(automats_of, description="Which automat.")
    rank: int = strawberry.field(
        description="1 is the best; rejected ones come after all suitable ones."
    )
    distance_metres: float | None = strawberry.field(
        description="Geodesic on the WGS 84 ellipsoid; null when either end has no position."
    )
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
            suitable=stored["suitable"],
            free_lockers=stored["free_lockers"],
            rejections=[
                Rejection(code=RejectionCode(one["code"]), message=one["message"])
                for one in stored["rejections"]
            ],
        )


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
    candidates: list[AutomatCandidate] = strawberry.field(
        description="By rank: all that were examined up to the chosen one and the next ten, at "
        "most fifty."
    )
    examined: int = strawberry.field(description="How many automats were looked at.")
    notes: list[str] = strawberry.field(
        description="Why the preferred way could not be taken, such as an address that was not "
        "found."
    )
    decided_at: datetime = strawberry.field(description="When it was decided.")

    @classmethod
    def of(cls, row: models.AutomatSelection) -> Self:
        return cls(
            automat_id=row.automat_id,
            method=row.method,
            origin=Coordinates.of(row.origin) if row.origin else None,
            candidates=[AutomatCandidate.of_stored(stored) for stored in row.candidates],
            examined=row.examined,
            notes=row.notes,
            decided_at=row.decided_at,
        )

    @classmethod
    def of_decision(cls, decision: Decision, now: datetime) -> Self:
        return cls(
            automat_id=decision.chosen.automat.id if decision.chosen else None,
            method=decision.method,
            origin=Coordinates.of(decision.origin) if decision.origin else None,
            candidates=[AutomatCandidate.of_stored(one.stored()) for one in decision.candidates],
            examined=decision.examined,
            notes=notes_of(decision),
            decided_at=now,
        )


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


def wanted_of(input: Any) -> Wanted:
    """Read which automat, group and keys somebody asks for."""
    return Wanted(
        automat_id=from_id(AutomatRow, input.automat_id),
        device_group_id=from_id(GroupRow, input.device_group_id),
        key_ids=[id for text in given(input.key_ids) or () if (id := from_id(KeyRow, text))],
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

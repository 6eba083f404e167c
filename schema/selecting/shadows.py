"""What the nearest automat would have been, where the selection mode SHADOW watches."""

from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

import models.selections as models
from models.accounts import Permission
from models.automats import Automat as AutomatRow
from models.automats import DeviceGroup as GroupRow
from models.entities import ReservableEntity as EntityRow
from models.organizations import OrganizationUnit as UnitRow
from models.reservations import Reservation as ReservationRow
from resolvers import shadows
from schema.automats.automats import Automat
from schema.context import Info
from schema.entities import ReservableEntity
from schema.execution import batched
from schema.loaders import to_one
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query, reached
from schema.reservations import Reservation
from schema.scalars import from_id

OfUnit = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Only entities of this unit and all below it."),
]
OfGroups = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(
        description="Only stays in these device groups: those that reservations name, else those "
        "of their entities."
    ),
]


async def entities_of(differences: list[Any], context: Any) -> list[Any]:
    """Show the entities of the reservations of differences."""
    ids = [difference.reservation_id for difference in differences]
    stays = await context.loaders.rows(ReservationRow).load_many(ids)
    rows = await context.loaders.rows(EntityRow).load_many([stay.entity_id for stay in stays])
    return [ReservableEntity.of(row) for row in rows]


@reached
@strawberry.type(description="A coming stay for which NEAREST would have chosen otherwise.")
class ShadowDifference:
    reservation_id: strawberry.Private[UUID]
    automat_id: strawberry.Private[UUID | None]
    nearest_id: strawberry.Private[UUID | None]
    reservation: Reservation = batched(
        to_one(ReservationRow, "reservation_id"), description="The stay."
    )
    entity: ReservableEntity = batched(entities_of, description="What is reserved.")
    automat: Automat | None = batched(
        to_one(AutomatRow, "automat_id"),
        description="The automat that the device group decided on; null when it had none.",
    )
    distance_metres: float | None = strawberry.field(description="How far that is from the entity.")
    nearest_automat: Automat | None = batched(
        to_one(AutomatRow, "nearest_id"),
        description="The automat that NEAREST would have chosen; null when it had none.",
    )
    nearest_metres: float | None = strawberry.field(description="How far that is from the entity.")
    refusal: str | None = strawberry.field(
        description="Why NEAREST would have chosen none; null when it would have chosen one."
    )

    @classmethod
    def of(cls, row: models.AutomatSelection) -> Self:
        shadow = row.shadow or {}
        nearest = shadow["automat_id"]
        chosen = row.candidates[0] if row.automat_id else None
        return cls(
            reservation_id=row.reservation_id,
            automat_id=row.automat_id,
            nearest_id=None if nearest is None else UUID(nearest),
            distance_metres=chosen and chosen["distance_metres"],
            nearest_metres=shadow["distance_metres"],
            refusal=shadow["refusal"],
        )


@reached
@strawberry.type(description="The coming stays that were decided while the mode was SHADOW.")
class SelectionShadow:
    unit_id: strawberry.Private[UUID | None]
    group_ids: strawberry.Private[list[UUID | None] | None]
    watched: int = strawberry.field(description="How many there are.")
    different: int = strawberry.field(
        description="For how many of them NEAREST would have chosen another automat, or none."
    )
    unserved: int = strawberry.field(
        description="For how many of those NEAREST would have found none."
    )
    nearer_metres: float = strawberry.field(
        description="How many metres nearer to their entities the automats of NEAREST are, all "
        "together; negative when they are farther."
    )

    @strawberry.field(description="Those that NEAREST would have decided otherwise.")
    async def differences(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[ShadowDifference]:
        behind = from_cursor(after)
        async with info.context.reading() as reading:
            part = await shadows.differences(
                reading,
                unit_id=self.unit_id,
                group_ids=self.group_ids,
                first=first,
                after=behind,
            )
        return connection(part, ShadowDifference.of, behind)


@strawberry.type
class SelectionShadowQueries:
    @query(
        permission=Permission.VIEW_REPORTS,
        description="What would change for the coming stays if the nearest automat decided: what "
        "the selection mode SHADOW has watched, with totals.",
    )
    async def selection_shadow(
        self, info: Info, organization_unit_id: OfUnit = None, device_group_ids: OfGroups = None
    ) -> SelectionShadow:
        unit_id = from_id(UnitRow, organization_unit_id)
        groups = None
        if device_group_ids is not None:
            groups = [from_id(GroupRow, id) for id in device_group_ids]
        async with info.context.reading() as reading:
            found = await shadows.totals(reading, unit_id=unit_id, group_ids=groups)
        return SelectionShadow(
            unit_id=unit_id,
            group_ids=groups,
            watched=found.watched,
            different=found.different,
            unserved=found.unserved,
            nearer_metres=found.nearer_metres,
        )

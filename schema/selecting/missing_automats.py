"""Where automats are missing, as clients see it."""

from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

import resolvers.comparison.missing as values
from models.accounts import Permission
from models.automats import DeviceGroup as GroupRow
from models.entities import ReservableEntity as EntityRow
from models.organizations import OrganizationUnit as UnitRow
from resolvers.comparison import asking
from resolvers.comparison.asking import MOST_SEARCHED
from resolvers.looking import checked_count
from schema.context import Info
from schema.entities import ReservableEntity
from schema.execution import batched
from schema.loaders import to_one
from schema.paging import First
from schema.permissions import query, reached
from schema.places import Coordinates
from schema.scalars import from_id

FEW = 10


@reached
@strawberry.type(description="A place where a new automat would serve many.")
class MissingAutomatPlace:
    entity_id: strawberry.Private[UUID]
    coordinates: Coordinates = strawberry.field(
        description="Where: the place of one of the entities that it would serve."
    )
    entity: ReservableEntity = batched(
        to_one(EntityRow, "entity_id"), description="An entity that stands there."
    )
    entities_served: int = strawberry.field(
        description="How many entities beyond the limit it would serve within it that none of the "
        "places before it does."
    )
    metres_saved: float = strawberry.field(
        description="How much shorter the ways from these to their nearest automat would be, all "
        "together, in metres of straight lines; those that have none at all now do not count."
    )

    @classmethod
    def of(cls, place: values.MissingPlace) -> Self:
        return cls(
            entity_id=place.entity_id,
            coordinates=Coordinates.of(place.place),
            entities_served=place.served,
            metres_saved=place.metres_saved,
        )


@reached
@strawberry.type(description="Where automats are missing.")
class MissingAutomats:
    entities: int = strawberry.field(description="How many entities were looked at.")
    entities_beyond: int = strawberry.field(
        description="How many of them have no automat in service within the limit, be it full or "
        "silent just now."
    )
    entities_without_place: int = strawberry.field(
        description="How many of them have no place that is exact enough for their unit."
    )
    entities_without_limit: int = strawberry.field(
        description="For how many of them no largest distance is set; 0 where one was given."
    )
    places: list[MissingAutomatPlace] = strawberry.field(
        description="The places where new automats would serve the most of those beyond the limit, "
        "the best first. Each is the best beside those before it (greedy maximal covering): "
        "together they serve at least 63 % of what the best as many places could."
    )

    @classmethod
    def of(cls, found: values.Missing) -> Self:
        return cls(
            entities=found.entities,
            entities_beyond=found.beyond,
            entities_without_place=found.without_place,
            entities_without_limit=found.without_limit,
            places=[MissingAutomatPlace.of(place) for place in found.places],
        )


@strawberry.type
class MissingAutomatQueries:
    @query(
        permission=Permission.VIEW_REPORTS,
        description="Where new automats would serve the most of the entities that are too far from "
        f"any. At most {MOST_SEARCHED} entities in a request; the command `livionkey selection "
        "missing` takes any number.",
    )
    async def missing_automats(
        self,
        info: Info,
        first: First = FEW,
        *,
        device_group_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Only for entities of these groups."),
        ] = None,
        organization_unit_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only for entities of this unit and those below it."),
        ] = None,
        max_distance_metres: Annotated[
            float | None,
            strawberry.argument(
                description="How far an automat may be, in metres of a straight line, more than 0; "
                "the largest distance of each entity's settings when left out."
            ),
        ] = None,
    ) -> MissingAutomats:
        groups: list[Any] | None = None
        if device_group_ids is not None:
            groups = [from_id(GroupRow, id) for id in device_group_ids]
        async with info.context.reading() as reading:
            found = await asking.missing(
                reading,
                groups,
                from_id(UnitRow, organization_unit_id),
                limit_metres=max_distance_metres,
                count=checked_count(first, default=FEW),
            )
        return MissingAutomats.of(found)

"""The fleet comparison as clients see it: rows in pages, and what comes of them together."""

from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

import resolvers.comparison.compared as values
from models.accounts import Permission
from models.automats import Automat as AutomatRow
from models.automats import DeviceGroup as GroupRow
from models.entities import ReservableEntity as EntityRow
from models.organizations import OrganizationUnit as UnitRow
from resolvers.comparison import asking
from resolvers.comparison.asking import MOST_TOGETHER
from resolvers.comparison.comparing import MOST_WEEKS, WEEKS
from resolvers.comparison.scope import Scope
from schema.automats.automats import Automat
from schema.context import Info
from schema.entities import ReservableEntity
from schema.execution import batched
from schema.loaders import to_one
from schema.paging import FIRST, After, Edge, First, PageInfo, connection, from_cursor
from schema.permissions import query, reached
from schema.scalars import from_id
from schema.selecting.comparison_enums import ComparisonException, ComparisonOutcome
from schema.selecting.comparison_totals import ComparisonTotals


@reached
@strawberry.type(description="One entity, by its device group's automat and by the nearest one.")
class ComparedEntity:
    entity_id: strawberry.Private[UUID]
    before_id: strawberry.Private[UUID | None]
    after_id: strawberry.Private[UUID | None]
    entity: ReservableEntity = batched(to_one(EntityRow, "entity_id"), description="Which entity.")
    group_automat: Automat | None = batched(
        to_one(AutomatRow, "before_id"),
        description="The automat that its device group would give a stay of the coming day; null "
        "when it has no group, or none of the group can serve.",
    )
    nearest_automat: Automat | None = batched(
        to_one(AutomatRow, "after_id"),
        description="The automat that would serve it as the nearest one, by its unit's settings; "
        "null when none can, or its place is not known exactly enough.",
    )
    outcome: ComparisonOutcome = strawberry.field(description="What that is to its guests.")
    exceptions: list[ComparisonException] = strawberry.field(
        description="Why the two cannot be compared; none when they can."
    )
    metres_before: float | None = strawberry.field(
        description="From the entity to its group's automat in metres: on foot where its settings "
        "say WALKING_DISTANCE, else along the geodesic on the WGS 84 ellipsoid; null when either "
        "end has no position."
    )
    metres_after: float | None = strawberry.field(
        description="From the entity to the nearest automat in metres, in the same way."
    )
    coming_stays: int = strawberry.field(
        description="How many of its confirmed reservations begin in the coming weeks: so many "
        "stays would be at the other automat."
    )

    @classmethod
    def of(cls, row: values.Compared) -> Self:
        before, after = row.before, row.after
        return cls(
            entity_id=row.id,
            before_id=before.automat_id if before else None,
            after_id=after.automat_id if after else None,
            outcome=row.outcome,
            exceptions=list(row.exceptions),
            metres_before=before.metres if before else None,
            metres_after=after.metres if after else None,
            coming_stays=row.coming.stays,
        )


@reached
@strawberry.type(
    description="A page of entities, compared, and what comes of all of them together."
)
class SelectionComparisonConnection:
    scope: strawberry.Private[Scope]
    weeks: strawberry.Private[int]
    edges: list[Edge[ComparedEntity]] = strawberry.field(
        description="The entities of this page, in the order in which they were made."
    )
    page_info: PageInfo = strawberry.field(description="Where the page stands in its list.")

    @strawberry.field(
        description=f"What comes of all entities that are meant, whatever the page; null when they "
        f"are more than {MOST_TOGETHER}: the command `livionkey selection compare` takes any "
        "number."
    )
    async def totals(self, info: Info) -> ComparisonTotals | None:
        async with info.context.reading() as reading:
            found = await asking.together(reading, self.scope, weeks=self.weeks)
        return None if found is None else ComparisonTotals.of(*found)


@strawberry.type
class ComparisonQueries:
    @query(
        permission=Permission.VIEW_REPORTS,
        description="For every entity, the automat of its device group against the nearest one: "
        "what would change if device groups were given up. Both are chosen as for a stay that "
        "begins now and lasts a day, with a key from a desk. Nothing is changed.",
    )
    async def selection_comparison(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        *,
        device_group_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(
                description="Only entities of these groups; of any and of none when left out."
            ),
        ] = None,
        organization_unit_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Only entities of this unit and of those below it; all when left out."
            ),
        ] = None,
        weeks: Annotated[
            int,
            strawberry.argument(
                description=f"Over how many weeks from now coming stays count, 1 to {MOST_WEEKS}."
            ),
        ] = WEEKS,
    ) -> SelectionComparisonConnection:
        behind = from_cursor(after)
        groups: list[Any] | None = None
        if device_group_ids is not None:
            groups = [from_id(GroupRow, id) for id in device_group_ids]
        unit_id = from_id(UnitRow, organization_unit_id)
        async with info.context.reading() as reading:
            scope, rows = await asking.page(
                reading, groups, unit_id, first=first, after=behind, weeks=weeks
            )
        shown = connection(rows, ComparedEntity.of, behind)
        return SelectionComparisonConnection(
            scope=scope, weeks=weeks, edges=shown.edges, page_info=shown.page_info
        )

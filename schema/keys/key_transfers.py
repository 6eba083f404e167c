"""Keys that lie far from where they are needed, and where they should be carried to."""

from typing import Annotated, Self
from uuid import UUID

import strawberry

from models.accounts import Permission
from models.automats import Automat as AutomatRow
from models.entities import ReservableEntity as EntityRow
from models.keys import Key as KeyRow
from models.organizations import OrganizationUnit as UnitRow
from resolvers import key_transfers
from resolvers.key_transfers import BEYOND_METRES, BLOCK, Transfer
from resolvers.looking import Slice
from schema.automats.automats import Automat
from schema.context import Info
from schema.entities import ReservableEntity
from schema.execution import batched
from schema.keys.keys import Key
from schema.loaders import to_one
from schema.paging import FIRST, After, Connection, First, connection, from_cursor, to_cursor
from schema.permissions import query, reached
from schema.scalars import from_id


@reached
@strawberry.type(description="A key that lies far from its entity, and where it should go.")
class KeyTransferSuggestion:
    key: Key | None = batched(to_one(KeyRow, "key_id"), description="Which key.")
    entity: ReservableEntity | None = batched(
        to_one(EntityRow, "entity_id"),
        description="What it opens; of several with a place the one that was made first.",
    )
    automat: Automat | None = batched(
        to_one(AutomatRow, "automat_id"), description="The automat in which it lies."
    )
    metres_now: float = strawberry.field(
        description="From the entity to where it lies in metres, along the geodesic on the WGS 84 "
        "ellipsoid."
    )
    to_automat: Automat | None = batched(
        to_one(AutomatRow, "to_automat_id"),
        description="Where it should go: the nearest automat that could serve the entity now, by "
        "the policy of its unit.",
    )
    metres_then: float = strawberry.field(
        description="From the entity to that automat in metres, in the same way."
    )
    key_id: strawberry.Private[UUID]
    entity_id: strawberry.Private[UUID]
    automat_id: strawberry.Private[UUID]
    to_automat_id: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: Transfer) -> Self:
        return cls(
            metres_now=row.metres_now,
            metres_then=row.metres_then,
            key_id=row.id,
            entity_id=row.entity_id,
            automat_id=row.automat_id,
            to_automat_id=row.to_automat_id,
        )


@strawberry.type
class KeyTransferQueries:
    @query(
        permission=Permission.VIEW,
        description="Keys that lie in an automat farther from their entity than the nearest one "
        "that could serve it: where a key lies in an automat, its stays are there. In the order in "
        f"which they were registered; a page looks at {BLOCK} keys, so it may hold fewer than were "
        "asked for, or none, while `hasNextPage` is true: go on after `endCursor`.",
    )
    async def key_transfer_suggestions(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        organization_unit_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Only keys of entities of this unit and of those below it; all when "
                "left out."
            ),
        ] = None,
        beyond_metres: Annotated[
            float,
            strawberry.argument(
                description="How many metres nearer to the entity the automat has to be, from 0."
            ),
        ] = BEYOND_METRES,
    ) -> Connection[KeyTransferSuggestion]:
        behind = from_cursor(after)
        unit_id = from_id(UnitRow, organization_unit_id)
        async with info.context.reading() as reading:
            found = await key_transfers.page(
                reading, unit_id, first=first, after=behind, beyond_metres=beyond_metres
            )
        page: Connection[KeyTransferSuggestion] = connection(
            Slice(found.rows, found.has_more), KeyTransferSuggestion.of, behind
        )
        page.page_info.end_cursor = None if found.end is None else to_cursor(found.end)
        return page

"""What automats reported, as clients see it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement
from strawberry.scalars import JSON

import models.automat_reports as models
from models.accounts import Permission
from models.automats import Automat as AutomatRow
from resolvers import looking
from schema.automats.automat_enums import ReportKind
from schema.context import Info
from schema.execution import batched
from schema.loaders import to_one
from schema.nodes import Node, shows
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query
from schema.scalars import from_id, to_id

if TYPE_CHECKING:  # what follows automats imports them
    from schema.automats.automats import Automat


@shows(models.AutomatReport)
@strawberry.type(description="One thing that an automat said that happened, as it said it.")
class AutomatEvent(Node):
    automat_id: strawberry.Private[UUID]
    kind: ReportKind = strawberry.field(description="What happened.")
    number: int | None = strawberry.field(
        description="Its place in what the automat reports with the same credentials, from 1; null "
        "when that place was another report's."
    )
    happened_at: datetime = strawberry.field(description="When, by the clock of the automat.")
    received_at: datetime = strawberry.field(description="When we were told first.")
    applied_at: datetime | None = strawberry.field(
        description="When it took effect; null while reports before it are missing."
    )
    locker_index: int | None = strawberry.field(
        description="At which locker, from 0; null for the whole automat."
    )
    facts: JSON = strawberry.field(
        description="The rest of it, as the protocol says; digits that somebody typed are never "
        "in it."
    )
    problem: str | None = strawberry.field(
        description="What was strange about it, or why it took no effect."
    )
    automat: Annotated["Automat", strawberry.lazy("schema.automats.automats")] = batched(
        to_one(AutomatRow, "automat_id"), description="The automat."
    )

    @classmethod
    def of(cls, row: models.AutomatReport) -> Self:
        facts: Any = row.facts
        return cls(
            id=to_id(models.AutomatReport, row.id),
            automat_id=row.automat_id,
            kind=row.kind,
            number=row.number,
            happened_at=row.happened_at,
            received_at=row.received_at,
            applied_at=row.applied_at,
            locker_index=row.locker_index,
            facts=facts,
            problem=row.problem,
        )


@strawberry.type
class AutomatEventQueries:
    @query(
        permission=Permission.VIEW_EVENTS,
        description="What your automats reported, the newest first.",
    )
    async def automat_events(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        automat_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only what this one reported.")
        ] = None,
        kind: Annotated[
            ReportKind | None, strawberry.argument(description="Only reports of this kind.")
        ] = None,
    ) -> Connection[AutomatEvent]:
        behind, row = from_cursor(after), models.AutomatReport
        conditions: list[ColumnElement[bool]] = []
        if (id := from_id(AutomatRow, automat_id)) is not None:
            conditions.append(row.automat_id == id)
        if kind is not None:
            conditions.append(row.kind == kind)
        async with info.context.reading() as reading:
            part = await looking.page(
                reading, row, *conditions, first=first, after=behind, newest_first=True
            )
        return connection(part, AutomatEvent.of, behind)

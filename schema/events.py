"""The trail of all that happened, as clients see it."""

from datetime import datetime
from typing import Annotated, Any, Self

import strawberry
from sqlalchemy import ColumnElement
from strawberry.scalars import JSON

import models.events as models
from models.accounts import Permission
from resolvers import looking
from schema.context import Info
from schema.enums import EventKind
from schema.inputs import given
from schema.nodes import Node, shows
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query
from schema.scalars import id_of_subject, of_any_kind, to_id


@shows(models.Event)
@strawberry.type(description="One thing that happened; never changed and never removed.")
class Event(Node):
    kind: EventKind = strawberry.field(description="What happened.")
    at: datetime = strawberry.field(description="When.")
    subject_id: strawberry.ID = strawberry.field(description="What it happened to; see `node`.")
    facts: JSON = strawberry.field(description="Ids, numbers and codes; never a PIN or a token.")
    notice: str | None = strawberry.field(
        description="A sentence for the organization's people, where they have to know of it."
    )

    @classmethod
    def of(cls, row: models.Event) -> Self:
        facts: Any = row.facts
        return cls(
            id=to_id(models.Event, row.id),
            kind=row.kind,
            at=row.at,
            subject_id=id_of_subject(row.subject_type, row.subject_id),
            facts=facts,
            notice=row.notice,
        )


@strawberry.type
class EventQueries:
    @query(
        permission=Permission.VIEW_EVENTS,
        description="What happened in your organization, oldest first.",
    )
    async def events(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        subject_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only what happened to this.")
        ] = None,
        kind: Annotated[
            EventKind | None, strawberry.argument(description="Only events of this kind.")
        ] = None,
    ) -> Connection[Event]:
        behind = from_cursor(after)
        conditions = []
        if given(subject_id) is not None:
            conditions.append(models.Event.subject_id == of_any_kind(subject_id or "")[1])
        if kind is not None:
            conditions.append(models.Event.kind == kind)
        async with info.context.reading() as reading:
            part = await looking.page(reading, models.Event, *conditions, first=first, after=behind)
        return connection(part, Event.of, behind)

    @query(
        permission=Permission.VIEW_EVENTS,
        description="What your organization's people have to know of, newest first: the events "
        "with a notice.",
    )
    async def notices(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        kind: Annotated[
            EventKind | None, strawberry.argument(description="Only notices of this kind.")
        ] = None,
    ) -> Connection[Event]:
        behind = from_cursor(after)
        conditions: list[ColumnElement[bool]] = [models.Event.notice.is_not(None)]
        if kind is not None:
            conditions.append(models.Event.kind == kind)
        async with info.context.reading() as reading:
            part = await looking.page(
                reading, models.Event, *conditions, first=first, after=behind, newest_first=True
            )
        return connection(part, Event.of, behind)

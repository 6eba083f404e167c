"""The trail of all that happened, as clients see it."""

from datetime import datetime
from typing import Annotated, Any, Self

import strawberry
from sqlalchemy import ColumnElement
from strawberry.scalars import JSON

import models.events as models
from models.accounts import Permission
from resolvers import looking
from resolvers.trail.wanted import Wanted
from schema.access.permission_enums import WayIn
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
    way_in: WayIn = strawberry.field(description="How whoever did it came in.")
    actor_id: strawberry.ID | None = strawberry.field(
        description="Who did it: a person of the staff, a service account or a token; null for "
        "what came by a link, from an automat, a command or the system, see `wayIn`."
    )
    request_id: str | None = strawberry.field(
        description="With which request, as the answer's header `X-Request-Id` said; null for what "
        "no request asked for."
    )
    before: JSON | None = strawberry.field(
        description="What changed of the subject since the event about it before: the values "
        "before it, by the names of columns; of long ones their SHA-256. Null for what is new, and "
        "where nothing changed."
    )
    after: JSON | None = strawberry.field(description="The same columns with their values after.")
    hidden: list[str] = strawberry.field(
        description="Columns that changed as well, whose values are not kept: they are secret, or "
        "say something of a person."
    )

    @classmethod
    def of(cls, row: models.Event) -> Self:
        facts: Any = row.facts
        changes = row.changes or {}
        before, after = (both(changes, row.personal or {}, which) for which in ("before", "after"))
        return cls(
            id=to_id(models.Event, row.id),
            kind=row.kind,
            at=row.at,
            subject_id=id_of_subject(row.subject_type, row.subject_id),
            facts=facts,
            notice=row.notice,
            way_in=row.way_in,
            actor_id=actor_id(row),
            request_id=row.request_id,
            before=before,
            after=after,
            hidden=changes.get("hidden", []),
        )


def both(changes: dict[str, Any], personal: dict[str, Any], which: str) -> Any:
    """Put together what columns were or are, those of contacts with the others; None for none."""
    return {**changes.get(which, {}), **personal.get(which, {})} or None


@strawberry.input(description="Which events: those that fulfil all that is said.")
class EventFilter:
    actor_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Done by this person of the staff, this service account, or with this token.",
    )
    way_in: WayIn | None = strawberry.field(
        default=strawberry.UNSET, description="By whoever came in like this."
    )
    request_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="With this request, see `X-Request-Id`."
    )
    since: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="At this moment or later."
    )
    until: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Before this moment."
    )

    def wanted(self) -> Wanted:
        """Say plainly what is asked for."""
        actor = given(self.actor_id)
        return Wanted(
            actor_id=of_any_kind(actor)[1] if actor else None,
            way_in=given(self.way_in),
            request_id=given(self.request_id),
            since=given(self.since),
            until=given(self.until),
        )


def actor_id(row: models.Event) -> strawberry.ID | None:
    """Tell who did something; None where nobody is known by an id."""
    who = {
        "person": row.person_id,
        "serviceaccount": row.service_account_id,
        "token": row.token_id,
    }
    return next((strawberry.ID(f"{kind}_{id.hex}") for kind, id in who.items() if id), None)


@strawberry.type
class EventQueries:
    @query(
        permission=Permission.VIEW_EVENTS,
        description="What happened in your organization, the oldest first unless `newestFirst`: "
        "who did what, by which way in, with which request, and what was before and after.",
    )
    async def events(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        subject_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only what happened to this.")
        ] = None,
        kind: Annotated[
            EventKind | None, strawberry.argument(description="Only events of this kind.")
        ] = None,
        where: Annotated[
            EventFilter | None, strawberry.argument(description="Only by whom, how and when.")
        ] = None,
        newest_first: Annotated[
            bool, strawberry.argument(description="The newest first instead.")
        ] = False,
    ) -> Connection[Event]:
        behind = from_cursor(after)
        wanted = where.wanted() if where else Wanted()
        conditions = wanted.conditions(is_sandbox=info.context.actor.clock_ahead is not None)
        if given(subject_id) is not None:
            conditions.append(models.Event.subject_id == of_any_kind(subject_id or "")[1])
        if kind is not None:
            conditions.append(models.Event.kind == kind)
        async with info.context.reading() as reading:
            part = await looking.page(
                reading,
                models.Event,
                *conditions,
                first=first,
                after=behind,
                newest_first=newest_first,
            )
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

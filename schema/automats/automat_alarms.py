"""Alarms of automats, as clients see them and acknowledge them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement

import models.automat_alarms as models
from models.accounts import Permission
from models.automats import Automat as AutomatRow
from resolvers import automat_alarms, looking
from resolvers.work import Work
from schema.automats.automat_enums import AlarmKind, AlarmState
from schema.context import Info
from schema.errors import UserError
from schema.execution import batched
from schema.inputs import Repeatable
from schema.loaders import to_one
from schema.mutations import mutation
from schema.nodes import Node, shows
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query, reached
from schema.scalars import from_id, to_id

if TYPE_CHECKING:  # automats show their alarms
    from schema.automats.automats import Automat


@shows(models.AutomatAlarm)
@strawberry.type(description="Something that is or was wrong with an automat.")
class AutomatAlarm(Node):
    automat_id: strawberry.Private[UUID]
    kind: AlarmKind = strawberry.field(description="What is wrong.")
    state: AlarmState = strawberry.field(description="Whether its cause is still there.")
    locker_index: int | None = strawberry.field(
        description="At which locker, from 0; null for the whole automat."
    )
    started_at: datetime = strawberry.field(description="Since when.")
    ended_at: datetime | None = strawberry.field(
        description="When its cause was gone; null while it is there."
    )
    acknowledged_at: datetime | None = strawberry.field(
        description="When somebody said that they know of it; null while nobody has."
    )
    details: str | None = strawberry.field(description="What is known of it, in a sentence.")
    automat: Annotated["Automat", strawberry.lazy("schema.automats.automats")] = batched(
        to_one(AutomatRow, "automat_id"), description="The automat."
    )

    @classmethod
    def of(cls, row: models.AutomatAlarm) -> Self:
        is_on = row.ended_at is None
        is_whole = row.locker_index == models.WHOLE_AUTOMAT
        return cls(
            id=to_id(models.AutomatAlarm, row.id),
            automat_id=row.automat_id,
            kind=row.kind,
            state=AlarmState.ACTIVATED if is_on else AlarmState.DEACTIVATED,
            locker_index=None if is_whole else row.locker_index,
            started_at=row.started_at,
            ended_at=row.ended_at,
            acknowledged_at=row.acknowledged_at,
            details=row.details,
        )


@strawberry.input(description="Which alarm somebody knows of.")
class AutomatAlarmAcknowledgeInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which alarm.")


@reached
@strawberry.type(description="What became of acknowledging an alarm.")
class AutomatAlarmAcknowledgePayload:
    alarm: AutomatAlarm | None = strawberry.field(
        default=None, description="The alarm; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class AutomatAlarmQueries:
    @query(permission=Permission.VIEW_ALARMS, description="Alarms of your automats, newest first.")
    async def automat_alarms(
        self,
        info: Info,
        *,
        first: First = FIRST,
        after: After = None,
        automat_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those of this automat.")
        ] = None,
        kind: Annotated[
            AlarmKind | None, strawberry.argument(description="Only alarms of this kind.")
        ] = None,
        state: Annotated[
            AlarmState | None,
            strawberry.argument(description="Only those whose cause is there, or is gone."),
        ] = None,
        acknowledged: Annotated[
            bool | None,
            strawberry.argument(description="Only those that somebody has acknowledged, or not."),
        ] = None,
    ) -> Connection[AutomatAlarm]:
        behind, row = from_cursor(after), models.AutomatAlarm
        conditions: list[ColumnElement[bool]] = []
        if (id := from_id(AutomatRow, automat_id)) is not None:
            conditions.append(row.automat_id == id)
        if kind is not None:
            conditions.append(row.kind == kind)
        if state is not None:
            conditions.append(row.ended_at.is_(None) == (state is AlarmState.ACTIVATED))
        if acknowledged is not None:
            conditions.append(row.acknowledged_at.is_not(None) == acknowledged)
        async with info.context.reading() as reading:
            part = await looking.page(
                reading, row, *conditions, first=first, after=behind, newest_first=True
            )
        return connection(part, AutomatAlarm.of, behind)


@strawberry.type
class AutomatAlarmMutations:
    @mutation(
        permission=Permission.OPERATE_AUTOMATS,
        description="Say that you know of an alarm; whoever said so first stays the one who did.",
    )
    async def automat_alarm_acknowledge(
        self, work: Work, input: AutomatAlarmAcknowledgeInput
    ) -> AutomatAlarmAcknowledgePayload:
        id = from_id(models.AutomatAlarm, input.id)
        alarm = await automat_alarms.acknowledge(work, id)
        return AutomatAlarmAcknowledgePayload(alarm=AutomatAlarm.of(alarm))

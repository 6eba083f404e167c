"""What automats were told to do, as clients see it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement

import models.automat_commands as models
from models.accounts import Permission
from models.automats import Automat as AutomatRow
from models.automats import Locker as LockerRow
from models.keys import Key as KeyRow
from resolvers import looking
from resolvers.automat_commands.looking_up import newest
from schema.automats.automat_enums import CommandKind, CommandRefusal, CommandState
from schema.context import Info
from schema.execution import batched
from schema.loaders import to_one
from schema.nodes import Node, shows
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query
from schema.scalars import from_id, to_id

if TYPE_CHECKING:  # automats show what they were told
    from schema.automats.automats import Automat, Locker
    from schema.keys.keys import Key


@shows(models.AutomatCommand)
@strawberry.type(description="One thing that an automat was told to do.")
class AutomatCommand(Node):
    automat_id: strawberry.Private[UUID]
    locker_id: strawberry.Private[UUID | None]
    key_id: strawberry.Private[UUID | None]
    kind: CommandKind = strawberry.field(description="What to do.")
    state: CommandState = strawberry.field(description="How far it is.")
    refusal: CommandRefusal | None = strawberry.field(
        description="Why the automat did not do it; null unless it is REFUSED."
    )
    reason: str | None = strawberry.field(description="Why, in the words of whoever asked.")
    requested_at: datetime = strawberry.field(description="When somebody asked for it.")
    expires_at: datetime = strawberry.field(
        description="Its deadline: afterwards the automat does not do it any more."
    )
    answered_at: datetime | None = strawberry.field(
        description="When its answer came, or its deadline passed without one."
    )
    automat: Annotated["Automat", strawberry.lazy("schema.automats.automats")] = batched(
        to_one(AutomatRow, "automat_id"), description="The automat."
    )
    locker: Annotated["Locker", strawberry.lazy("schema.automats.automats")] | None = batched(
        to_one(LockerRow, "locker_id"), description="Its locker; null for the whole automat."
    )
    key: Annotated["Key", strawberry.lazy("schema.keys.keys")] | None = batched(
        to_one(KeyRow, "key_id"), description="The key, where it is about one."
    )

    @classmethod
    def of(cls, row: models.AutomatCommand) -> Self:
        return cls(
            id=to_id(models.AutomatCommand, row.id),
            automat_id=row.automat_id,
            locker_id=row.locker_id,
            key_id=row.key_id,
            kind=row.kind,
            state=row.state,
            refusal=row.refusal,
            reason=row.reason,
            requested_at=row.requested_at,
            expires_at=row.expires_at,
            answered_at=row.answered_at,
        )


async def newest_commands(automats: list[Any], context: Any) -> list[list[AutomatCommand]]:
    """Show what several automats were told last."""
    ids = [automat.automat_id for automat in automats]
    found = await context.loaders.answers(newest).load_many(ids)
    return [[AutomatCommand.of(row) for row in rows] for rows in found]


@strawberry.type
class AutomatCommandQueries:
    @query(
        permission=Permission.VIEW_AUTOMATS,
        description="A command to an automat; null when there is no such one.",
    )
    async def automat_command(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],
    ) -> AutomatCommand | None:
        async with info.context.reading() as reading:
            key = from_id(models.AutomatCommand, id)
            row = await looking.find(reading, models.AutomatCommand, key)
        return None if row is None else AutomatCommand.of(row)

    @query(
        permission=Permission.VIEW_AUTOMATS,
        description="What automats were told to do, newest first.",
    )
    async def automat_commands(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        automat_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only what this one was told.")
        ] = None,
        state: Annotated[
            CommandState | None, strawberry.argument(description="Only those that are so far.")
        ] = None,
    ) -> Connection[AutomatCommand]:
        behind, row = from_cursor(after), models.AutomatCommand
        conditions: list[ColumnElement[bool]] = []
        if (id := from_id(AutomatRow, automat_id)) is not None:
            conditions.append(row.automat_id == id)
        if state is not None:
            conditions.append(row.state == state)
        async with info.context.reading() as reading:
            part = await looking.page(
                reading, row, *conditions, first=first, after=behind, newest_first=True
            )
        return connection(part, AutomatCommand.of, behind)

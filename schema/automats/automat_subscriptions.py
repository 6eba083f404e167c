"""What can be watched of automats, live: their commands, their alarms, and what they report."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement

import models.automat_commands as commands
from models.accounts import Permission
from models.automat_alarms import AutomatAlarm as AlarmRow
from models.automat_reports import AutomatReport
from models.automats import Automat as AutomatRow
from models.events import Event, EventKind
from resolvers import looking
from resolvers.following import Tail
from resolvers.work import Reading
from schema.automats.automat_alarms import AutomatAlarm
from schema.automats.automat_commands import AutomatCommand
from schema.automats.automat_reports import AutomatEvent
from schema.context import Info
from schema.permissions import subscription
from schema.scalars import from_id
from schema.watching import watch

ALARM_EVENTS = (
    EventKind.AUTOMAT_ALARM_RAISED,
    EventKind.AUTOMAT_ALARM_ENDED,
    EventKind.AUTOMAT_ALARM_ACKNOWLEDGED,
)
REPORTS_NAP_SECONDS = 1.0
"""Most reports ring no bell: a busy house has hundreds of them in a second."""
OnlyThis = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only of this automat; of all of yours.")
]


class OneCommand:
    """Follows one command until it is over."""

    def __init__(self, id: UUID | None) -> None:
        self._id = id
        self._shown: Any = None

    async def look(self, reading: Reading) -> Sequence[AutomatCommand] | None:
        """Show it when it has changed; there is nothing to be shown behind its end."""
        if self._shown is not None and self._shown.state not in commands.OPEN_STATES:
            return None
        row = await reading.get(commands.AutomatCommand, self._id, path=("id",))
        shown = AutomatCommand.of(row)
        if shown == self._shown:
            return ()
        self._shown = shown
        return [shown]


class Alarms:
    """Follows the alarms of one automat, or of all, by what the trail says of them."""

    def __init__(self, automat_id: UUID | None) -> None:
        self._automat_id = automat_id
        of_alarms = Event.kind.in_(ALARM_EVENTS)
        self._tail = Tail(Event, of_alarms, *_only(Event.subject_id, automat_id))
        self._ids: dict[UUID, None] = {}

    async def look(self, reading: Reading) -> Sequence[AutomatAlarm]:
        """Show each alarm to which something happened, as it is now."""
        await _check(reading, self._automat_id)
        for event in await self._tail.look(reading):
            self._ids[UUID(event.facts["alarm_id"])] = None
        if not self._ids:
            return ()
        rows = await looking.by_ids(reading, AlarmRow, list(self._ids))
        self._ids = {}  # only now: a look that fails half-way is done again
        return [AutomatAlarm.of(row) for row in rows if row is not None]


class Reports:
    """Follows what one automat reports, or all."""

    def __init__(self, automat_id: UUID | None) -> None:
        self._automat_id = automat_id
        self._tail = Tail(AutomatReport, *_only(AutomatReport.automat_id, automat_id))

    async def look(self, reading: Reading) -> Sequence[AutomatEvent]:
        """Show what is new."""
        await _check(reading, self._automat_id)
        return [AutomatEvent.of(row) for row in await self._tail.look(reading)]


def _only(column: Any, automat_id: UUID | None) -> list[ColumnElement[bool]]:
    return [] if automat_id is None else [column == automat_id]


async def _check(reading: Reading, automat_id: UUID | None) -> None:
    """Refuse to follow what is not the organization's.

    Raises:
        NotFound: It has no such automat.
    """
    if automat_id is not None:
        await reading.get(AutomatRow, automat_id, path=("automat_id",))


@strawberry.type
class AutomatSubscriptions:
    @subscription(
        permission=Permission.VIEW_AUTOMATS,
        description="How far a command is, at once and after every change; it ends with the "
        "command, when it is DONE, REFUSED or EXPIRED.",
    )
    async def automat_command_changed(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Which command.")],
    ) -> AsyncGenerator[AutomatCommand]:
        look = OneCommand(from_id(commands.AutomatCommand, id)).look
        async with aclosing(watch(info.context, Permission.VIEW_AUTOMATS, look)) as found:
            async for one in found:
                yield one

    @subscription(
        permission=Permission.VIEW_ALARMS,
        description="Alarms that are raised, end or are acknowledged from now on, each as it is "
        "then; those that are there already are in `automatAlarms`.",
    )
    async def automat_alarm_changed(
        self, info: Info, automat_id: OnlyThis = None
    ) -> AsyncGenerator[AutomatAlarm]:
        look = Alarms(from_id(AutomatRow, automat_id)).look
        async with aclosing(watch(info.context, Permission.VIEW_ALARMS, look)) as found:
            async for one in found:
                yield one

    @subscription(
        permission=Permission.VIEW_EVENTS,
        description="What automats report from now on, each report once, in the order in which it "
        "came; what they reported before is in `automatEvents`.",
    )
    async def automat_event_added(
        self, info: Info, automat_id: OnlyThis = None
    ) -> AsyncGenerator[AutomatEvent]:
        look = Reports(from_id(AutomatRow, automat_id)).look
        watched = watch(
            info.context, Permission.VIEW_EVENTS, look, longest_nap_seconds=REPORTS_NAP_SECONDS
        )
        async with aclosing(watched) as found:
            async for one in found:
                yield one

"""The end of commands that were not answered by their deadline."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement

from models.automat_commands import OPEN_STATES, AutomatCommand, CommandKind, CommandState
from models.events import EventKind
from resolvers.automat_commands.telling import tell
from resolvers.work import Work

GRACE = timedelta(seconds=3)
"""How long after a deadline an answer may still be on its way."""


async def look_after(work: Work, command_id: UUID) -> datetime | None:
    """End a command whose deadline has passed; tells when to look again."""
    for command in await work.locked(AutomatCommand, [command_id]):
        if command.state not in OPEN_STATES:
            return None
        over_at = command.expires_at + GRACE
        if work.now < over_at:
            return over_at
        await _expire(work, command)
    return None


async def expire_overdue(work: Work, automat_id: UUID) -> None:
    """End the commands of an automat that should have ended: nobody is busy with those.

    A worker does so too; nobody has to wait for it.
    """
    row = AutomatCommand
    theirs = work.own(row).where(*overdue(automat_id, overdue_since(work.now)))
    for command in await work.locking(theirs, row):
        await _expire(work, command)


def overdue_since(now: datetime) -> datetime:
    """Tell before when a deadline was, if nobody waits for the answer any more."""
    return now - GRACE


def overdue(automat_id: Any, since: Any) -> tuple[ColumnElement[bool], ...]:
    """Say that a command of people at an automat should have ended before a moment."""
    row = AutomatCommand
    is_open = row.kind != CommandKind.REPLAY, row.state.in_(OPEN_STATES)
    return row.automat_id == automat_id, *is_open, row.expires_at <= since


async def _expire(work: Work, command: AutomatCommand) -> None:
    was_sent = command.state is CommandState.SENT
    command.state = CommandState.EXPIRED
    command.answered_at = work.now
    await work.save()
    if command.kind is not CommandKind.REPLAY:
        tell(work, EventKind.AUTOMAT_COMMAND_EXPIRED, command, was_sent=was_sent)

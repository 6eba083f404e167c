"""What the link has to send now. Two links at once never claim the same command."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models.automat_commands import AutomatCommand, CommandKind, CommandState
from models.automat_links import AutomatLink
from models.base import Json, table_of
from models.dialects.instants import Instant
from models.telling import RINGS

AGAIN_AFTER = timedelta(seconds=5)
"""How long an answer is waited for before a command is sent again; it is done once all the same."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One command as it is sent.

    Args:
        command_id: Its id, by which it is answered.
        link_id: To which credentials.
        organization_id: Whose it is.
        kind: What to do.
        facts: The fields that messages of this kind have besides their id, kind and deadline.
        expires_at: Its deadline.
    """

    command_id: UUID
    link_id: UUID
    organization_id: UUID
    kind: CommandKind
    facts: Json
    expires_at: datetime


async def claim(session: AsyncSession, now: datetime, limit: int = 100) -> list[Outgoing]:
    """Take commands that have to be sent now, the oldest first, and count them as sent.

    These are the ones that wait, and those that were sent more than 5 seconds ago and not
    answered; none past its deadline, and none of an automat without working credentials. What was
    sent to other credentials is not sent on: the cabinet behind those that came after them may
    not know that it was done. It expires. Those that another link is taking are left to it.

    Args:
        session: An open transaction; what is claimed is sent after it.
        now: When.
        limit: How many at most.
    """
    connection = await session.connection()
    found = (await connection.execute(_to_send(now, limit))).all()
    if not found:
        return []
    claimed = [{"claimed": row.id, "link": row.link_id, "now": now} for row in found]
    await connection.execute(_SENT, claimed)
    session.info[RINGS] = True  # somebody may watch how far it is
    return [Outgoing(*row) for row in found]


async def is_due(connection: AsyncConnection, now: datetime) -> bool:
    """Tell whether there is anything to claim: to look keeps nobody from writing.

    Args:
        connection: An open connection.
        now: When.
    """
    return (await connection.execute(_due(now).limit(1))).first() is not None


def _to_send(now: datetime, limit: int) -> Select[*tuple[Any, ...]]:
    row = AutomatCommand
    due = _due(now).order_by(row.id).limit(limit)
    return due.with_for_update(of=row, skip_locked=True)


def _due(now: datetime) -> Select[*tuple[Any, ...]]:
    row, link = AutomatCommand, AutomatLink
    open_ones = row.state.in_((CommandState.WAITING, CommandState.SENT))
    is_time = or_(row.sent_at.is_(None), row.sent_at <= now - AGAIN_AFTER)
    theirs = or_(row.link_id.is_(None), row.link_id == link.id)
    works = and_(link.activated_at.is_not(None), link.revoked_at.is_(None))
    return (
        select(row.id, link.id.label("link_id"), row.organization_id, *_SAID)
        .join(link, and_(link.automat_id == row.automat_id, works))
        .where(open_ones, is_time, theirs, row.expires_at > now)
    )


_SAID = AutomatCommand.kind, AutomatCommand.facts, AutomatCommand.expires_at
_SENT = (
    update(table_of(AutomatCommand))
    .where(AutomatCommand.id == bindparam("claimed"))
    .values(
        state=CommandState.SENT,
        sent_at=bindparam("now", type_=Instant),
        link_id=bindparam("link", type_=Uuid),
    )
)

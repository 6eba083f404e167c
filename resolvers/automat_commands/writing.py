"""Writing a command down, unless its automat cannot be told now: busy and offline are answers."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, exists, select

from models.automat_commands import (
    LONGEST_DEADLINE,
    SHORTEST_DEADLINE,
    AutomatCommand,
    CommandKind,
)
from models.automat_links import AutomatLink
from models.automats import Automat, Locker, is_online
from models.base import Json, table_of
from models.dialects.instants import Instant
from models.errors import AutomatBusy, AutomatOffline, InvalidInput, LivionKeyError
from models.events import EventKind
from models.jobs import JobKind
from models.keys import Key
from resolvers import jobs
from resolvers.automat_commands import expiring
from resolvers.automat_commands.telling import tell
from resolvers.work import Work

ONE_AT_A_TIME = ("one_command_of_people_at_a_time", "automat_commands_automat_id_key")
"""The index by its own name, and as SQLite tells of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks an automat to do; the rest of it is as `AutomatCommand` says."""

    kind: CommandKind
    locker: Locker | None = None
    key: Key | None = None
    reason: str | None = None
    facts: Json = field(default_factory=dict)


async def ask(work: Work, automat_id: UUID, asked: Asked, deadline: timedelta) -> AutomatCommand:
    """Write a command of people, unless the automat cannot be told now.

    That only one of them is under way is kept by the database, also when two ask at once.

    Args:
        work: The transaction, of somebody who may.
        automat_id: An automat of the organization.
        asked: What to do.
        deadline: For how long it may be done from now on: 5 seconds to 10 minutes.

    Raises:
        InvalidInput: The deadline is out of range.
        AutomatOffline: It has no working link, or nothing was heard of it lately.
        AutomatBusy: Another command of people is under way there.
    """
    _check(deadline)
    automat = await _reachable(work, automat_id)
    if automat.has_overdue:
        await expiring.expire_overdue(work, automat_id)
    busy = AutomatBusy(f"{automat.name} does something else now; try again when it has ended.")
    refusals: dict[str, LivionKeyError] = dict.fromkeys(ONE_AT_A_TIME, busy)
    command = await write(work, automat_id, asked, deadline, refusals=refusals)
    requested = EventKind.AUTOMAT_COMMAND_REQUESTED
    tell(work, requested, command, reason=command.reason, expires_at=command.expires_at)
    return command


def _check(deadline: timedelta) -> None:
    if not SHORTEST_DEADLINE <= deadline <= LONGEST_DEADLINE:
        message = "A deadline is 5 to 600 seconds away."
        raise InvalidInput(message, path=("deadline_seconds",))


async def _reachable(work: Work, automat_id: UUID) -> Any:
    """Read what an automat is called; refuse at once what would only wait for its deadline."""
    told = {"owner": work.actor.organization_id, "automat": automat_id}
    rows = await work.rows(_automat(), **told, overdue=expiring.overdue_since(work.now))
    automat: Any = rows[0] if rows else await work.get(Automat, automat_id)
    if automat.link_id is None:
        message = f"The automat {automat.name} is not linked: it is run by hand."
        raise AutomatOffline(message, path=("automat_id",))
    if not automat.connected or not is_online(automat.last_seen_at, work.now):
        message = f"The automat {automat.name} is offline; try again when it is back."
        raise AutomatOffline(message, path=("automat_id",))
    return automat


@cache
def _automat() -> Select[*tuple[Any, ...]]:
    """Select an automat with its working link, and whether a command there should have ended."""
    row, link = table_of(Automat), AutomatLink
    works = link.automat_id == row.c.id, link.activated_at.is_not(None), link.revoked_at.is_(None)
    overdue = expiring.overdue(row.c.id, bindparam("overdue", type_=Instant))
    columns: Select[*tuple[Any, ...]] = select(
        *(row.c.name, row.c.last_seen_at, link.id.label("link_id"), link.connected),
        exists().where(*overdue).label("has_overdue"),
    )
    return columns.select_from(row.outerjoin(table_of(link), and_(*works))).where(
        row.c.id == bindparam("automat"), row.c.organization_id == bindparam("owner")
    )


async def write(
    work: Work,
    automat_id: UUID,
    asked: Asked,
    deadline: timedelta,
    *,
    link_id: UUID | None = None,
    refusals: dict[str, LivionKeyError] | None = None,
) -> AutomatCommand:
    """Write a command, and plan to look whether it was answered."""
    locker, key = asked.locker, asked.key
    command = AutomatCommand(
        organization_id=work.actor.organization_id,
        automat_id=automat_id,
        link_id=link_id,
        kind=asked.kind,
        locker_id=locker.id if locker else None,
        key_id=key.id if key else None,
        reason=asked.reason,
        facts=asked.facts | ({"lockerIndex": locker.index} if locker else {}),
        token_id=work.actor.token_id,
        requested_at=work.now,
        expires_at=work.now + deadline,
    )
    await work.add(command, refusals=refusals)
    due_at = command.expires_at + expiring.GRACE
    await jobs.schedule(work, JobKind.AUTOMAT_COMMAND, command.id, due_at)
    return command

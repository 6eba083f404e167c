"""Writing a command down, unless its automat cannot be told now: busy and offline are answers."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from models.automat_commands import (
    LONGEST_DEADLINE,
    SHORTEST_DEADLINE,
    AutomatCommand,
    CommandKind,
)
from models.automat_links import AutomatLink
from models.automats import Automat, Locker, is_online
from models.base import Json
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
    automat = await work.get(Automat, automat_id)
    await _check_reachable(work, automat)
    await expiring.expire_overdue(work, automat.id)
    busy = AutomatBusy(f"{automat.name} does something else now; try again when it has ended.")
    refusals: dict[str, LivionKeyError] = dict.fromkeys(ONE_AT_A_TIME, busy)
    command = await write(work, automat.id, asked, deadline, refusals=refusals)
    requested = EventKind.AUTOMAT_COMMAND_REQUESTED
    tell(work, requested, command, reason=command.reason, expires_at=command.expires_at)
    return command


def _check(deadline: timedelta) -> None:
    if not SHORTEST_DEADLINE <= deadline <= LONGEST_DEADLINE:
        message = "A deadline is 5 to 600 seconds away."
        raise InvalidInput(message, path=("deadline_seconds",))


async def _check_reachable(work: Work, automat: Automat) -> None:
    """Refuse at once what would only wait for its deadline."""
    row = AutomatLink
    working = row.activated_at.is_not(None) & row.revoked_at.is_(None)
    link = await work.first(work.own(row).where(row.automat_id == automat.id, working))
    if link is None:
        message = f"The automat {automat.name} is not linked: it is run by hand."
        raise AutomatOffline(message, path=("automat_id",))
    if not link.connected or not is_online(automat.last_seen_at, work.now):
        message = f"The automat {automat.name} is offline; try again when it is back."
        raise AutomatOffline(message, path=("automat_id",))


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

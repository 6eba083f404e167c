"""Asking for commands. That an automat is busy or offline is an answer, given at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from models.accounts import Permission
from models.automat_commands import (
    LONGEST_DEADLINE,
    SHORTEST_DEADLINE,
    USUAL_DEADLINE,
    AutomatCommand,
    CommandKind,
)
from models.automat_links import AutomatLink
from models.automats import Automat, Locker, is_online
from models.base import Json
from models.errors import AutomatBusy, AutomatOffline, InvalidInput, LivionKeyError
from models.events import EventKind
from models.jobs import JobKind
from models.keys import Key, KeyKind
from resolvers import jobs
from resolvers.automat_commands import expiring
from resolvers.automat_commands.telling import tell
from resolvers.checks import fitting_text, required_text
from resolvers.handover.inserting import locker_to_open
from resolvers.handover.recognising import locker_at
from resolvers.work import Work

ONE_AT_A_TIME = ("one_command_of_people_at_a_time", "automat_commands_automat_id_key")
"""The index by its own name, and as SQLite tells of it."""
MOST_ACCESS_RIGHTS, LONGEST_ACCESS_RIGHT = 100, 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks an automat to do; the rest of it is as `AutomatCommand` says."""

    kind: CommandKind
    locker: Locker | None = None
    key: Key | None = None
    reason: str | None = None
    facts: Json = field(default_factory=dict)


async def open_locker(
    work: Work,
    *,
    automat_id: UUID | None,
    locker_index: int,
    reason: str,
    deadline: timedelta = USUAL_DEADLINE,
) -> AutomatCommand:
    """Open the door of a locker from afar; why is kept in the trail.

    Args:
        work: The transaction.
        automat_id: The automat.
        locker_index: The locker, from 0.
        reason: Why, in a sentence of at most 500 characters; never empty.
        deadline: For how long it may be done from now on: 5 seconds to 10 minutes.

    Raises:
        NotAllowed: The actor may not operate automats.
        NotFound: There is no such automat.
        InvalidInput: It has no such locker, no reason is given, or the deadline is out of range.
        AutomatOffline: The automat cannot be reached now.
        AutomatBusy: Another command is under way there.
    """
    work.require(Permission.OPERATE_AUTOMATS)
    why = required_text(reason, path=("reason",))
    locker = await locker_at(work, automat_id, locker_index)
    asked = Asked(CommandKind.OPEN_LOCKER, locker, reason=why)
    return await _ask(work, locker.automat_id, asked, deadline)


async def clear_locker(
    work: Work,
    *,
    automat_id: UUID | None,
    locker_index: int,
    reason: str | None = None,
    deadline: timedelta = USUAL_DEADLINE,
) -> AutomatCommand:
    """Let an automat count a locker as empty, whatever its sensor says.

    When it has, a key that was known to lie there is missed: see `clearing`. Arguments and errors
    are those of `open_locker`; a reason may be left out.
    """
    work.require(Permission.OPERATE_AUTOMATS)
    locker = await locker_at(work, automat_id, locker_index)
    why = fitting_text(reason.strip(), path=("reason",)) if reason else None
    asked = Asked(CommandKind.CLEAR_LOCKER, locker, reason=why or None)
    return await _ask(work, locker.automat_id, asked, deadline)


async def restart(
    work: Work, *, automat_id: UUID | None, deadline: timedelta = USUAL_DEADLINE
) -> AutomatCommand:
    """Let an automat start anew; errors are those of `open_locker`."""
    return await _ask_whole(work, automat_id, CommandKind.RESTART, deadline)


async def resync(
    work: Work, *, automat_id: UUID | None, deadline: timedelta = USUAL_DEADLINE
) -> AutomatCommand:
    """Let an automat apply its codes again and send its state; errors as of `open_locker`."""
    return await _ask_whole(work, automat_id, CommandKind.RESYNC, deadline)


async def program_key(
    work: Work,
    *,
    key_id: UUID | None,
    access_rights: Sequence[str],
    deadline: timedelta = USUAL_DEADLINE,
) -> AutomatCommand:
    """Programme an electromechanical key that lies in a locker with access rights.

    Args:
        work: The transaction.
        key_id: The key.
        access_rights: The names by which its lock system knows them: at most 100, each of 1 to 100
            characters; none takes all of them away.
        deadline: For how long it may be done from now on: 5 seconds to 10 minutes.

    Raises:
        NotAllowed: The actor may not operate automats.
        NotFound: There is no such key.
        InvalidInput: It is mechanical or lies in no locker, an access right cannot be one, or the
            deadline is out of range.
        AutomatOffline: The automat cannot be reached now.
        AutomatBusy: Another command is under way there.
    """
    work.require(Permission.OPERATE_AUTOMATS)
    key = await work.get(Key, key_id, path=("key_id",))
    if key.kind is not KeyKind.ELECTROMECHANICAL:
        message = f"The key {key.code} is mechanical; only electromechanical ones are programmed."
        raise InvalidInput(message, path=("key_id",))
    locker = await work.find(Locker, key.locker_id)
    if locker is None:
        message = f"The key {key.code} lies in no locker; it is programmed in one."
        raise InvalidInput(message, path=("key_id",))
    rights = _checked(access_rights)
    asked = Asked(CommandKind.PROGRAM_KEY, locker, key, facts={"accessRights": rights})
    return await _ask(work, locker.automat_id, asked, deadline)


async def insert_key(
    work: Work,
    *,
    key_id: UUID | None,
    automat_id: UUID | None = None,
    deadline: timedelta = USUAL_DEADLINE,
) -> AutomatCommand:
    """Open the right empty locker for a key that somebody has in their hand.

    It is the locker that is held for the key's next contract, else its own, else the lowest free
    one (`handover.places`). The key that comes into it is taken to be this one.

    Args:
        work: The transaction.
        key_id: The key.
        automat_id: The automat; when left out, the one to which the key should go next, else the
            one where it lives.
        deadline: For how long it may be done from now on: 5 seconds to 10 minutes.

    Raises:
        NotAllowed: The actor may not operate automats.
        NotFound: There is no such key or automat.
        InvalidInput: The key lies in that automat, belongs to none and none is named, or the
            deadline is out of range.
        IllegalTransition: The key is out of use.
        NoFreeLocker: No locker is free.
        AutomatOffline: The automat cannot be reached now.
        AutomatBusy: Another command is under way there.
    """
    work.require(Permission.OPERATE_AUTOMATS)
    key, locker = await locker_to_open(work, key_id, automat_id)
    asked = Asked(CommandKind.OPEN_LOCKER, locker, key)
    return await _ask(work, locker.automat_id, asked, deadline)


async def replay(work: Work, link: AutomatLink, from_number: int) -> AutomatCommand:
    """Ask for missing reports again, for the system: it waits for nobody and is asked once.

    Args:
        work: The transaction.
        link: Whose reports; to no other credentials of the automat it is sent.
        from_number: The first number that is missing.
    """
    row = AutomatCommand
    under_way = work.own(row).where(
        row.link_id == link.id,
        row.kind == CommandKind.REPLAY,
        row.state.in_(expiring.OPEN_STATES),
        row.expires_at > work.now,
    )
    for known in await work.all(under_way):
        if known.facts == {"fromNumber": from_number}:
            return known
    asked = Asked(CommandKind.REPLAY, facts={"fromNumber": from_number})
    return await _write(work, link.automat_id, asked, USUAL_DEADLINE, link_id=link.id)


async def _ask_whole(
    work: Work, automat_id: UUID | None, kind: CommandKind, deadline: timedelta
) -> AutomatCommand:
    work.require(Permission.OPERATE_AUTOMATS)
    automat = await work.get(Automat, automat_id, path=("automat_id",))
    return await _ask(work, automat.id, Asked(kind), deadline)


async def _ask(work: Work, automat_id: UUID, asked: Asked, deadline: timedelta) -> AutomatCommand:
    """Write a command of people, unless the automat cannot be told now."""
    _check(deadline)
    automat = await work.get(Automat, automat_id)
    await _check_reachable(work, automat)
    await expiring.expire_overdue(work, automat.id)
    busy = AutomatBusy(f"{automat.name} does something else now; try again when it has ended.")
    refusals: dict[str, LivionKeyError] = dict.fromkeys(ONE_AT_A_TIME, busy)
    command = await _write(work, automat.id, asked, deadline, refusals=refusals)
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


async def _write(
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


def _checked(access_rights: Sequence[str]) -> list[str]:
    path = ("access_rights",)
    if len(access_rights) > MOST_ACCESS_RIGHTS:
        raise InvalidInput(f"At most {MOST_ACCESS_RIGHTS} access rights fit on a key.", path=path)
    rights = [required_text(right, path=path) for right in access_rights]
    if any(len(right) > LONGEST_ACCESS_RIGHT for right in rights):
        message = f"An access right has at most {LONGEST_ACCESS_RIGHT} characters."
        raise InvalidInput(message, path=path)
    return rights

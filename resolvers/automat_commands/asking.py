"""What people may tell an automat to do, and what the system asks for by itself."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from models.accounts import Permission
from models.automat_commands import OPEN_STATES, USUAL_DEADLINE, AutomatCommand, CommandKind
from models.automat_links import AutomatLink
from models.automats import Automat, Locker
from models.errors import InvalidInput
from models.keys import Key, KeyKind
from resolvers.automat_commands.writing import Asked, ask, write
from resolvers.checks import fitting_text, required_text
from resolvers.handover.inserting import locker_to_open
from resolvers.handover.recognising import locker_at
from resolvers.work import Work

MOST_ACCESS_RIGHTS, LONGEST_ACCESS_RIGHT = 100, 100


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
    return await ask(work, locker.automat_id, asked, deadline)


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
    return await ask(work, locker.automat_id, asked, deadline)


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
    return await ask(work, locker.automat_id, asked, deadline)


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
    return await ask(work, locker.automat_id, asked, deadline)


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
        row.state.in_(OPEN_STATES),
        row.expires_at > work.now,
    )
    for known in await work.all(under_way):
        if known.facts == {"fromNumber": from_number}:
            return known
    asked = Asked(CommandKind.REPLAY, facts={"fromNumber": from_number})
    return await write(work, link.automat_id, asked, USUAL_DEADLINE, link_id=link.id)


async def _ask_whole(
    work: Work, automat_id: UUID | None, kind: CommandKind, deadline: timedelta
) -> AutomatCommand:
    work.require(Permission.OPERATE_AUTOMATS)
    automat = await work.get(Automat, automat_id, path=("automat_id",))
    return await ask(work, automat.id, Asked(kind), deadline)


def _checked(access_rights: Sequence[str]) -> list[str]:
    path = ("access_rights",)
    if len(access_rights) > MOST_ACCESS_RIGHTS:
        raise InvalidInput(f"At most {MOST_ACCESS_RIGHTS} access rights fit on a key.", path=path)
    rights = [required_text(right, path=path) for right in access_rights]
    if any(len(right) > LONGEST_ACCESS_RIGHT for right in rights):
        message = f"An access right has at most {LONGEST_ACCESS_RIGHT} characters."
        raise InvalidInput(message, path=path)
    return rights

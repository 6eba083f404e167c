"""What automats say became of a command: it is kept once, and believed whenever it comes."""

from datetime import datetime
from uuid import UUID

from models.automat_commands import AutomatCommand, CommandKind, CommandRefusal, CommandState
from models.automat_links import AutomatLink
from models.events import EventKind
from models.jobs import JobKind
from resolvers import jobs
from resolvers.automat_commands.clearing import cleared
from resolvers.automat_commands.telling import tell
from resolvers.work import Work

ANSWERED = {CommandState.DONE, CommandState.REFUSED}
NOT_SAID = CommandRefusal.NOT_UNDERSTOOD


async def answered(
    work: Work,
    link: AutomatLink,
    command_id: UUID,
    *,
    done: bool,
    refusal: CommandRefusal | None = None,
    at: datetime,
) -> AutomatCommand | None:
    """Keep the answer to a command.

    An answer that comes again changes nothing, nor does one by other credentials than those the
    command was sent to, or by revoked ones. One that comes after the command has expired is
    believed: physical truth wins, so the command is done (or refused) after all, and people are
    told that it was late where something was done.

    Args:
        work: The transaction.
        link: By which credentials it came.
        command_id: Of which command.
        done: Whether it was done.
        refusal: Why not; NOT_UNDERSTOOD when an automat that did not do it does not say.
        at: When, by the clock of the automat.

    Returns:
        The command; None when there was nothing to keep.
    """
    for command in await work.locked(AutomatCommand, [command_id]):
        is_theirs = command.link_id == link.id and link.revoked_at is None
        if is_theirs and command.sent_at is not None and command.state not in ANSWERED:
            await _keep(work, link, command, None if done else refusal or NOT_SAID, at)
            return command
    return None


async def _keep(
    work: Work,
    link: AutomatLink,
    command: AutomatCommand,
    refusal: CommandRefusal | None,
    at: datetime,
) -> None:
    is_late = command.state is CommandState.EXPIRED
    command.state = CommandState.DONE if refusal is None else CommandState.REFUSED
    command.refusal = refusal
    command.answered_at = work.now
    await work.save()
    if not is_late:
        await jobs.forget(work, JobKind.AUTOMAT_COMMAND, [command.id])
    if command.kind is CommandKind.REPLAY:
        return
    tell(
        work,
        EventKind.AUTOMAT_COMMAND_ANSWERED,
        command,
        notice=_late(command) if is_late and refusal is None else None,
        state=command.state.value,
        refusal=refusal.value if refusal else None,
        happened_at=at,
        late=is_late,
    )
    if command.kind is CommandKind.CLEAR_LOCKER and refusal is None:
        await cleared(work, command, at - link.clock_ahead if link.clock_ahead else at)


def _late(command: AutomatCommand) -> str:
    what = command.kind.value.replace("_", " ")
    return f"An automat did what it was told ({what}), but said so after the deadline: look there."

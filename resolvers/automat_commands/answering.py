"""What automats say became of a command: it is kept once, and believed whenever it comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.automat_commands import AutomatCommand, CommandKind, CommandRefusal, CommandState
from models.automat_links import AutomatLink
from models.events import EventKind
from models.jobs import JobKind
from resolvers import jobs
from resolvers.automat_commands.clearing import cleared, not_empty
from resolvers.automat_commands.telling import tell
from resolvers.work import Work

ANSWERED = {CommandState.DONE, CommandState.REFUSED}
NOT_SAID = CommandRefusal.NOT_UNDERSTOOD


@dataclass(frozen=True, slots=True)
class Answered:
    """What an automat says became of a command.

    Args:
        command_id: Of which command.
        done: Whether it was done.
        at: When, by the clock of the automat.
        refusal: Why not; NOT_UNDERSTOOD when an automat that did not do it does not say.
    """

    command_id: UUID
    done: bool
    at: datetime
    refusal: CommandRefusal | None = None


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
    answer = Answered(command_id, done, at, refusal)
    for command in await work.locked(AutomatCommand, [command_id]):
        if _is_news(link, command):
            await _keep(work, [(link, command, answer)])
            if command.kind is CommandKind.CLEAR_LOCKER and done:
                await cleared(work, command, _by_our_clock(link, at))
            return command
    return None


async def answered_together(
    work: Work, answers: Sequence[tuple[AutomatLink, Answered]]
) -> set[UUID]:
    """Keep the answers to commands at many automats, as `answered` does one by one.

    Args:
        work: The transaction.
        answers: The answers, each with the credentials by which it came.

    Returns:
        The commands of which it was not kept: what follows from them has to have a transaction for
        itself, as it locks the rows of keys and contracts.
    """
    said: dict[tuple[UUID | None, UUID], tuple[AutomatLink, Answered]] = {
        (link.id, answer.command_id): (link, answer) for link, answer in answers
    }
    commands = await work.locked(AutomatCommand, {id for _, id in said})
    theirs = [(one, said.get((one.link_id, one.id))) for one in commands]
    news = [(told[0], one, told[1]) for one, told in theirs if told and _is_news(told[0], one)]
    clearing = [one for _, one, answer in news if _clears(one, answer)]
    alone = await not_empty(work, clearing)
    await _keep(work, [one for one in news if one[1].id not in alone])
    return alone


def _is_news(link: AutomatLink, command: AutomatCommand) -> bool:
    is_theirs = command.link_id == link.id and link.revoked_at is None
    return is_theirs and command.sent_at is not None and command.state not in ANSWERED


def _clears(command: AutomatCommand, answer: Answered) -> bool:
    return command.kind is CommandKind.CLEAR_LOCKER and answer.done


def _by_our_clock(link: AutomatLink, at: datetime) -> datetime:
    return at - link.clock_ahead if link.clock_ahead else at


async def _keep(
    work: Work, answers: Sequence[tuple[AutomatLink, AutomatCommand, Answered]]
) -> None:
    """Keep answers to locked commands, and tell of them."""
    late = {one.id for _, one, _ in answers if one.state is CommandState.EXPIRED}
    for _, command, answer in answers:
        refusal = None if answer.done else answer.refusal or NOT_SAID
        command.state = CommandState.DONE if refusal is None else CommandState.REFUSED
        command.refusal = refusal
        command.answered_at = work.now
    await work.save()
    in_time = [one.id for _, one, _ in answers if one.id not in late]
    await jobs.forget(work, JobKind.AUTOMAT_COMMAND, in_time)
    for _, command, answer in answers:
        if command.kind is not CommandKind.REPLAY:
            _tell(work, command, answer.at, is_late=command.id in late)


def _tell(work: Work, command: AutomatCommand, at: datetime, *, is_late: bool) -> None:
    refusal = command.refusal
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


def _late(command: AutomatCommand) -> str:
    what = command.kind.value.replace("_", " ")
    return f"An automat did what it was told ({what}), but said so after the deadline: look there."

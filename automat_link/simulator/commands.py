"""What an automat does when it is told to, and how it remembers what it has answered."""

from datetime import datetime
from uuid import UUID

from automat_link.messages.commands import (
    Answer,
    AnyCommand,
    ClearLocker,
    OpenLocker,
    ProgramKey,
    Replay,
    Restart,
    Resync,
)
from automat_link.simulator.doors import Doors
from automat_link.simulator.lockers import SimulatedLocker
from models.automat_commands import CommandRefusal
from models.base import JsonList

REMEMBERED = 500


class Answers:
    """The answers to the last 500 commands: a command that comes again is not done again."""

    def __init__(self) -> None:
        self._given: dict[UUID, str] = {}

    def given_to(self, command_id: UUID) -> Answer | None:
        """Give the answer that a command had before, saying so; None for a new command."""
        text = self._given.get(command_id)
        if text is None:
            return None
        return Answer.read(text.encode()).model_copy(update={"again": True})

    def remember(self, answer: Answer) -> None:
        """Remember an answer, and forget the oldest when there are too many."""
        self._given[answer.id] = answer.written().decode()
        while len(self._given) > REMEMBERED:
            del self._given[next(iter(self._given))]

    def save(self) -> JsonList:
        """Write them down for the flash."""
        return list(self._given.values())

    def restore(self, saved: JsonList) -> None:
        """Take up what `save` wrote down."""
        self._given = {Answer.read(text.encode()).id: text for text in saved}


def refusal_of(command: AnyCommand, doors: Doors, now: datetime) -> CommandRefusal | None:
    """Do at the doors what a command says, or tell why not; None when it is done.

    An automat does one thing at a time: while somebody is served it does nothing else. Telling the
    state and sending reports again needs no doors, and is left to the firmware.
    """
    if command.until <= now:
        return CommandRefusal.TOO_LATE
    if isinstance(command, Resync | Replay):
        return None
    if doors.is_busy():
        return CommandRefusal.BUSY
    if isinstance(command, Restart):
        return None
    return _at_locker(command, doors)


def _at_locker(command: AnyCommand, doors: Doors) -> CommandRefusal | None:
    if not isinstance(command, OpenLocker | ClearLocker | ProgramKey):
        return CommandRefusal.NOT_UNDERSTOOD
    locker = doors.find(command.locker_index)
    if locker is None:
        return CommandRefusal.NO_SUCH_LOCKER
    if isinstance(command, ClearLocker):
        locker.counted_empty = locker.key is not None
        return None
    if locker.is_broken:
        doors.does_not_move(locker.index)
        return CommandRefusal.LOCKER_BROKEN
    if isinstance(command, ProgramKey):
        return _program(command, locker)
    doors.open(locker.index, "command", command_id=command.id)
    return None


def _program(command: ProgramKey, locker: SimulatedLocker) -> CommandRefusal | None:
    if locker.key is None:
        return CommandRefusal.LOCKER_EMPTY
    locker.key.access_rights = list(command.access_rights)
    return None

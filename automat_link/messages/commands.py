"""Commands to automats and their answers.

An automat remembers the ids of the last 500 commands: one that it knows is not done again, but
answered as before, with `again`. One whose deadline has passed is refused as too late.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, RootModel

from automat_link.messages.base import LockerIndex, Message, Moment, Number, Text
from models.automat_commands import CommandRefusal


class AnyCommand(Message):
    """What every command says."""

    id: UUID = Field(description="Its id: the same one is the same command.")
    until: Moment = Field(description="Its deadline.")


class OpenLocker(AnyCommand):
    """Open the door of a locker."""

    kind: Literal["open_locker"] = "open_locker"
    locker_index: LockerIndex


class ClearLocker(AnyCommand):
    """Count a locker as empty, whatever its sensor says."""

    kind: Literal["clear_locker"] = "clear_locker"
    locker_index: LockerIndex


class ProgramKey(AnyCommand):
    """Programme the electromechanical key in a locker with access rights."""

    kind: Literal["program_key"] = "program_key"
    locker_index: LockerIndex
    access_rights: list[Text] = Field(
        max_length=100, description="Which, by the names of the key's maker."
    )


class Restart(AnyCommand):
    """Start anew; the answer comes before."""

    kind: Literal["restart"] = "restart"


class Resync(AnyCommand):
    """Apply the wanted codes again, and send the state."""

    kind: Literal["resync"] = "resync"


class Replay(AnyCommand):
    """Send again every report that is kept from a number on."""

    kind: Literal["replay"] = "replay"
    from_number: Number


class Command(
    RootModel[
        Annotated[
            OpenLocker | ClearLocker | ProgramKey | Restart | Resync | Replay,
            Field(discriminator="kind"),
        ]
    ]
):
    """One command."""


class Answer(Message):
    """What became of a command."""

    id: UUID = Field(description="Of the command.")
    at: Moment = Field(description="When, by the automat's clock.")
    done: bool
    refusal: CommandRefusal | None = Field(default=None, description="Why it was not done.")
    again: bool = Field(default=False, description="Whether it had been answered before.")

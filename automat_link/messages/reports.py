"""What automats report: each has an id, and a number without gaps among those of its link.

A report of which no more can be read than these is not passed over, since those behind it would
wait for its number for ever: it is kept as `NotUnderstood`.
"""

from typing import Annotated, Literal, cast
from uuid import UUID

from pydantic import Field, RootModel

from automat_link.messages.base import (
    MOST,
    ClockSet,
    CodeId,
    LockerIndex,
    Message,
    Moment,
    Number,
    Revision,
    Unreadable,
    read_as,
)
from models.automat_alarms import AlarmKind
from models.automat_reports import CodeKind, CodeRefusal

Tag = Annotated[
    str, Field(pattern="^[0-9A-Fa-f]{4,64}$", description="The tag that was read, hex.")
]
Cause = Literal["code", "command", "forced", "unknown"]


class AnyReport(Message):
    """What every report says."""

    id: UUID = Field(description="Its id: the same one is the same report.")
    number: Number
    at: Moment = Field(description="When it happened, by the automat's clock.")
    clock_set: ClockSet = 0


class Started(AnyReport):
    """The automat began to run."""

    kind: Literal["started"] = "started"
    reason: Literal["power", "restart", "update", "restored", "unknown"] = "unknown"


class CodesApplied(AnyReport):
    """The automat knows a revision of its codes."""

    kind: Literal["codes_applied"] = "codes_applied"
    revision: Revision


class CodeAccepted(AnyReport):
    """Somebody typed a right code, and its locker was opened."""

    kind: Literal["code_accepted"] = "code_accepted"
    locker_index: LockerIndex
    code_id: CodeId
    code_kind: CodeKind


class CodeRefused(AnyReport):
    """Somebody typed a code that opened nothing. The digits are not told."""

    kind: Literal["code_refused"] = "code_refused"
    refusal: CodeRefusal
    code_id: CodeId | None = Field(default=None, description="When the code is known.")
    locker_index: LockerIndex | None = None
    misses: int = Field(default=0, ge=0, le=MOST, description="How many unknown codes in a row.")
    throttled_until: Moment | None = Field(
        default=None, description="Until when the keypad takes no more codes."
    )


class DoorOpened(AnyReport):
    """A door was opened."""

    kind: Literal["door_opened"] = "door_opened"
    locker_index: LockerIndex
    cause: Cause = "unknown"
    code_id: CodeId | None = None
    command_id: UUID | None = None


class DoorClosed(AnyReport):
    """A door was closed."""

    kind: Literal["door_closed"] = "door_closed"
    locker_index: LockerIndex


class KeyTaken(AnyReport):
    """A key left a locker."""

    kind: Literal["key_taken"] = "key_taken"
    locker_index: LockerIndex
    tag: Tag | None = None
    code_id: CodeId | None = None


class KeyReturned(AnyReport):
    """A key came into a locker."""

    kind: Literal["key_returned"] = "key_returned"
    locker_index: LockerIndex
    tag: Tag | None = None
    code_id: CodeId | None = None


class AlarmRaised(AnyReport):
    """Something is wrong."""

    kind: Literal["alarm_raised"] = "alarm_raised"
    alarm: AlarmKind
    locker_index: LockerIndex | None = None


class AlarmCleared(AnyReport):
    """What was wrong is not any more."""

    kind: Literal["alarm_cleared"] = "alarm_cleared"
    alarm: AlarmKind
    locker_index: LockerIndex | None = None


class Report(
    RootModel[
        Annotated[
            Started
            | CodesApplied
            | CodeAccepted
            | CodeRefused
            | DoorOpened
            | DoorClosed
            | KeyTaken
            | KeyReturned
            | AlarmRaised
            | AlarmCleared,
            Field(discriminator="kind"),
        ]
    ]
):
    """One report."""


class NotUnderstood(AnyReport):
    """A report of a kind that we do not know, or with something wrong in it. It is never sent."""

    kind: Literal["not_understood"] = "not_understood"
    problem: str = Field(description="What was wrong, without a word of it.")


def read_report(payload: bytes) -> AnyReport:
    """Read a report of any kind.

    Returns:
        `NotUnderstood` when only its id, number and time can be read.

    Raises:
        Unreadable: Not even these can.
    """
    try:
        return cast("AnyReport", read_as(Report, payload).root)
    except Unreadable as error:
        head = AnyReport.read(payload)
        return NotUnderstood(**head.model_dump(), problem=str(error))

"""What is wanted of an automat: retained, so that it is told whenever it connects."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from automat_link.messages.base import LAST_NUMBER, CodeId, LockerIndex, Message, Moment, Revision
from models.access_schedules import MINUTES_OF_WEEK
from models.automat_reports import CodeKind
from models.codes import CodeUse
from models.errors import InvalidInput
from models.times import time_zone


def known_zone(name: str) -> str:
    """Check the name of a time zone.

    Raises:
        ValueError: There is no such zone here.
    """
    try:
        return time_zone(name).key
    except InvalidInput as error:
        message = "There is no such time zone."
        raise ValueError(message) from error


def in_order(stretch: tuple[int, int]) -> tuple[int, int]:
    """Check that a stretch ends after it begins, within a week.

    Raises:
        ValueError: It does not.
    """
    first, last = stretch
    if not first < last <= first + MINUTES_OF_WEEK:
        message = "A stretch ends after it begins, within a week."
        raise ValueError(message)
    return stretch


Stretch = Annotated[
    tuple[
        Annotated[int, Field(ge=0, lt=MINUTES_OF_WEEK)],
        Annotated[int, Field(gt=0, lt=2 * MINUTES_OF_WEEK)],
    ],
    AfterValidator(in_order),
]


class Hours(Message):
    """At which hours of the week a code takes a key out; outside them it only brings one back."""

    time_zone: Annotated[str, AfterValidator(known_zone)] = Field(
        max_length=64, description="The IANA name of the zone by whose clock they go."
    )
    stretches: list[Stretch] = Field(
        description="Minutes of the week from Monday 00:00: the first, and the one after the last, "
        "which may lie in the next week.",
        max_length=400,
    )
    daily_return: bool = Field(
        default=False, description="Whether a key has to be back by the end of the stretch."
    )


class WantedCode(Message):
    """One code that opens one locker between two moments."""

    id: CodeId = Field(description="Its id, by which reports name it: digits are never reported.")
    code: str = Field(pattern="^[0-9]{4,10}$", repr=False, description="The digits.")
    kind: CodeKind = Field(
        description="pin (4 to 9 digits), return_code (4 to 9, typed after *) or backup_code (10, "
        "works once)."
    )
    use: CodeUse = Field(description="What it does at its locker.")
    locker_index: LockerIndex
    opens_at: Moment = Field(description="From when on it opens.")
    closes_at: Moment | None = Field(
        default=None, description="From when on it opens no more; for ever when left out."
    )
    hours: Hours | None = Field(default=None, description="Any time when left out.")


class WantedCodes(Message):
    """All codes that an automat should know: it forgets all others. The latest revision wins."""

    revision: Revision
    at: Moment = Field(description="When it was written.")
    codes: list[WantedCode] = Field(max_length=2_000)


class Heard(Message):
    """What was heard of an automat's reports, and what time it is.

    The automat keeps every report until `number` has reached it. It sends no report before it has
    read this once since it connected: when `number` is higher than any that it has given, it has
    forgotten something (an old backup), and goes on behind it.
    """

    number: int = Field(ge=0, le=LAST_NUMBER, description="All reports up to this one were heard.")
    at: Moment = Field(description="What time it is by the server's clock.")


class Sealed(Message):
    """How messages are sealed: AES-256-GCM, with a key for each direction.

    The authenticated data is the topic, so that what is meant for one topic opens in no other.
    """

    version: Literal[1] = 1
    nonce: str = Field(description="12 bytes, base64.", max_length=24)
    sealed: str = Field(description="The message and 16 bytes that prove it, base64.")

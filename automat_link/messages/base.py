"""What all messages share: JSON in camelCase, instants in UTC, and how they are refused."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic.alias_generators import to_camel

LONGEST_MESSAGE = 1_048_576
"""Bytes, for both sides and the broker; 2 000 codes with their hours, sealed, fit into it."""
LONGEST_SAID = 65_536
"""Bytes that an automat says at once at most; the state of 30 lockers has 3 000. The broker keeps
longer ones from the link, which has 2 000 in hand at times."""
MOST = 2_147_483_647
LAST_NUMBER = 2_000_000_000
LAST_REVISION = 1_000_000_000
"""Both are less than what a database can count to, so that there is room above them."""
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
"""A clock that lost its power says that; an earlier moment is a mistake."""


def as_told(moment: Any) -> Any:
    """Read an instant as RFC 3339 writes it; other texts, such as a number, are none.

    Raises:
        ValueError: It is another text.
    """
    if not isinstance(moment, str):
        return moment
    if not INSTANT.fullmatch(moment):
        message = "It is no instant."
        raise ValueError(message)
    return datetime.fromisoformat(moment)


def in_utc(moment: datetime) -> datetime:
    """Count a moment in UTC.

    Raises:
        ValueError: It lies before 1970, or there after the end of the calendar.
    """
    try:
        there = moment.astimezone(UTC)
    except OverflowError:
        there = None
    if there is None or there < FIRST_MOMENT:
        message = "It lies outside the calendar."
        raise ValueError(message)
    return there


Moment = Annotated[AwareDatetime, BeforeValidator(as_told), AfterValidator(in_utc)]
LockerIndex = Annotated[int, Field(ge=0, le=29, description="A locker, from 0.")]
Number = Annotated[int, Field(ge=1, le=LAST_NUMBER, description="Counts reports, from 1.")]
Revision = Annotated[int, Field(ge=0, le=LAST_REVISION, description="Counts tables of codes.")]
Text = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line. Databases do not keep every control character."""
CodeId = Annotated[
    str,
    Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$", description="A code's id."),
]


class Unreadable(Exception):
    """A message that is not of this protocol; its text never repeats what was in it."""


class Message(BaseModel):
    """One message, or a part of one."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        serialize_by_alias=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def read(cls, payload: bytes) -> Self:
        """Read a message.

        Raises:
            Unreadable: It is too long, or not what this protocol says.
        """
        return read_as(cls, payload)

    def written(self) -> bytes:
        """Write it as it is sent."""
        return self.model_dump_json(exclude_none=True).encode()


Model = TypeVar("Model", bound=BaseModel)


def read_as(model: type[Model], payload: bytes) -> Model:
    """Read a message of one kind, or one of several kinds: nothing is taken for anything else.

    Raises:
        Unreadable: It is too long, or not what this protocol says.
    """
    if len(payload) > LONGEST_MESSAGE:
        message = f"{len(payload)} bytes are too many."
        raise Unreadable(message)
    try:
        return model.model_validate_json(payload, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        raise Unreadable(told(error)) from None


def told(error: ValidationError) -> str:
    """Say what is wrong with a message without a word of it."""
    first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the message"
    return f"{place}: {first['type']}"

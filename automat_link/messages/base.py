"""What all messages share: JSON in camelCase, instants in UTC, and how they are refused."""

from datetime import UTC, datetime
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

LONGEST_MESSAGE = 262_144
"""Bytes; the codes of 30 lockers with a year of contracts take a tenth of it."""


def in_utc(moment: datetime) -> datetime:
    """Count a moment in UTC."""
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
LockerIndex = Annotated[int, Field(ge=0, le=29, description="A locker, from 0.")]
Number = Annotated[int, Field(ge=1, le=2_147_483_647, description="Counts reports, from 1.")]
Revision = Annotated[int, Field(ge=0, le=2_147_483_647, description="Counts tables of codes.")]


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
    """Read a message of one kind, or one of several kinds.

    Raises:
        Unreadable: It is too long, or not what this protocol says.
    """
    if len(payload) > LONGEST_MESSAGE:
        message = f"{len(payload)} bytes are too many."
        raise Unreadable(message)
    try:
        return model.model_validate_json(payload)
    except ValidationError as error:
        raise Unreadable(told(error)) from None


def told(error: ValidationError) -> str:
    """Say what is wrong with a message without a word of it."""
    first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the message"
    return f"{place}: {first['type']}"

"""What an automat says of itself all the time: its state, and whether it is connected."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from automat_link.messages.base import (
    LAST_NUMBER,
    ClockSet,
    LockerIndex,
    Message,
    Moment,
    Revision,
    Text,
)

HEARTBEAT_SECONDS = 30
"""How often a state is sent; an automat counts as offline after three times as long."""


class LockerStateNow(Message):
    """One locker as its sensors see it."""

    index: LockerIndex
    has_key: bool
    door_open: bool = False


class ReportedPosition(Message):
    """Where it is, in WGS 84 degrees, as far as it can tell by itself."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Health(Message):
    """Power, battery, network and place."""

    power: Literal["mains", "battery"] = "mains"
    battery: float | None = Field(default=None, ge=0, le=1, description="0 is empty, 1 is full.")
    signal_dbm: float | None = Field(
        default=None, ge=-200, le=50, description="How well the network is heard."
    )
    temperature_celsius: float | None = Field(default=None, ge=-100, le=200)
    position: ReportedPosition | None = Field(
        default=None, description="Where it is; left out by one that cannot tell."
    )


def each_once(lockers: list[LockerStateNow]) -> list[LockerStateNow]:
    """Check that no locker is told of twice.

    Raises:
        ValueError: One is.
    """
    if len({one.index for one in lockers}) < len(lockers):
        message = "A locker is told of twice."
        raise ValueError(message)
    return lockers


class State(Message):
    """The heartbeat, retained."""

    at: Moment = Field(description="What time it is by the automat's clock.")
    told_at: Moment | None = Field(
        default=None,
        description="The latest `at` of any want/heard that it has read; none when left out. By it "
        "and `at` states have an order: an earlier one is passed over.",
    )
    clock_set: ClockSet = 0
    number: int = Field(
        ge=0, le=LAST_NUMBER, description="The number of its last report; 0 for none yet."
    )
    oldest_number: int = Field(
        default=1,
        ge=1,
        le=LAST_NUMBER,
        description="The first report that it still keeps, or the next one to come when it keeps "
        "none; what was not heard of those before is lost.",
    )
    revision: Revision | None = Field(
        default=None, description="Which revision of its codes it knows; none when left out."
    )
    firmware: Text = Field(default="", description="What runs on it.")
    hardware_id: Text | None = Field(default=None, description="The id of the cabinet itself.")
    lockers: Annotated[list[LockerStateNow], AfterValidator(each_once)] = Field(
        max_length=30, description="Each of its lockers, once."
    )
    health: Health = Field(default_factory=Health)


class Online(Message):
    """Whether it is connected: true when it begins, false as its last will and at a stop."""

    online: bool

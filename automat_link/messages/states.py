"""What an automat says of itself all the time: its state, and whether it is connected."""

from typing import Literal

from pydantic import Field

from automat_link.messages.base import LockerIndex, Message, Moment, Revision

HEARTBEAT_SECONDS = 30
"""How often a state is sent; an automat counts as offline after three times as long."""


class LockerStateNow(Message):
    """One locker as its sensors see it."""

    index: LockerIndex
    has_key: bool
    door_open: bool = False


class Health(Message):
    """Power, battery and network."""

    power: Literal["mains", "battery"] = "mains"
    battery: float | None = Field(default=None, ge=0, le=1, description="0 is empty, 1 is full.")
    signal_dbm: float | None = Field(default=None, description="How well the network is heard.")
    temperature_celsius: float | None = None


class State(Message):
    """The heartbeat, retained."""

    at: Moment = Field(description="What time it is by the automat's clock.")
    number: int = Field(ge=0, description="The number of its last report; 0 for none yet.")
    oldest_number: int = Field(
        default=1, ge=1, description="The first report that it still keeps; those before are lost."
    )
    revision: Revision | None = Field(
        default=None, description="Which revision of its codes it knows; none when left out."
    )
    firmware: str = Field(default="", max_length=100)
    hardware_id: str | None = Field(default=None, max_length=100)
    lockers: list[LockerStateNow] = Field(max_length=30)
    health: Health = Field(default_factory=Health)


class Online(Message):
    """Whether it is connected: true when it begins, false as its last will and at a stop."""

    online: bool

"""What can go wrong with a whole automat and is noticed by itself: one switch for each alarm.

What goes wrong at one locker has a person to it: a door that is forced or left open, a lock that
does not move, another key than was taken. The server finds the other alarms by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from automat_link.simulator.hardware import LOW_BATTERY, Hardware
from models.automat_alarms import AlarmKind


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Args:
        alarm: What the automat raises when it begins, and clears when it is over.
        switch: Lets it begin (True) or be over (False).
    """

    alarm: AlarmKind
    switch: Callable[[Hardware, bool], None]

    def is_there(self, hardware: Hardware) -> bool:
        """Tell whether it is there now."""
        return (self.alarm, None) in hardware.alarms.on

    def turn(self, hardware: Hardware) -> None:
        """Let it begin, or be over if it is there."""
        self.switch(hardware, not self.is_there(hardware))


def _plug(hardware: Hardware, *, unplugged: bool) -> None:
    hardware.set_power(mains=not unplugged, battery=_charge(hardware))


def _empty(hardware: Hardware, *, low: bool) -> None:
    is_plugged = hardware.health.power == "mains"
    hardware.set_power(mains=is_plugged, battery=LOW_BATTERY / 2 if low else 1.0)


def _charge(hardware: Hardware) -> float:
    battery = hardware.health.battery
    return 1.0 if battery is None else battery


FAULTS: Mapping[str, Fault] = {
    "error": Fault(AlarmKind.DEVICE_ERROR, lambda one, on: one.fail(fails=on)),
    "move": Fault(AlarmKind.DEVICE_MOVED, lambda one, on: one.lift(lifted=on)),
    "wifi": Fault(AlarmKind.DEVICE_WIFI_OFFLINE, lambda one, on: one.lose_wifi(lost=on)),
    "plug": Fault(AlarmKind.DEVICE_POWER_DISCONNECTED, lambda one, on: _plug(one, unplugged=on)),
    "battery": Fault(AlarmKind.DEVICE_LOW_POWER, lambda one, on: _empty(one, low=on)),
}
"""By the names of their keys on the board."""

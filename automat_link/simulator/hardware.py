"""What people touch at a cabinet: its lockers and doors, its power, and the clock inside."""

from collections.abc import Callable

from automat_link.messages.states import Health, ReportedPosition
from automat_link.simulator.alarms import Alarms
from automat_link.simulator.clock import Clock
from automat_link.simulator.doors import Doors
from automat_link.simulator.lockers import Impossible, Key, SimulatedLocker
from automat_link.simulator.reports import ReportLog
from models.automat_alarms import AlarmKind

LOW_BATTERY = 0.2


class Hardware:
    """A cabinet that people stand in front of. What they do is what the methods are called.

    Each of them may add to the reports, which are kept in `log` until they were heard.

    Args:
        lockers: How many it has, 1 to 30.
        clock: Its clock.
        room: How many reports fit in.
    """

    def __init__(self, lockers: int, clock: Clock, *, room: int) -> None:
        self.clock = clock
        self.log = ReportLog(clock, room=room)
        self.alarms = Alarms(self.log)
        self.doors = Doors(lockers, self.log, self.alarms, clock.now)
        self.health = Health()
        self.changed: Callable[[], None] = _nobody
        """Told after whatever happens; the firmware listens here."""

    @property
    def lockers(self) -> list[SimulatedLocker]:
        """Its lockers, by their indexes."""
        return self.doors.lockers

    def take_key(self, index: int) -> Key:
        """Take the key out of an open locker.

        Raises:
            Impossible: Its door is shut, or no key is in there.
        """
        key = self.doors.take_key(index)
        self.changed()
        return key

    def put_key(self, index: int, tag: str | None = None) -> None:
        """Put a key into an open locker.

        Raises:
            Impossible: Its door is shut, or another key is in there.
        """
        self.doors.put_key(index, Key(tag))
        self.changed()

    def close_door(self, index: int) -> None:
        """Shut a door.

        Raises:
            Impossible: It is shut.
        """
        self.doors.close(index)
        self.changed()

    def force_door(self, index: int) -> None:
        """Break a door open.

        Raises:
            Impossible: It is open.
        """
        self.doors.force(index)
        self.changed()

    def break_lock(self, index: int, *, broken: bool = True) -> None:
        """Let a lock not move any more, or mend it; only who tries to open it notices.

        Raises:
            Impossible: There is no such locker.
        """
        self._locker(index).is_broken = broken
        if not broken:
            self.alarms.end(AlarmKind.DEVICE_ERROR, index)
        self.changed()

    def fill(self, index: int, tag: str | None = None) -> None:
        """Say that a key lies in a locker from the beginning; nothing is reported.

        Raises:
            Impossible: There is no such locker.
        """
        self._locker(index).key = Key(tag)
        self.changed()

    def set_power(self, *, mains: bool, battery: float = 1.0) -> None:
        """Plug it in or out; on its battery it goes on, down to a fifth without an alarm."""
        self.health = self.health.model_copy(
            update={"power": "mains" if mains else "battery", "battery": battery}
        )
        self._alarm(AlarmKind.DEVICE_POWER_DISCONNECTED, on=not mains)
        self._alarm(AlarmKind.DEVICE_LOW_POWER, on=battery < LOW_BATTERY)
        self.changed()

    def stand_at(self, latitude: float, longitude: float) -> None:
        """Let it know where it is; cabinets without a receiver never do."""
        position = ReportedPosition(latitude=latitude, longitude=longitude)
        self.health = self.health.model_copy(update={"position": position})
        self.changed()

    def fail(self, *, fails: bool = True) -> None:
        """Let something inside not work, which is of no matter to its doors, or mend it."""
        self._alarm(AlarmKind.DEVICE_ERROR, on=fails)
        self.changed()

    def lift(self, *, lifted: bool = True) -> None:
        """Lift it off its wall, or put it back: its sensor of motion notices both."""
        self._alarm(AlarmKind.DEVICE_MOVED, on=lifted)
        self.changed()

    def lose_wifi(self, *, lost: bool = True) -> None:
        """Let its Wi-Fi be away, or back; it goes on by its modem, and so can say it."""
        self._alarm(AlarmKind.DEVICE_WIFI_OFFLINE, on=lost)
        self.changed()

    def look(self) -> None:
        """See what has come with the time alone: doors that were left open."""
        before = self.log.last_number
        self.doors.look()
        if self.log.last_number != before:
            self.changed()

    def _locker(self, index: int) -> SimulatedLocker:
        locker = self.doors.find(index)
        if locker is None:
            raise Impossible(f"There is no locker {index}.")
        return locker

    def _alarm(self, kind: AlarmKind, *, on: bool) -> None:
        if on:
            self.alarms.begin(kind)
        else:
            self.alarms.end(kind)


def _nobody() -> None:
    """Listen to nothing."""

"""One cabinet: all that an automat is and remembers, without any network."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from automat_link.messages.commands import Answer, AnyCommand
from automat_link.messages.reports import CodesApplied, Started
from automat_link.messages.states import Health, LockerStateNow, State
from automat_link.messages.wanted import WantedCodes
from automat_link.simulator.alarms import Alarms
from automat_link.simulator.clock import Clock
from automat_link.simulator.codes import CodeTable
from automat_link.simulator.commands import Answers, refusal_of
from automat_link.simulator.doors import Doors
from automat_link.simulator.keypad import Panel
from automat_link.simulator.lockers import Impossible, Key, SimulatedLocker
from automat_link.simulator.reports import ROOM, ReportLog
from models.automat_alarms import AlarmKind
from models.base import Json

FIRMWARE = "simulator 1"
LOW_BATTERY = 0.2


class Cabinet:
    """A cabinet that people stand in front of, and that somebody may have told what it should know.

    What people do is what the methods are called. Each of them may add to the reports, which are
    kept in `log` until they were heard.

    Args:
        lockers: How many it has, 1 to 30.
        clock: Its clock.
        hardware_id: The id of the cabinet itself.
        room: How many reports fit in.
    """

    def __init__(
        self, lockers: int, clock: Clock, *, hardware_id: str | None = None, room: int = ROOM
    ) -> None:
        self.clock = clock
        self.hardware_id = hardware_id
        self.log = ReportLog(clock.now, room=room)
        self.answers = Answers()
        self.codes = CodeTable()
        self.alarms = Alarms(self.log)
        self.doors = Doors(lockers, self.log, self.alarms, clock.now)
        self.panel = Panel(
            self.codes, self.doors, self.log, now=clock.now, unheard_for=self.unheard_for
        )
        self.health = Health()
        self.heard_at = clock.now()
        self.changed: Callable[[], None] = _nobody
        """Told after whatever happens; the firmware listens here."""

    @property
    def lockers(self) -> list[SimulatedLocker]:
        """Its lockers, by their indexes."""
        return self.doors.lockers

    def unheard_for(self) -> timedelta:
        """Tell for how long the server has not been heard."""
        return self.clock.now() - self.heard_at

    def press(self, keys: str) -> None:
        """Press keys; a code is sent off by `#`, see `Panel`.

        Raises:
            Impossible: There is no such key.
        """
        self.panel.press(keys)
        self.changed()

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

    def fill(self, index: int, tag: str | None = None) -> None:
        """Say that a key lies in a locker from the beginning; nothing is reported.

        Raises:
            Impossible: There is no such locker.
        """
        locker = self.doors.find(index)
        if locker is None:
            raise Impossible(f"There is no locker {index}.")
        locker.key = Key(tag)
        self.changed()

    def set_power(self, *, mains: bool, battery: float = 1.0) -> None:
        """Plug it in or out; on its battery it goes on, down to a fifth without an alarm."""
        self.health = self.health.model_copy(
            update={"power": "mains" if mains else "battery", "battery": battery}
        )
        self._alarm(AlarmKind.DEVICE_POWER_DISCONNECTED, on=not mains)
        self._alarm(AlarmKind.DEVICE_LOW_POWER, on=battery < LOW_BATTERY)
        self.changed()

    def look(self) -> None:
        """See what has come with the time alone: doors that were left open."""
        before = self.log.last_number
        self.doors.look()
        if self.log.last_number != before:
            self.changed()

    def heard(self, number: int, at: datetime, *, fresh: bool = True) -> None:
        """Take in how far the server has heard, and what time it is there.

        Args:
            number: All reports up to this one were heard.
            at: What time it was when the server said so.
            fresh: Whether that was just now; what lay at the broker may be old.
        """
        self.clock.correct(at, fresh=fresh)
        now = self.clock.now()
        self.heard_at = now if fresh else min(max(self.heard_at, at), now)
        if self.log.heard(number):
            self.log.add(Started, reason="restored")
        self.changed()

    def apply(self, wanted: WantedCodes) -> None:
        """Take a table of codes, and report that it is known now; an older one is passed over."""
        self.heard_at = max(self.heard_at, min(wanted.at, self.clock.now()))
        if self.codes.apply(wanted):
            self.log.add(CodesApplied, revision=wanted.revision)
            self.changed()

    def resync(self) -> None:
        """Report again which codes are known."""
        if self.codes.revision is not None:
            self.log.add(CodesApplied, revision=self.codes.revision)
            self.changed()

    def command(self, command: AnyCommand) -> Answer:
        """Do what was told, once, and answer."""
        given = self.answers.given_to(command.id)
        if given is not None:
            return given
        now = self.clock.now()
        refusal = refusal_of(command, self.doors, now)
        answer = Answer(id=command.id, at=now, done=refusal is None, refusal=refusal)
        self.answers.remember(answer)
        self.changed()
        return answer

    def restart(self, reason: Literal["power", "restart", "update", "unknown"] = "power") -> None:
        """Begin to run: half a code on the keypad is forgotten, and nothing else."""
        self.panel.forget()
        self.log.add(Started, reason=reason)
        self.changed()

    def state(self) -> State:
        """Say how it is."""
        return State(
            at=self.clock.now(),
            number=self.log.last_number,
            oldest_number=self.log.oldest_number,
            revision=self.codes.revision,
            firmware=FIRMWARE,
            hardware_id=self.hardware_id,
            lockers=[
                LockerStateNow(index=one.index, has_key=one.has_key, door_open=one.door_open)
                for one in self.lockers
            ],
            health=self.health,
        )

    def save(self) -> Json:
        """Write down what it remembers, and what is in it."""
        clock = self.clock.ahead.total_seconds()
        return {"memory": self._memory(), "lockers": self.doors.save(), "clockAhead": clock}

    def restore(self, saved: Json) -> None:
        """Be as it was when it was saved."""
        self.restore_memory(saved)
        self.doors.restore(saved["lockers"])
        self.clock.ahead = timedelta(seconds=saved["clockAhead"])

    def restore_memory(self, saved: Json) -> None:
        """Remember what it did then, as by an old backup; keys are where they are now."""
        memory = saved["memory"]
        self.log.restore(memory["log"])
        self.answers.restore(memory["answers"])
        self.codes.restore(memory["codes"])
        self.panel.restore(memory["keypad"])
        self.alarms.restore(memory["alarms"])
        self.heard_at = datetime.fromisoformat(memory["heardAt"])

    def _memory(self) -> Json:
        return {
            "log": self.log.save(),
            "answers": self.answers.save(),
            "codes": self.codes.save(),
            "keypad": self.panel.save(),
            "alarms": self.alarms.save(),
            "heardAt": self.heard_at.isoformat(),
        }

    def _alarm(self, kind: AlarmKind, *, on: bool) -> None:
        if on:
            self.alarms.begin(kind)
        else:
            self.alarms.end(kind)


def _nobody() -> None:
    """Listen to nothing."""

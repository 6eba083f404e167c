"""One cabinet: all that an automat is, knows and remembers, without any network."""

from datetime import datetime, timedelta
from typing import Literal

from automat_link.messages.base import FIRST_MOMENT
from automat_link.messages.commands import Answer, AnyCommand
from automat_link.messages.reports import CodesApplied, Started
from automat_link.messages.states import Health, LockerStateNow, State
from automat_link.messages.wanted import WantedCodes
from automat_link.simulator.clock import Clock
from automat_link.simulator.codes import CodeTable
from automat_link.simulator.commands import Answers, refusal_of
from automat_link.simulator.hardware import Hardware
from automat_link.simulator.keypad import Panel
from automat_link.simulator.reports import ROOM
from models.base import Json

FIRMWARE = "simulator 1"


class Cabinet(Hardware):
    """A cabinet that knows codes, may be told what to do, and remembers.

    Args:
        lockers: How many it has, 1 to 30.
        clock: Its clock.
        hardware_id: The id of the cabinet itself.
        room: How many reports fit in.
    """

    def __init__(
        self, lockers: int, clock: Clock, *, hardware_id: str | None = None, room: int = ROOM
    ) -> None:
        super().__init__(lockers, clock, room=room)
        self.hardware_id = hardware_id
        self.answers = Answers()
        self.codes = CodeTable()
        self.panel = Panel(
            self.codes, self.doors, self.log, now=clock.now, unheard_for=self.unheard_for
        )
        self.heard_at = clock.now()
        self.told_at = FIRST_MOMENT
        """The latest moment that the server ever said: what says an earlier one was said before."""

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

    def heard(self, number: int, at: datetime, *, fresh: bool = True) -> bool:
        """Take in how far the server has heard, and what time it is there.

        Somebody at the broker may send again what was said long ago: what is older than anything
        that was said since does not touch the clock, and is no sign of the server.

        Args:
            number: All reports up to this one were heard.
            at: What time it was when the server said so.
            fresh: Whether that was just now; what lay at the broker may be old.

        Returns:
            Whether it has forgotten something, so that its reports were numbered anew.
        """
        if at >= self.told_at:
            self._hear_time(at, fresh=fresh and at > self.told_at)
        is_restored = self.log.heard(number)
        if is_restored:
            self.log.add(Started, reason="restored")
        self.changed()
        return is_restored

    def _hear_time(self, at: datetime, *, fresh: bool) -> None:
        self.told_at = at
        moved = self.clock.correct(at, fresh=fresh)
        self.log.date_anew(moved, is_right=fresh)
        now = self.clock.now()
        self.heard_at = now if fresh else min(max(self.heard_at, at), now)

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
            told_at=None if self.told_at == FIRST_MOMENT else self.told_at,
            clock_set=self.clock.times_set,
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
        return {
            "memory": self._memory(),
            "lockers": self.doors.save(),
            "health": self.health.model_dump(mode="json"),
            "clockAhead": self.clock.ahead.total_seconds(),
            "clockSet": self.clock.times_set,
        }

    def restore(self, saved: Json) -> None:
        """Be as it was when it was saved."""
        self.restore_memory(saved)
        self.doors.restore(saved["lockers"])
        self.health = Health.model_validate(saved["health"])
        self.clock.ahead = timedelta(seconds=saved["clockAhead"])
        self.clock.times_set = saved.get("clockSet", 0)

    def restore_memory(self, saved: Json) -> None:
        """Remember what it did then, as by an old backup; keys are where they are now."""
        memory = saved["memory"]
        self.log.restore(memory["log"])
        self.answers.restore(memory["answers"])
        self.codes.restore(memory["codes"])
        self.panel.restore(memory["keypad"])
        self.alarms.restore(memory["alarms"])
        self.heard_at = datetime.fromisoformat(memory["heardAt"])
        self.told_at = datetime.fromisoformat(memory.get("toldAt", FIRST_MOMENT.isoformat()))

    def _memory(self) -> Json:
        return {
            "log": self.log.save(),
            "answers": self.answers.save(),
            "codes": self.codes.save(),
            "keypad": self.panel.save(),
            "alarms": self.alarms.save(),
            "heardAt": self.heard_at.isoformat(),
            "toldAt": self.told_at.isoformat(),
        }

"""The alarms of an automat: each reported once when it begins, and once when it is over."""

from automat_link.messages.reports import AlarmCleared, AlarmRaised
from automat_link.simulator.reports import ReportLog
from models.automat_alarms import AlarmKind
from models.base import JsonList

On = tuple[AlarmKind, int | None]


class Alarms:
    """What is wrong now.

    Args:
        log: Where it is reported.
    """

    def __init__(self, log: ReportLog) -> None:
        self._log = log
        self.on: set[On] = set()

    def begin(self, kind: AlarmKind, locker_index: int | None = None) -> None:
        """Report that something is wrong, unless it was before."""
        if (kind, locker_index) not in self.on:
            self.on.add((kind, locker_index))
            self._log.add(AlarmRaised, alarm=kind, locker_index=locker_index)

    def end(self, kind: AlarmKind, locker_index: int | None = None) -> None:
        """Report that it is not any more, if it was."""
        if (kind, locker_index) in self.on:
            self.on.remove((kind, locker_index))
            self._log.add(AlarmCleared, alarm=kind, locker_index=locker_index)

    def save(self) -> JsonList:
        """Write them down for the flash."""
        on = [[kind.value, index] for kind, index in self.on]
        return sorted(on, key=str)

    def restore(self, saved: JsonList) -> None:
        """Take up what `save` wrote down."""
        self.on = {(AlarmKind(kind), index) for kind, index in saved}

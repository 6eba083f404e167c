"""Doors that open and close, keys that leave and come, and the reports about them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from automat_link.messages.reports import Cause, DoorClosed, DoorOpened, KeyReturned, KeyTaken
from automat_link.simulator.alarms import Alarms
from automat_link.simulator.lockers import Impossible, Key, Opening, SimulatedLocker
from automat_link.simulator.reports import ReportLog
from models.automat_alarms import AlarmKind
from models.base import JsonList

LEFT_OPEN_AFTER = timedelta(minutes=2)
"""So long a door may be open before it is an alarm."""


class Doors:
    """The lockers of one cabinet.

    Args:
        count: How many there are.
        log: Where is reported what happens.
        alarms: Where is told what is wrong.
        now: Tells the time of the automat.
    """

    def __init__(
        self, count: int, log: ReportLog, alarms: Alarms, now: Callable[[], datetime]
    ) -> None:
        self.lockers = [SimulatedLocker(index) for index in range(count)]
        self._log = log
        self._alarms = alarms
        self._now = now

    def find(self, index: int) -> SimulatedLocker | None:
        """Find a locker; None when the cabinet has none with this index."""
        return self.lockers[index] if 0 <= index < len(self.lockers) else None

    def is_busy(self) -> bool:
        """Tell whether somebody is being served: a door is open, and has not been left so."""
        since = self._now() - LEFT_OPEN_AFTER
        return any(one.opening is not None and one.opening.at > since for one in self.lockers)

    def open(
        self,
        index: int,
        cause: Cause,
        *,
        code_id: str | None = None,
        command_id: UUID | None = None,
    ) -> None:
        """Open a door, and say why; one that is open already is open for this reason now."""
        locker = self.lockers[index]
        locker.opening = Opening(self._now(), cause, code_id, command_id)
        self._log.add(
            DoorOpened, locker_index=index, cause=cause, code_id=code_id, command_id=command_id
        )

    def force(self, index: int) -> None:
        """Let somebody break a door open.

        Raises:
            Impossible: It is open.
        """
        self._must_be(index, is_open=False)
        self.open(index, "forced")
        self._alarms.begin(AlarmKind.DOOR_FORCED, index)

    def close(self, index: int) -> None:
        """Let somebody shut a door.

        Raises:
            Impossible: It is shut.
        """
        locker = self._must_be(index, is_open=True)
        locker.opening = None
        self._log.add(DoorClosed, locker_index=index)
        self._alarms.end(AlarmKind.DOOR_LEFT_OPEN, index)
        self._alarms.end(AlarmKind.DOOR_FORCED, index)

    def does_not_move(self, index: int) -> None:
        """Tell that somebody wanted to open a door whose lock does not move."""
        self._alarms.begin(AlarmKind.DEVICE_ERROR, index)

    def take_key(self, index: int) -> Key:
        """Let somebody take the key.

        Raises:
            Impossible: The door is shut, or no key is in there.
        """
        locker = self._must_be(index, is_open=True)
        if locker.key is None:
            raise Impossible(f"There is no key in locker {index}.")
        key, locker.key, locker.counted_empty = locker.key, None, False
        self._log.add(KeyTaken, locker_index=index, tag=key.tag, code_id=_code(locker))
        self._alarms.end(AlarmKind.WRONG_KEY, index)
        locker.left_by, locker.left = _code(locker), key.tag
        return key

    def put_key(self, index: int, key: Key) -> None:
        """Let somebody put a key in.

        Raises:
            Impossible: The door is shut, or another key is in there.
        """
        locker = self._must_be(index, is_open=True)
        if locker.key is not None:
            raise Impossible(f"There is a key in locker {index} already.")
        locker.key, locker.counted_empty = key, False
        self._log.add(KeyReturned, locker_index=index, tag=key.tag, code_id=_code(locker))
        if _is_wrong(key, locker):
            self._alarms.begin(AlarmKind.WRONG_KEY, index)

    def look(self) -> None:
        """Tell of doors that were left open."""
        since = self._now() - LEFT_OPEN_AFTER
        for locker in self.lockers:
            if locker.opening is not None and locker.opening.at <= since:
                self._alarms.begin(AlarmKind.DOOR_LEFT_OPEN, locker.index)

    def save(self) -> JsonList:
        """Write the lockers down."""
        return [locker.save() for locker in self.lockers]

    def restore(self, saved: JsonList) -> None:
        """Take up what `save` wrote down."""
        self.lockers = [SimulatedLocker.restored(one) for one in saved]

    def _must_be(self, index: int, *, is_open: bool) -> SimulatedLocker:
        locker = self.find(index)
        if locker is None:
            raise Impossible(f"There is no locker {index}.")
        if locker.door_open is not is_open:
            raise Impossible(f"The door of locker {index} is {'shut' if is_open else 'open'}.")
        return locker


def _is_wrong(key: Key, locker: SimulatedLocker) -> bool:
    """Tell whether somebody brought another key than they had taken by the same code."""
    is_theirs = locker.left_by is not None and locker.left_by == _code(locker)
    return is_theirs and None not in {key.tag, locker.left} and key.tag != locker.left


def _code(locker: SimulatedLocker) -> str | None:
    return None if locker.opening is None else locker.opening.code_id

"""The numbered reports of an automat, each kept until the server has heard it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

from automat_link.messages.base import read_as
from automat_link.messages.reports import AnyReport, Report
from automat_link.simulator.clock import Clock, moved
from models.base import Json

ROOM = 10_000
"""How many reports fit in; when one more comes, the oldest is lost."""


class ReportLog:
    """Reports in order. A number is given once, and none is left out.

    An automat that was restored from an old backup does not know which numbers it has given since.
    It finds out when the server has heard more than it remembers to have sent, see `heard`.

    What a wrong clock has dated is dated anew when it is put right, see `date_anew`.

    Args:
        clock: The clock of the automat.
        room: How many reports fit in.
    """

    def __init__(self, clock: Clock, *, room: int = ROOM) -> None:
        self._clock = clock
        self._room = room
        self._kept: dict[int, str] = {}
        self.last_number = 0
        self.sent_up_to = 0
        self._right_up_to = 0
        """Up to which number the times are right, whatever the clock does from now on."""

    def add(self, kind: type[AnyReport], **facts: Any) -> None:
        """Write down that something happened now."""
        number = self.last_number + 1
        clock = self._clock
        at, times = clock.now(), clock.times_set
        report = kind(id=uuid4(), number=number, at=at, clock_set=times, **facts)
        self._kept[number] = report.written().decode()
        self.last_number = number
        if len(self._kept) > self._room:
            del self._kept[self.oldest_number]

    @property
    def oldest_number(self) -> int:
        """The first report that is still kept; the next one to come when none is."""
        return next(iter(self._kept), self.last_number + 1)

    def after(self, number: int) -> list[tuple[int, str]]:
        """List the kept reports behind a number, as they are sent."""
        if number >= self.last_number:
            return []
        return [(one, text) for one, text in self._kept.items() if one > number]

    def read(self) -> Iterator[AnyReport]:
        """Read the kept reports again."""
        return (read_as(Report, text.encode()).root for text in self._kept.values())

    def sending(self, number: int) -> None:
        """Remember that reports up to a number are about to be sent, before they are."""
        self.sent_up_to = max(self.sent_up_to, number)

    def date_anew(self, by: timedelta, *, is_right: bool) -> None:
        """Move the times of what the clock has dated that was set just now.

        Args:
            by: How far the clock was moved.
            is_right: Whether it is right now: then these times are not moved again.
        """
        first = max(self.oldest_number, self._right_up_to + 1)
        for number in range(first, self.last_number + 1 if by else first):
            report = read_as(Report, self._kept[number].encode()).root
            times = {"at": moved(report.at, by), "clock_set": self._clock.times_set}
            self._kept[number] = report.model_copy(update=times).written().decode()
        if is_right:
            self._right_up_to = self.last_number

    def begin_anew(self) -> None:
        """Number what was not heard from 1 on, for new credentials: its ids stay."""
        before = self.oldest_number - 1
        self._go_on_behind(0, list(self._kept.values()))
        self._right_up_to = max(0, self._right_up_to - before)

    def heard(self, number: int) -> bool:
        """Let go of what was heard.

        Returns:
            Whether the server has heard more than was sent, as far as is remembered here. Then
            what has happened since was numbered anew, behind all that was heard.
        """
        forgotten = number > self.sent_up_to
        unsent = [text for one, text in self._kept.items() if one > self.sent_up_to]
        self._kept = {one: text for one, text in self._kept.items() if one > number}
        if forgotten:
            self._go_on_behind(number, unsent)
        return forgotten

    def _go_on_behind(self, number: int, unsent: list[str]) -> None:
        reports = [read_as(Report, text.encode()).root for text in unsent]
        self._kept = {
            place: report.model_copy(update={"number": place}).written().decode()
            for place, report in enumerate(reports, start=number + 1)
        }
        self.last_number = number + len(reports)
        self.sent_up_to = number

    def save(self) -> Json:
        """Write it down for the flash."""
        return {
            "lastNumber": self.last_number,
            "sentUpTo": self.sent_up_to,
            "rightUpTo": self._right_up_to,
            "kept": list(self._kept.items()),
        }

    def restore(self, saved: Json) -> None:
        """Take up what `save` wrote down."""
        self.last_number = saved["lastNumber"]
        self.sent_up_to = saved["sentUpTo"]
        self._right_up_to = saved.get("rightUpTo", 0)
        self._kept = dict(saved["kept"])

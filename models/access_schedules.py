"""When the keys of a contract may be fetched: weekly hours by the clock on the wall (2.16, G29).

A schedule is a list of windows: weekdays, and from when until when on each of them, local to the
time zone of the automat, or of the unit where keys lie at desks. A window whose end is not after
its start goes on over midnight. Windows that overlap or touch are one opening; which instants these
are is found out in `models.openings`.

Outside its openings a PIN takes no key out, though it still brings one back.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from models.base import Json
from models.errors import InvalidInput

MOST_WINDOWS = 50
WEEKDAYS = range(1, 8)
"""Monday is 1, as in ISO 8601."""
TIME_OF_DAY = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
MINUTES_OF_DAY = 24 * 60
MINUTES_OF_WEEK = 7 * MINUTES_OF_DAY

Stretch = tuple[int, int]
"""Minutes of a week by the wall clock, from Monday 00:00: its first, and the one after its last.

An opening that goes on over Sunday midnight ends after the week does.
"""


@dataclass(frozen=True, slots=True)
class Hours:
    """One window of a schedule.

    Args:
        weekdays: The days on which it begins, 1 for Monday to 7, in order.
        starts: From when on: `HH:MM`, 00:00 to 23:59.
        ends: The first minute after it: `HH:MM`, also 24:00; on the next day unless later.
    """

    weekdays: tuple[int, ...]
    starts: str
    ends: str

    @classmethod
    def checked(
        cls, weekdays: Iterable[int], starts: str, ends: str, *, path: tuple[str, ...] = ()
    ) -> Self:
        """Make a window of what somebody sent.

        Args:
            weekdays: Its days, in any order.
            starts: From when on.
            ends: Until when.
            path: The way to it, for a refusal.

        Raises:
            InvalidInput: No day, one that is none, no time, or no time between the two.
        """
        days = tuple(sorted(set(weekdays)))
        if not days or not set(days) <= set(WEEKDAYS):
            message = "A window has weekdays: 1 for Monday to 7 for Sunday, at least one."
            raise InvalidInput(message, path=(*path, "weekdays"))
        first, last = _minute(starts, (*path, "from")), _minute(ends, (*path, "to"))
        if first == MINUTES_OF_DAY:
            message = "A window begins at 23:59 at the latest; 24:00 is 00:00 of the next day."
            raise InvalidInput(message, path=(*path, "from"))
        if first == last:
            message = (
                f"A window from {starts} to {ends} is empty: for a whole day give 00:00 to 24:00."
            )
            raise InvalidInput(message, path=(*path, "to"))
        return cls(days, starts, ends)

    def stretches(self) -> Iterator[Stretch]:
        """Give its minutes on each of its days; those after Sunday midnight begin the week."""
        first, last = _minute(self.starts), _minute(self.ends)
        lasts = last - first if last > first else last + MINUTES_OF_DAY - first
        for weekday in self.weekdays:
            begin = (weekday - 1) * MINUTES_OF_DAY + first
            end = begin + lasts
            yield begin, min(end, MINUTES_OF_WEEK)
            if end > MINUTES_OF_WEEK:
                yield 0, end - MINUTES_OF_WEEK


@dataclass(frozen=True, slots=True)
class AccessSchedule:
    """When keys may be fetched, and whether each has to be back when that ends.

    Args:
        windows: The windows, as somebody gave them.
        daily_return: Whether a key has to be back by the end of the opening in which it was
            fetched; an opening lasts a day at most then.
    """

    windows: tuple[Hours, ...]
    daily_return: bool = False

    @classmethod
    def checked(cls, written: Json, *, path: tuple[str, ...] = ()) -> Self:
        """Make a schedule of what somebody sent, in the form in which one is kept.

        Args:
            written: Its `windows`, each with `weekdays`, `from` and `to`, and `dailyReturn`, false
                when left out.
            path: The way to it, for a refusal.

        Raises:
            InvalidInput: No window, more than 50, one that makes no sense, or openings over more
                than a day although keys have to be back each day.
        """
        windows = written["windows"]
        if not 0 < len(windows) <= MOST_WINDOWS:
            message = f"There have to be 1 to {MOST_WINDOWS} windows, not {len(windows)}."
            raise InvalidInput(message, path=(*path, "windows"))
        daily_return = bool(written.get("dailyReturn"))
        hours = [
            Hours.checked(
                *(one["weekdays"], one["from"], one["to"]), path=(*path, "windows", str(number))
            )
            for number, one in enumerate(windows)
        ]
        schedule = cls(tuple(hours), daily_return)
        longest = max(last - first for first, last in schedule.stretches())
        if daily_return and longest > MINUTES_OF_DAY:
            message = (
                "Windows that touch are one opening, and one of these lasts longer than a day: "
                "with dailyReturn let each end before the next begins, such as at 23:59."
            )
            raise InvalidInput(message, path=(*path, "daily_return"))
        return schedule

    @classmethod
    def read(cls, stored: Json) -> Self:
        """Read a schedule as it is kept in `KeyContract.access_schedule`."""
        windows = (
            Hours(tuple(one["weekdays"]), one["from"], one["to"]) for one in stored["windows"]
        )
        return cls(tuple(windows), stored["dailyReturn"])

    def stored(self) -> Json:
        """Write it as it is kept."""
        windows = [
            {"weekdays": list(one.weekdays), "from": one.starts, "to": one.ends}
            for one in self.windows
        ]
        return {"windows": windows, "dailyReturn": self.daily_return}

    def stretches(self) -> list[Stretch]:
        """Give its openings as minutes of a week: in order, apart from each other.

        Where it is never closed that is the whole week.
        """
        merged = _merged(stretch for hours in self.windows for stretch in hours.stretches())
        goes_on = len(merged) > 1 and merged[0][0] == 0 and merged[-1][1] == MINUTES_OF_WEEK
        if not goes_on:
            return merged
        (_, monday), (sunday, _) = merged[0], merged[-1]
        return [*merged[1:-1], (sunday, MINUTES_OF_WEEK + monday)]

    @property
    def never_closes(self) -> bool:
        """Whether keys may be fetched at any time."""
        return self.stretches() == [(0, MINUTES_OF_WEEK)]


def _minute(text: str, path: tuple[str, ...] = ()) -> int:
    """Read a time of day as minutes from midnight.

    Raises:
        InvalidInput: It is none.
    """
    if not TIME_OF_DAY.fullmatch(text):
        message = "A time of day is HH:MM by the clock on the wall, from 00:00 to 24:00."
        raise InvalidInput(message, path=path)
    return int(text[:2]) * 60 + int(text[3:])


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for first, last in sorted(stretches):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged

"""When an access schedule is open, as instants (2.16, G29, G30).

What the clock does twice a year is settled by G30: a time that is jumped over is the first moment
after the jump, one that comes twice is the first of the two. So an opening may be shorter or longer
than it says, or fall out altogether.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from models.access_schedules import AccessSchedule, Stretch
from models.times import LAST_MOMENT, Window, earlier, instant, wall_clock

MOST_OPENINGS = 100
LAST_DAY = date.max - timedelta(days=8)
"""So close to the end of the calendar nothing opens any more."""


def openings(
    schedule: AccessSchedule,
    zone: ZoneInfo,
    *,
    after: datetime,
    until: datetime | None = None,
    at_most: int = MOST_OPENINGS,
) -> list[Window]:
    """List the next openings, in order, as instants in UTC.

    Args:
        schedule: The schedule.
        zone: Whose clocks it goes by.
        after: From when on; an opening that has begun begins there.
        until: The first moment that does not matter any more; None for no such.
        at_most: How many at most.
    """
    if until is not None and until <= after:
        return []
    if schedule.never_closes:
        return [Window(after, until)][:at_most]
    found = _joined(_from(schedule, zone, wall_clock(after, zone).date()))
    ahead = (one for one in found if one.ends_at is not None and one.ends_at > after)
    return list(islice(_clipped(ahead, after, until), at_most))


def is_open_at(schedule: AccessSchedule, zone: ZoneInfo, at: datetime) -> bool:
    """Tell whether keys may be fetched at a moment."""
    return any(one.starts_at == at for one in openings(schedule, zone, after=at, at_most=1))


def return_due(
    schedule: AccessSchedule, zone: ZoneInfo, *, fetched_at: datetime, ends_at: datetime | None
) -> datetime | None:
    """Tell by when a key has to be back.

    With `daily_return` that is the end of the opening in which it was fetched; for one that was
    fetched outside of all, of the next one. Never after the contract.

    Args:
        schedule: The schedule.
        zone: Whose clocks it goes by.
        fetched_at: When the key was fetched.
        ends_at: When the contract ends; None for a permanent one.
    """
    if not schedule.daily_return:
        return ends_at
    found = openings(schedule, zone, after=fetched_at, at_most=1)
    return earlier(found[0].ends_at or LAST_MOMENT, ends_at) if found else ends_at


def around(stretches: Iterable[Stretch], zone: ZoneInfo, at: datetime) -> Iterator[Window]:
    """Give the openings of the weeks before, of and after a moment: all that it can be in.

    Args:
        stretches: The openings as minutes of a week; none ends later than the week after its own.
        zone: Whose clocks they go by.
        at: The moment.
    """
    every = tuple(stretches)
    for monday in islice(_mondays(wall_clock(at, zone).date()), 3):
        yield from _of_week(every, zone, monday)


def _from(schedule: AccessSchedule, zone: ZoneInfo, day: date) -> Iterator[Window]:
    """Walk through the openings from the week before a day on, for ever."""
    stretches = schedule.stretches()
    for monday in _mondays(day):
        yield from _of_week(stretches, zone, monday)


def _mondays(day: date) -> Iterator[date]:
    """Count the weeks from the one before a day on, to the end of the calendar."""
    week_before = day.toordinal() - day.weekday() - 7
    monday = date.fromordinal(max(week_before, 1))  # the first day of the calendar is a Monday
    while monday <= LAST_DAY:
        yield monday
        monday += timedelta(days=7)


def _of_week(stretches: Iterable[Stretch], zone: ZoneInfo, monday: date) -> Iterator[Window]:
    midnight = datetime.combine(monday, time())
    for begin, end in stretches:
        opens = instant(midnight + timedelta(minutes=begin), zone)
        closes = instant(midnight + timedelta(minutes=end), zone)
        if opens < closes:
            yield Window(opens, closes)


def _joined(windows: Iterable[Window]) -> Iterator[Window]:
    """Join openings between which the clock jumped over all that was closed."""
    before: Window | None = None
    for window in windows:
        if before is not None and before.ends_at == window.starts_at:
            before = Window(before.starts_at, window.ends_at)
            continue
        if before is not None:
            yield before
        before = window
    if before is not None:
        yield before


def _clipped(
    windows: Iterable[Window], after: datetime, until: datetime | None
) -> Iterator[Window]:
    for window in windows:
        if until is not None and window.starts_at >= until:
            return
        assert window.ends_at is not None  # noqa: S101 - openings end, or there is only one
        yield Window(max(window.starts_at, after), earlier(window.ends_at, until))

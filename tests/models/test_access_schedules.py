"""When keys may be fetched: weekly hours by the clock on the wall, also where it is changed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.access_schedules import (
    MINUTES_OF_WEEK,
    AccessSchedule,
    Hours,
)
from models.errors import InvalidInput
from models.openings import is_open_at, openings, return_due
from models.times import Window

HELSINKI = ZoneInfo("Europe/Helsinki")
CHANGES = {
    HELSINKI: [date(2027, 3, 28), date(2027, 10, 31)],
    ZoneInfo("Africa/Cairo"): [date(2027, 4, 30), date(2027, 10, 29)],  # at midnight
    ZoneInfo("Australia/Lord_Howe"): [date(2027, 4, 4), date(2027, 10, 3)],  # by half an hour
}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2027, 6, 7, tzinfo=UTC)
"""03:00 in Helsinki."""


def hours(weekdays: Sequence[int], starts: str, ends: str) -> Hours:
    return Hours.checked(weekdays, starts, ends)


def schedule(*windows: Hours, daily_return: bool = False) -> AccessSchedule:
    return AccessSchedule.checked(AccessSchedule(windows, daily_return).stored())


OFFICE = schedule(hours([1, 2, 3, 4, 5], "08:00", "17:00"))
NIGHTS = schedule(hours([5, 7], "22:00", "06:00"))
ALWAYS = schedule(hours(range(1, 8), "00:00", "24:00"))


def times(windows: Sequence[Window], zone: ZoneInfo = HELSINKI) -> list[str]:
    """Write windows by the clock on the wall."""
    return [
        f"{one.starts_at.astimezone(zone):%a %H:%M}-{one.ends_at.astimezone(zone):%a %H:%M}"
        for one in windows
        if one.ends_at is not None
    ]


def test_the_next_openings_come_in_order() -> None:
    found = openings(OFFICE, HELSINKI, after=MONDAY + 4 * DAY, at_most=3)

    assert times(found) == ["Fri 08:00-Fri 17:00", "Mon 08:00-Mon 17:00", "Tue 08:00-Tue 17:00"]


def test_an_opening_that_has_begun_begins_now_and_one_that_is_cut_off_ends_there() -> None:
    now = MONDAY + 7 * HOUR

    assert times(openings(OFFICE, HELSINKI, after=now, until=now + HOUR)) == ["Mon 10:00-Mon 11:00"]
    assert openings(OFFICE, HELSINKI, after=now, until=now) == []


def test_a_window_goes_on_over_midnight_and_over_the_end_of_the_week() -> None:
    found = openings(NIGHTS, HELSINKI, after=MONDAY, at_most=3)

    assert times(found) == ["Mon 03:00-Mon 06:00", "Fri 22:00-Sat 06:00", "Sun 22:00-Mon 06:00"]
    assert NIGHTS.stretches()[-1][1] == MINUTES_OF_WEEK + 6 * 60


def test_windows_that_overlap_or_touch_are_one_opening() -> None:
    some = schedule(
        hours([1], "08:00", "12:00"), hours([1], "11:00", "13:00"), hours([1], "13:00", "15:00")
    )

    assert times(openings(some, HELSINKI, after=MONDAY, at_most=1)) == ["Mon 08:00-Mon 15:00"]


def test_a_schedule_that_never_closes_is_one_opening_without_an_end() -> None:
    assert ALWAYS.never_closes
    assert openings(ALWAYS, HELSINKI, after=MONDAY) == [Window(MONDAY, None)]
    later = MONDAY + DAY
    assert openings(ALWAYS, HELSINKI, after=MONDAY, until=later) == [Window(MONDAY, later)]
    assert is_open_at(ALWAYS, HELSINKI, MONDAY)


def test_the_clock_that_is_set_forward_takes_an_hour_or_all_of_an_opening() -> None:
    night = schedule(hours([7], "02:00", "05:00"), hours([7], "05:30", "06:00"))
    gone = schedule(hours([7], "03:10", "03:50"))
    saturday = datetime(2027, 3, 27, tzinfo=UTC)

    (found, _) = openings(night, HELSINKI, after=saturday, at_most=2)

    assert found.ends_at is not None
    assert found.ends_at - found.starts_at == 2 * HOUR
    assert times(openings(gone, HELSINKI, after=saturday, at_most=1)) == ["Sun 03:10-Sun 03:50"]
    assert openings(gone, HELSINKI, after=saturday, at_most=1)[0].starts_at > saturday + 7 * DAY


def test_what_was_closed_only_while_the_clock_jumped_was_open_all_the_time() -> None:
    night = schedule(hours([7], "01:00", "03:00"), hours([7], "04:00", "05:00"))

    found = openings(night, HELSINKI, after=datetime(2027, 3, 27, tzinfo=UTC), at_most=2)

    assert times(found) == ["Sun 01:00-Sun 05:00", "Sun 01:00-Sun 03:00"]


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    night = schedule(hours([7], "03:15", "03:45"))
    saturday = datetime(2027, 10, 30, tzinfo=UTC)

    (found,) = openings(night, HELSINKI, after=saturday, at_most=1)

    assert found.starts_at == datetime(2027, 10, 31, 0, 15, tzinfo=UTC)
    assert not is_open_at(night, HELSINKI, found.starts_at + HOUR)


@pytest.mark.parametrize(
    ("fetched_at", "due"),
    [
        (MONDAY + 6 * HOUR, MONDAY + 14 * HOUR),
        (MONDAY + 20 * HOUR, MONDAY + 38 * HOUR),
        (MONDAY + 3 * DAY + 6 * HOUR, MONDAY + 3 * DAY + 10 * HOUR),
    ],
)
def test_a_key_has_to_be_back_by_the_end_of_the_opening_or_of_the_contract(
    fetched_at: datetime, due: datetime
) -> None:
    daily = AccessSchedule(OFFICE.windows, daily_return=True)
    ends_at = MONDAY + 3 * DAY + 10 * HOUR

    assert return_due(daily, HELSINKI, fetched_at=fetched_at, ends_at=ends_at) == due
    assert return_due(OFFICE, HELSINKI, fetched_at=fetched_at, ends_at=ends_at) == ends_at


@pytest.mark.parametrize(
    ("weekdays", "starts", "ends", "said", "path"),
    [
        ([], "08:00", "17:00", "at least one", "weekdays"),
        ([0], "08:00", "17:00", "1 for Monday", "weekdays"),
        ([8], "08:00", "17:00", "1 for Monday", "weekdays"),
        ([1], "08:00", "08:00", "is empty", "to"),
        ([1], "8:00", "17:00", "HH:MM", "from"),
        ([1], "08:00", "24:01", "HH:MM", "to"),
        ([1], "08:60", "17:00", "HH:MM", "from"),
        ([1], "08:00:00", "17:00", "HH:MM", "from"),
        ([1], "08:00", "٠٩:٠٠", "HH:MM", "to"),  # noqa: RUF001 - other digits are no digits here
        ([1], "24:00", "08:00", "23:59", "from"),
    ],
)
def test_what_is_no_window_is_refused_with_what_is_wrong(
    weekdays: list[int], starts: str, ends: str, said: str, path: str
) -> None:
    with pytest.raises(InvalidInput, match=said) as refusal:
        Hours.checked(weekdays, starts, ends, path=("windows", "2"))

    assert refusal.value.path == ("windows", "2", path)


def test_a_refusal_names_the_window_that_makes_no_sense() -> None:
    windows = [*OFFICE.windows, Hours((1,), "08:00", "08:00")]

    with pytest.raises(InvalidInput) as refusal:
        AccessSchedule.checked(AccessSchedule(tuple(windows)).stored(), path=("access_schedule",))

    assert refusal.value.path == ("access_schedule", "windows", "1", "to")


@pytest.mark.parametrize("count", [0, 51])
def test_a_schedule_has_some_windows_and_not_too_many(count: int) -> None:
    with pytest.raises(InvalidInput, match=f"1 to 50 windows, not {count}"):
        schedule(*[hours([1], "08:00", "17:00")] * count)


def test_a_key_that_comes_back_each_day_needs_hours_that_end_each_day() -> None:
    days = range(1, 6)
    with pytest.raises(InvalidInput, match="longer than a day") as refusal:
        schedule(hours(days, "00:00", "24:00"), daily_return=True)
    assert refusal.value.path == ("daily_return",)

    assert schedule(hours(days, "00:00", "23:59"), daily_return=True).daily_return


def test_a_schedule_is_kept_as_it_was_given() -> None:
    given_so = schedule(hours([7, 5, 5], "22:00", "06:00"), hours([6], "20:00", "23:00"))

    assert AccessSchedule.read(given_so.stored()) == given_so
    assert given_so.windows[0].weekdays == (5, 7)


TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 1, 10, 30, 59]))
WINDOWS = st.builds(
    lambda weekdays, starts, ends: (weekdays, starts, ends if ends != starts else "24:00"),
    st.lists(st.integers(1, 7), min_size=1, max_size=7),
    TIMES,
    TIMES,
)


@cache
def shown(zone: ZoneInfo, after: datetime, days: int) -> list[datetime]:
    """Walk from minute to minute with a clock on the wall that is never set back."""
    moments = (after + number * MINUTE for number in range(-2 * 24 * 60, days * 24 * 60))
    walked = accumulate((one.astimezone(zone).replace(tzinfo=None) for one in moments), max)
    return list(walked)[2 * 24 * 60 :]


def holds(one: Hours, on_the_wall: datetime) -> bool:
    """Tell whether a window that began today or yesterday holds a time on the wall."""
    clock = on_the_wall.strftime("%H:%M")
    today = on_the_wall.isoweekday()
    began_today = today in one.weekdays and one.starts <= clock
    began_yesterday = (today + 5) % 7 + 1 in one.weekdays and one.ends <= one.starts
    if one.starts < one.ends:
        return began_today and clock < one.ends
    return began_today or (began_yesterday and clock < one.ends)


@pytest.mark.parametrize("zone", CHANGES, ids=str)
@settings(deadline=None, max_examples=50)
@given(raw=st.lists(WINDOWS, min_size=1, max_size=4), change=st.booleans(), ahead=st.integers(0, 2))
def test_openings_are_those_of_a_clock_that_is_walked_through(
    zone: ZoneInfo, raw: list[tuple[list[int], str, str]], change: bool, ahead: int
) -> None:
    windows = [hours(*one) for one in raw]
    day = CHANGES[zone][change]
    after = datetime(day.year, day.month, day.day, 3, tzinfo=UTC) - ahead * DAY
    until = after + 3 * DAY

    found = openings(schedule(*windows), zone, after=after, until=until)

    open_minutes = {
        one.starts_at + number * MINUTE
        for one in found
        for number in range(((one.ends_at or until) - one.starts_at) // MINUTE)
    }
    walked = {
        after + number * MINUTE
        for number, on_the_wall in enumerate(shown(zone, after, 3))
        if any(holds(one, on_the_wall) for one in windows)
    }
    assert open_minutes == walked
    assert all(one.ends_at and one.ends_at < other.starts_at for one, other in pairwise(found))


@given(raw=st.lists(WINDOWS, min_size=1, max_size=4), minutes=st.integers(0, 7 * 24 * 60))
def test_a_moment_is_open_as_an_opening_holds_it(
    raw: list[tuple[list[int], str, str]], minutes: int
) -> None:
    some = schedule(*[hours(*one) for one in raw])
    moment = MONDAY + minutes * MINUTE

    on_the_wall = moment.astimezone(HELSINKI).replace(tzinfo=None)

    expected = any(holds(one, on_the_wall) for one in some.windows)
    assert is_open_at(some, HELSINKI, moment) is expected

"""Wall clocks, windows, and what a stretch of time says of itself."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput, StartsAfterEnd
from models.times import Window, first_gap_of_several, instant, time_zone, wall_clock

HELSINKI = time_zone("Europe/Helsinki")
SANTIAGO = time_zone("America/Santiago")
APIA = time_zone("Pacific/Apia")
NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2027-06-01T12:00", "2027-06-01T09:00"),
        ("2027-01-01T12:00", "2027-01-01T10:00"),
        ("2027-03-28T02:59:59", "2027-03-28T00:59:59"),
        ("2027-03-28T03:00", "2027-03-28T01:00"),
        ("2027-03-28T03:30", "2027-03-28T01:00"),
        ("2027-03-28T03:59:59.999999", "2027-03-28T01:00"),
        ("2027-03-28T04:00", "2027-03-28T01:00"),
        ("2027-10-31T02:59", "2027-10-30T23:59"),
        ("2027-10-31T03:00", "2027-10-31T00:00"),
        ("2027-10-31T03:30", "2027-10-31T00:30"),
        ("2027-10-31T04:00", "2027-10-31T02:00"),
    ],
)
def test_a_local_time_in_helsinki_is_a_moment(local: str, expected: str) -> None:
    assert instant(wall(local), HELSINKI) == wall(f"{expected}+00:00")


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2027-04-03T23:30", "2027-04-04T02:30"),  # comes twice: the first, still in summer
        ("2027-04-04T00:00", "2027-04-04T04:00"),
        ("2027-09-05T00:30", "2027-09-05T04:00"),  # is jumped over: the first moment after it
        ("2027-09-05T01:00", "2027-09-05T04:00"),
    ],
)
def test_a_southern_clock_turns_the_other_way_round(local: str, expected: str) -> None:
    assert instant(wall(local), SANTIAGO) == wall(f"{expected}+00:00")


def test_a_whole_day_that_a_clock_jumped_over_becomes_the_moment_after_it() -> None:
    skipped = instant(wall("2011-12-30T12:00"), APIA)

    assert skipped == wall("2011-12-30T10:00+00:00")
    assert skipped.astimezone(APIA).replace(tzinfo=None) == wall("2011-12-31T00:00")


@given(st.datetimes(min_value=wall("2020-01-01T00:00"), max_value=wall("2035-01-01T00:00")))
def test_a_wall_clock_that_exists_shows_its_own_moment(local: datetime) -> None:
    moment = instant(local, HELSINKI)

    shown = moment.astimezone(HELSINKI).replace(tzinfo=None)
    assert shown == local or (shown - local) <= timedelta(hours=1)
    assert shown >= local


@given(
    st.datetimes(min_value=wall("2027-03-28T00:00"), max_value=wall("2027-03-28T06:00")),
    st.datetimes(min_value=wall("2027-03-28T00:00"), max_value=wall("2027-03-28T06:00")),
)
def test_a_later_wall_clock_is_never_an_earlier_moment_in_a_gap(
    one: datetime, other: datetime
) -> None:
    early, late = sorted((one, other))

    assert instant(early, HELSINKI) <= instant(late, HELSINKI)


@pytest.mark.parametrize(
    ("local", "zone"), [("0001-01-01T00:00", HELSINKI), ("9999-12-31T23:59", SANTIAGO)]
)
def test_a_time_beyond_the_end_of_the_calendar_is_refused(local: str, zone: ZoneInfo) -> None:
    with pytest.raises(InvalidInput, match="calendar"):
        instant(wall(local), zone)


@pytest.mark.parametrize(
    "name", ["Europe/Nowhere", "", "Europe", "../etc/passwd", "/etc/localtime", "UTC\0", "a" * 999]
)
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="IANA"):
        time_zone(name)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(microseconds=-1), timedelta(days=-1)])
def test_a_window_ends_after_it_starts(later: timedelta) -> None:
    with pytest.raises(StartsAfterEnd) as refusal:
        Window.checked(NOON, NOON + later)

    assert refusal.value.path == ("ends_at",)
    assert "2027-06-01T12:00" in refusal.value.message


def test_a_window_may_have_no_end() -> None:
    assert Window.checked(NOON, None) == Window(NOON, None)


def test_a_window_says_its_times_in_words() -> None:
    assert str(Window(NOON, None)) == "from 2027-06-01T12:00:00+00:00 without an end"
    assert "until 2027-06-01T13:00" in str(Window(NOON, NOON + timedelta(hours=1)))


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_a_wall_clock_shows_every_moment_of_the_calendar(zone: str) -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

    shown = [wall_clock(moment, ZoneInfo(zone)) for moment in (first, NOON, last)]

    assert shown == sorted(shown)
    assert all(moment.tzinfo is None for moment in shown)


def test_a_local_time_before_the_calendar_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidInput) as refusal:
        instant(wall("0001-01-01T00:00"), ZoneInfo("Asia/Tokyo"), path=("starts_at_local",))

    assert refusal.value.path == ("starts_at_local",)


def days(first: int, last: int | None) -> Window:
    end = None if last is None else NOON + timedelta(days=last)
    return Window(NOON + timedelta(days=first), end)


@pytest.mark.parametrize(
    ("taken", "needed", "expected"),
    [
        ([[], [days(0, 5)]], 1, 0),
        ([[], [days(0, 5)]], 2, 5),
        ([[days(0, 3)], [days(0, 5)]], 1, 3),
        ([[days(0, 3), days(6, 9)], [days(0, 5)]], 2, 9),
        ([[days(0, 3), days(6, 9)], [days(0, 5)], [days(0, 4)]], 2, 4),
        ([[days(0, None)], []], 2, None),
        ([[]], 2, None),
    ],
)
def test_several_are_free_when_enough_of_them_are_free_at_once(
    taken: list[list[Window]], needed: int, expected: int | None
) -> None:
    found = first_gap_of_several(days(0, 2), taken, needed=needed)

    assert found == (None if expected is None else NOON + timedelta(days=expected))

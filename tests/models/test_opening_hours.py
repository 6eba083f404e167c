"""When people get to an automat: what is kept, what is refused, and what the clock does."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from models.errors import InvalidInput
from models.opening_hours import AT_ALL_TIMES, OpeningHours, checked_hours

EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
SPRING, AUTUMN = (2027, 3, 28), (2027, 10, 31)
"""Sundays: in Helsinki 03:00 becomes 04:00 at 01:00 UTC, and 04:00 becomes 03:00 at 01:00 UTC."""


def window(starts: str, ends: str, weekdays: list[int] | None = None) -> dict[str, Any]:
    return {"weekdays": weekdays or EVERY_DAY, "from": starts, "to": ends}


def hours(*windows: dict[str, Any], zone: str = "Europe/Helsinki") -> OpeningHours:
    stored = checked_hours({"windows": windows})
    found = OpeningHours.of(SimpleNamespace(opening_hours=stored, time_zone=zone))
    assert found is not None
    return found


def utc(day: tuple[int, int, int], hour: int, minute: int = 0) -> datetime:
    return datetime(*day, hour, minute, tzinfo=UTC)


def test_hours_that_nobody_has_said_are_not_known() -> None:
    automat = SimpleNamespace(opening_hours=None, time_zone="Europe/Helsinki")

    assert OpeningHours.of(automat) is None


def test_hours_are_kept_as_they_were_given() -> None:
    given = {"windows": [window("22:00", "06:00", [7, 5, 5]), window("10:00", "18:00", [6])]}

    assert checked_hours(given) == {
        "windows": [window("22:00", "06:00", [5, 7]), window("10:00", "18:00", [6])]
    }


def test_a_kiosk_opens_at_its_first_minute_and_is_shut_at_its_last() -> None:
    kiosk = hours(window("08:00", "20:00", [1]))
    monday = (2027, 6, 7)

    assert not kiosk.is_open_at(utc(monday, 4, 59))
    assert kiosk.is_open_at(utc(monday, 5))
    assert kiosk.is_open_at(utc(monday, 16, 59))
    assert not kiosk.is_open_at(utc(monday, 17))


def test_what_never_closes_has_one_opening_without_an_end() -> None:
    found = hours(*AT_ALL_TIMES["windows"])

    (opening,) = found.next(after=utc(SPRING, 0))
    assert found.never_closes
    assert (opening.starts_at, opening.ends_at) == (utc(SPRING, 0), None)
    assert found.is_open_at(utc(SPRING, 1))


def test_an_opening_in_the_hour_that_is_jumped_over_falls_out() -> None:
    kiosk = hours(window("03:00", "04:00"))

    assert not any(kiosk.is_open_at(utc(SPRING, hour, 30)) for hour in range(3))
    (opening,) = kiosk.next(after=utc(SPRING, 0), at_most=1)
    assert (opening.starts_at, opening.ends_at) == (utc((2027, 3, 29), 0), utc((2027, 3, 29), 1))


def test_an_opening_over_the_jump_is_an_hour_shorter() -> None:
    (opening,) = hours(window("02:00", "08:00")).next(after=utc(SPRING, 0), at_most=1)

    assert (opening.starts_at, opening.ends_at) == (utc(SPRING, 0), utc(SPRING, 5))


def test_a_time_that_comes_twice_is_the_first_of_the_two() -> None:
    kiosk = hours(window("03:00", "03:30"))

    assert [kiosk.is_open_at(utc(AUTUMN, hour, 15)) for hour in (0, 1)] == [True, False]


def test_an_opening_over_the_hour_that_comes_twice_is_an_hour_longer() -> None:
    kiosk = hours(window("03:00", "04:00"))

    assert [kiosk.is_open_at(utc(AUTUMN, hour, 30)) for hour in range(3)] == [True, True, False]
    (over,) = hours(window("02:00", "08:00")).next(after=utc((2027, 10, 30), 23), at_most=1)
    assert (over.starts_at, over.ends_at) == (utc((2027, 10, 30), 23), utc(AUTUMN, 6))


def test_the_same_hours_are_other_moments_in_another_time_zone() -> None:
    at = utc((2027, 6, 7), 23, 30)

    assert not hours(window("08:00", "17:00")).is_open_at(at)
    assert hours(window("08:00", "17:00"), zone="Asia/Tokyo").is_open_at(at)


@pytest.mark.parametrize(
    ("windows", "path"),
    [
        ([], ("opening_hours", "windows")),
        ([window("08:00", "17:00")] * 51, ("opening_hours", "windows")),
        ([window("08:00", "08:00")], ("opening_hours", "windows", "0", "to")),
        ([window("24:00", "08:00")], ("opening_hours", "windows", "0", "from")),
        ([window("8", "17:00")], ("opening_hours", "windows", "0", "from")),
        ([window("08:00", "17:00", [0])], ("opening_hours", "windows", "0", "weekdays")),
    ],
)
def test_hours_that_make_no_sense_are_refused(
    windows: list[dict[str, Any]], path: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked_hours({"windows": windows})

    assert refusal.value.path == path

"""When a code opens its locker: by time, by what lies in it, and without a network."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.access_schedules import MINUTES_OF_WEEK, AccessSchedule
from models.access_schedules import Hours as ScheduledHours
from models.automat_reports import CodeKind, CodeRefusal
from models.codes import CodeUse
from models.custody import CLOCK_TOLERANCE
from models.doors import OFFLINE_GRACE, Known, WeeklyHours, find, judge
from models.keypads import Typed
from models.openings import is_open_at

HELSINKI = ZoneInfo("Europe/Helsinki")
ZONES = [HELSINKI, ZoneInfo("Africa/Cairo"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")]
SECOND, MINUTE, HOUR, DAY = (
    timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days")
)
MONDAY = datetime(2027, 6, 7, 9, tzinfo=UTC)
"""Noon in Helsinki."""
OFFICE = WeeklyHours(HELSINKI, tuple((day * 1_440 + 480, day * 1_440 + 1_020) for day in range(5)))
"""On working days from 8:00 to 17:00."""
PIN = Known(
    id="one",
    code="830492",
    kind=CodeKind.PIN,
    use=CodeUse.FETCH_AND_RETURN,
    locker_index=3,
    opens_at=MONDAY,
    closes_at=MONDAY + DAY,
)
RETURN_CODE = replace(PIN, id="two", kind=CodeKind.RETURN_CODE, use=CodeUse.RETURN, closes_at=None)
BACKUP_CODE = replace(PIN, id="three", code="0123456789", kind=CodeKind.BACKUP_CODE, closes_at=None)
LATER = MONDAY + HOUR
KINDS = [PIN, RETURN_CODE, BACKUP_CODE]


def test_a_code_opens_from_its_first_moment_on_and_not_at_its_last() -> None:
    assert judge(PIN, at=MONDAY - SECOND, locker_has_key=True) is CodeRefusal.TOO_EARLY
    assert judge(PIN, at=MONDAY, locker_has_key=True) is None
    assert judge(PIN, at=MONDAY + DAY - SECOND, locker_has_key=True) is None
    assert judge(PIN, at=MONDAY + DAY, locker_has_key=True) is CodeRefusal.TOO_LATE


def test_the_server_grants_what_the_clock_of_an_automat_may_be_wrong() -> None:
    early, late = MONDAY - CLOCK_TOLERANCE, MONDAY + DAY + CLOCK_TOLERANCE

    def at_server(at: datetime) -> CodeRefusal | None:
        return judge(PIN, at=at, locker_has_key=True, tolerance=CLOCK_TOLERANCE)

    assert at_server(early) is None
    assert at_server(late - SECOND) is None
    assert at_server(early - SECOND) is CodeRefusal.TOO_EARLY
    assert at_server(late) is CodeRefusal.TOO_LATE


@pytest.mark.parametrize(
    ("use", "with_key", "without"),
    [
        (CodeUse.FETCH, None, CodeRefusal.LOCKER_EMPTY),
        (CodeUse.FETCH_AND_RETURN, None, None),
        (CodeUse.RETURN, CodeRefusal.LOCKER_TAKEN, None),
    ],
)
def test_a_key_is_fetched_from_a_full_locker_and_brought_back_to_an_empty_one(
    use: CodeUse, with_key: CodeRefusal | None, without: CodeRefusal | None
) -> None:
    code = replace(PIN, use=use)

    assert judge(code, at=LATER, locker_has_key=True) is with_key
    assert judge(code, at=LATER, locker_has_key=False) is without


def test_outside_its_hours_a_code_only_brings_a_key_back() -> None:
    code = replace(PIN, hours=OFFICE)
    evening = MONDAY + 5 * HOUR

    assert judge(code, at=LATER, locker_has_key=True) is None
    assert judge(code, at=evening - SECOND, locker_has_key=True) is None
    assert judge(code, at=evening, locker_has_key=True) is CodeRefusal.OUTSIDE_HOURS
    assert judge(code, at=evening, locker_has_key=False) is None


def test_hours_are_judged_with_the_tolerance_of_the_server_too() -> None:
    evening = MONDAY + 5 * HOUR

    assert OFFICE.include(evening + 4 * MINUTE, tolerance=CLOCK_TOLERANCE)
    assert not OFFICE.include(evening + CLOCK_TOLERANCE, tolerance=CLOCK_TOLERANCE)
    assert OFFICE.include(MONDAY - 4 * HOUR - CLOCK_TOLERANCE, tolerance=CLOCK_TOLERANCE)


@pytest.mark.parametrize("code", KINDS)
@pytest.mark.parametrize("locker_has_key", [False, True])
def test_a_broken_locker_stays_closed(*, code: Known, locker_has_key: bool) -> None:
    refusal = judge(code, at=LATER, locker_has_key=locker_has_key, locker_is_broken=True)

    assert refusal is CodeRefusal.LOCKER_BROKEN


def test_a_pin_takes_no_key_out_when_the_server_was_not_heard_for_a_week() -> None:
    always = replace(PIN, closes_at=None)

    def unheard(time: timedelta, *, locker_has_key: bool = True) -> CodeRefusal | None:
        return judge(always, at=LATER, locker_has_key=locker_has_key, unheard_for=time)

    assert unheard(OFFLINE_GRACE) is None
    assert unheard(OFFLINE_GRACE + SECOND) is CodeRefusal.CODES_TOO_OLD
    assert unheard(365 * DAY, locker_has_key=False) is None


def test_return_and_backup_codes_never_become_too_old() -> None:
    assert judge(RETURN_CODE, at=LATER, locker_has_key=False, unheard_for=365 * DAY) is None
    assert judge(BACKUP_CODE, at=LATER, locker_has_key=True, unheard_for=365 * DAY) is None


def test_a_backup_code_works_once_and_others_as_often_as_needed() -> None:
    again = [judge(one, at=LATER, locker_has_key=False, used_before=True) for one in KINDS]

    assert again == [None, None, CodeRefusal.TOO_LATE]


def test_a_code_is_found_as_it_is_typed() -> None:
    assert find(Typed.read("830492#"), KINDS) is PIN
    assert find(Typed.read("*830492#"), KINDS) is RETURN_CODE
    assert find(Typed.read("0123456789#"), KINDS) is BACKUP_CODE
    assert find(Typed.read("830493#"), KINDS) is None
    assert find(Typed.read("83#"), KINDS) is None


def test_what_is_known_of_a_code_does_not_show_its_digits() -> None:
    assert repr(PIN) == "Known(one, pin, locker 3)"
    assert PIN.code not in f"{PIN} {[PIN]}"


MOMENTS = st.integers(-180 * 1_440, 240 * 1_440).map(lambda minutes: MONDAY + minutes * MINUTE)
ANY_MOMENT = st.datetimes(timezones=st.just(UTC))
MINUTES = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
WINDOWS = st.tuples(st.sets(st.integers(1, 7), min_size=1), MINUTES, MINUTES).filter(
    lambda window: window[1] != window[2]
)
SCHEDULES = st.lists(WINDOWS, min_size=1, max_size=4).map(
    lambda some: AccessSchedule(tuple(ScheduledHours.checked(*window) for window in some))
)
STRETCHES = st.tuples(st.integers(0, MINUTES_OF_WEEK - 1), st.integers(1, MINUTES_OF_WEEK)).map(
    lambda one: (one[0], one[0] + one[1])
)
CODES = st.builds(
    Known,
    id=st.just("any"),
    code=st.just("830492"),
    kind=st.sampled_from(CodeKind),
    use=st.sampled_from(CodeUse),
    locker_index=st.just(0),
    opens_at=ANY_MOMENT,
    closes_at=st.none() | ANY_MOMENT,
    hours=st.none()
    | st.builds(
        WeeklyHours,
        zone=st.sampled_from(ZONES),
        stretches=st.lists(STRETCHES, max_size=5).map(tuple),
    ),
)
ANY_TIME = st.timedeltas(timedelta(), timedelta(days=3_650))


@given(SCHEDULES, st.sampled_from(ZONES), MOMENTS)
def test_the_hours_at_the_door_are_those_of_the_schedule(
    schedule: AccessSchedule, zone: ZoneInfo, at: datetime
) -> None:
    hours = WeeklyHours(zone, tuple(schedule.stretches()))

    assert hours.include(at) == is_open_at(schedule, zone, at)


@given(SCHEDULES, st.sampled_from(ZONES), st.integers(-120, 120))
def test_the_hours_are_those_of_the_schedule_when_the_clock_is_set_back_at_midnight(
    schedule: AccessSchedule, zone: ZoneInfo, minutes: int
) -> None:
    at = datetime(2027, 10, 28, 21, tzinfo=UTC) + minutes * MINUTE

    assert WeeklyHours(zone, tuple(schedule.stretches())).include(at) == is_open_at(
        schedule, zone, at
    )


@given(CODES, ANY_MOMENT, st.booleans(), st.booleans(), ANY_TIME)
def test_no_code_opens_outside_its_window_whatever_else_is_true(
    code: Known, at: datetime, locker_has_key: bool, used: bool, unheard: timedelta
) -> None:
    refusal = judge(
        code, at=at, locker_has_key=locker_has_key, used_before=used, unheard_for=unheard
    )

    within = code.opens_at <= at and (code.closes_at is None or at < code.closes_at)
    assert within or refusal in {CodeRefusal.TOO_EARLY, CodeRefusal.TOO_LATE}


@given(CODES, ANY_MOMENT, ANY_TIME, st.timedeltas(timedelta(), timedelta(minutes=30)))
def test_a_code_that_only_returns_never_opens_a_locker_with_a_key(
    code: Known, at: datetime, unheard: timedelta, tolerance: timedelta
) -> None:
    returning = replace(code, use=CodeUse.RETURN)

    refusal = judge(returning, at=at, locker_has_key=True, unheard_for=unheard, tolerance=tolerance)

    assert refusal is not None


@given(CODES, ANY_MOMENT, st.booleans(), ANY_TIME)
def test_whatever_an_automat_allows_the_server_does_not_find_wrong(
    code: Known, at: datetime, locker_has_key: bool, unheard: timedelta
) -> None:
    at_automat = judge(code, at=at, locker_has_key=locker_has_key, unheard_for=unheard)

    at_server = judge(code, at=at, locker_has_key=locker_has_key, tolerance=CLOCK_TOLERANCE)

    assert at_automat is not None or at_server is None

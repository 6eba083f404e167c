"""How stays hold lockers: the worked examples of livionkey.md 3.1, and what lies between them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contracts import LockerContractKind
from models.settings import UnitSettings
from models.stays import Phase, fetch_all_the_time, phases_of, return_phase
from models.times import LAST_MOMENT, Window

DAY = timedelta(days=1)
SETTINGS = UnitSettings()


def at(text: str) -> datetime:
    return datetime.strptime(f"2027 {text}", "%Y %d %b %H:%M").replace(tzinfo=UTC)


def window(starts: str, ends: str | None) -> Window:
    return Window(at(starts), None if ends is None else at(ends))


def phase(kind: str, starts: str, ends: str, synced: str) -> Phase:
    return Phase(LockerContractKind(kind), window(starts, ends), at(synced))


@pytest.mark.parametrize(
    ("stay", "expected"),
    [
        (
            ("1 Jun 15:00", "5 Jun 11:00"),
            [("default", "1 Jun 15:00", "5 Jun 11:00", "31 May 15:00")],
        ),
        (
            ("1 Jun 12:00", "15 Jun 12:00"),
            [("default", "1 Jun 12:00", "15 Jun 12:00", "31 May 12:00")],
        ),
        (
            ("1 Jun 12:00", "15 Jun 12:01"),
            [
                ("fetch", "1 Jun 12:00", "4 Jun 12:00", "31 May 12:00"),
                ("return", "12 Jun 12:01", "15 Jun 12:01", "11 Jun 12:01"),
            ],
        ),
        (
            ("1 Jun 12:00", "1 Dec 12:00"),
            [
                ("fetch", "1 Jun 12:00", "4 Jun 12:00", "31 May 12:00"),
                ("return", "28 Nov 12:00", "1 Dec 12:00", "27 Nov 12:00"),
            ],
        ),
    ],
)
def test_the_worked_examples(
    stay: tuple[str, str], expected: list[tuple[str, str, str, str]]
) -> None:
    assert phases_of(window(*stay), SETTINGS) == tuple(phase(*one) for one in expected)


def test_a_permanent_stay_has_no_return_until_its_end_is_known() -> None:
    (fetch,) = phases_of(window("1 Jun 12:00", None), SETTINGS)

    assert fetch == phase("fetch", "1 Jun 12:00", "4 Jun 12:00", "31 May 12:00")


def test_where_the_windows_would_cross_the_return_begins_when_the_fetch_ends() -> None:
    settings = UnitSettings(default_duration=2 * DAY, fetch_duration=3 * DAY)

    fetch, back = phases_of(window("1 Jun 12:00", "5 Jun 12:00"), settings)

    assert fetch.window == window("1 Jun 12:00", "4 Jun 12:00")
    assert back.window == window("4 Jun 12:00", "5 Jun 12:00")


def test_where_they_meet_neither_is_cut() -> None:
    settings = UnitSettings(default_duration=2 * DAY)

    fetch, back = phases_of(window("1 Jun 12:00", "7 Jun 12:00"), settings)

    assert fetch.window.ends_at == back.window.starts_at == at("4 Jun 12:00")


@pytest.mark.parametrize("ends", ["4 Jun 12:00", "3 Jun 00:00"])
def test_where_nothing_is_left_of_the_return_one_locker_is_held_all_the_time(ends: str) -> None:
    settings = UnitSettings(default_duration=DAY)

    (only,) = phases_of(window("1 Jun 12:00", ends), settings)

    assert only == phase("default", "1 Jun 12:00", ends, "31 May 12:00")


def test_the_return_of_a_key_that_is_out_begins_at_once_when_the_end_is_near() -> None:
    stay = window("1 Jun 12:00", "1 Dec 12:00")

    soon = return_phase(stay, SETTINGS, not_before=at("30 Nov 10:00"))

    assert soon == phase("return", "30 Nov 10:00", "1 Dec 12:00", "27 Nov 12:00")
    assert return_phase(stay, SETTINGS, not_before=at("1 Dec 12:00")) is None


def test_staff_may_free_the_locker_once_the_key_is_fetched() -> None:
    stay = window("1 Jun 12:00", "5 Jun 12:00")

    (only,) = fetch_all_the_time(stay, SETTINGS)

    assert only == phase("fetch", "1 Jun 12:00", "5 Jun 12:00", "31 May 12:00")


def test_a_stay_at_the_end_of_the_calendar_has_a_fetch_too() -> None:
    (fetch,) = phases_of(Window(LAST_MOMENT - DAY, None), SETTINGS)

    assert fetch.window.ends_at == LAST_MOMENT


DURATIONS = st.timedeltas(timedelta(0), timedelta(days=40))


SOME_SETTINGS = st.builds(
    UnitSettings,
    default_duration=DURATIONS,
    default_sync_time=DURATIONS,
    fetch_duration=DURATIONS.map(lambda time: time + timedelta(minutes=1)),
    fetch_sync_time=DURATIONS,
    return_duration=DURATIONS,
    return_sync_time=DURATIONS,
)


@given(st.timedeltas(timedelta(minutes=1), timedelta(days=90)), SOME_SETTINGS)
def test_phases_lie_in_the_stay_and_never_overlap(
    lasting: timedelta, settings: UnitSettings
) -> None:
    stay = Window(at("1 Jun 12:00"), at("1 Jun 12:00") + lasting)

    phases = phases_of(stay, settings)

    assert phases[0].window.starts_at == stay.starts_at
    assert stay.ends_at is not None
    assert all(one.window.ends_at and one.window.ends_at <= stay.ends_at for one in phases)
    assert all(one.window.starts_at < (one.window.ends_at or LAST_MOMENT) for one in phases)
    assert all(one.sync_at <= one.window.starts_at for one in phases)
    for before, after in pairwise(phases):
        assert before.window.ends_at is not None
        assert before.window.ends_at <= after.window.starts_at
    assert (len(phases) == 1) >= (lasting <= settings.default_duration)

"""Keys that are pressed at an automat, and keypads that rest after wrong codes."""

from datetime import UTC, datetime, timedelta
from string import digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.automat_reports import CodeKind
from models.keypads import Keypad, Typed
from models.times import LAST_MOMENT

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def after_misses(count: int, at: datetime = NOON) -> Keypad:
    keypad = Keypad()
    for _ in range(count):
        keypad = keypad.missed(at)
    return keypad


@pytest.mark.parametrize("end", ["", "#"])
@pytest.mark.parametrize(
    ("keys", "kind", "code"),
    [
        ("4711", CodeKind.PIN, "4711"),
        ("830492", CodeKind.PIN, "830492"),
        ("123456789", CodeKind.PIN, "123456789"),
        ("*0815", CodeKind.RETURN_CODE, "0815"),
        ("*123456789", CodeKind.RETURN_CODE, "123456789"),
        ("0123456789", CodeKind.BACKUP_CODE, "0123456789"),
    ],
)
def test_each_kind_of_code_is_typed_in_its_own_way(
    keys: str, kind: CodeKind, code: str, end: str
) -> None:
    assert Typed.read(keys + end) == Typed(kind, code)


@pytest.mark.parametrize(
    "keys",
    ["", "#", "123", "12345678901", "*123", "*0123456789", "**1234", "12*34", "1234##", "12 34"],
)
def test_other_keys_are_no_code(keys: str) -> None:
    assert Typed.read(keys) is None


@given(st.text())
def test_whatever_is_typed_is_read_or_is_no_code(keys: str) -> None:
    typed = Typed.read(keys)

    assert typed is None or set(typed.digits) <= set(digits)


def test_a_typed_code_does_not_show_its_digits() -> None:
    assert repr(Typed.read("*830492#")) == "Typed(return_code, 6 digits)"


def test_a_keypad_does_not_rest_before_the_fifth_wrong_code() -> None:
    keypad = after_misses(4)

    assert not keypad.is_resting(NOON)
    assert keypad.rests_until is None


@pytest.mark.parametrize(
    ("misses", "minutes"), [(5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (10, 15), (1_000, 15)]
)
def test_it_rests_twice_as_long_after_each_and_a_quarter_of_an_hour_at_most(
    misses: int, minutes: int
) -> None:
    keypad = after_misses(misses)

    assert keypad.rests_until == NOON + minutes * MINUTE
    assert keypad.is_resting(NOON)
    assert keypad.is_resting(NOON + minutes * MINUTE - SECOND)
    assert not keypad.is_resting(NOON + minutes * MINUTE)


def test_a_right_code_begins_a_new_row() -> None:
    assert after_misses(7).hit() == Keypad()


def test_an_hour_without_a_wrong_code_begins_a_new_row() -> None:
    assert after_misses(9).missed(NOON + HOUR) == Keypad(1, NOON + HOUR)
    assert after_misses(9).missed(NOON + HOUR - SECOND).misses == 10


def test_a_clock_that_was_set_back_does_not_let_it_rest_for_days() -> None:
    keypad = after_misses(9, NOON + 48 * HOUR)

    assert not keypad.is_resting(NOON)
    assert keypad.missed(NOON) == Keypad(10, NOON)


def test_at_the_end_of_the_calendar_it_rests_to_the_end() -> None:
    assert after_misses(9, LAST_MOMENT).rests_until == LAST_MOMENT


@given(st.lists(st.integers(0, 3 * 3_600), min_size=1, max_size=300))
def test_nobody_tries_more_than_eleven_codes_in_an_hour(waits: list[int]) -> None:
    keypad, now, tried = Keypad(), NOON, []
    for wait in waits:
        now += wait * SECOND
        if not keypad.is_resting(now):
            keypad = keypad.missed(now)
            tried.append(now)

    assert max(sum(one <= other < one + HOUR for other in tried) for one in tried) <= 11


def test_an_impatient_guesser_tries_eleven_codes_in_the_first_hour_and_four_in_later_ones() -> None:
    keypad, tried = Keypad(), []
    for second in range(3 * 3_600):
        while not keypad.is_resting(now := NOON + second * SECOND):
            keypad = keypad.missed(now)
            tried.append(now)

    assert [
        sum(NOON + h * HOUR <= at < NOON + (h + 1) * HOUR for at in tried) for h in range(3)
    ] == [
        11,
        4,
        4,
    ]

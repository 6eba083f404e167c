"""PINs that nobody guesses."""

from string import digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.pins import checked_code, is_easy, new_pin


def test_a_pin_has_six_digits_and_is_not_easy() -> None:
    pins = {new_pin(set(), 6) for _ in range(2_000)}

    assert all(len(pin) == 6 and set(pin) <= set(digits) for pin in pins)
    assert not any(is_easy(pin) for pin in pins)
    assert len(pins) > 1_900
    assert {pin[0] for pin in pins} == set(digits)


def test_a_pin_is_never_one_that_the_automat_knows() -> None:
    every_other = {f"{number:06}" for number in range(0, 1_000_000, 2)}

    assert all(int(new_pin(every_other, 6)) % 2 == 1 for _ in range(500))


@pytest.mark.parametrize(
    "pin", ["111111", "000000", "123456", "654321", "111294", "829000", "912388", "832104"]
)
def test_runs_and_repeats_are_easy(pin: str) -> None:
    assert is_easy(pin)


@pytest.mark.parametrize("pin", ["121212", "837837", "474747"])
def test_a_pin_that_repeats_itself_is_easy(pin: str) -> None:
    assert is_easy(pin)


@pytest.mark.parametrize("pin", ["830492", "906172", "118822", "980135", "901357"])
def test_other_pins_are_not_easy(pin: str) -> None:
    assert not is_easy(pin)


@given(st.text(digits, min_size=6, max_size=6))
def test_a_pin_with_three_like_or_running_digits_is_easy(pin: str) -> None:
    steps = [int(pin[at + 1]) - int(pin[at]) for at in range(5)]
    runs = any(steps[at] == steps[at + 1] and abs(steps[at]) <= 1 for at in range(4))

    assert is_easy(pin) == (runs or pin[:3] == pin[3:] or pin[:2] * 3 == pin)


@pytest.mark.parametrize("length", range(4, 10))
def test_a_pin_is_as_long_as_the_unit_says(length: int) -> None:
    pins = {new_pin(set(), length) for _ in range(200)}

    assert {len(pin) for pin in pins} == {length}
    assert not any(is_easy(pin) for pin in pins)


@pytest.mark.parametrize("code", ["123", "1234567890", "12 34", "12a4", "", "١٢٣٤"])
def test_a_code_that_is_none_is_refused_without_repeating_it(code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked_code(code, path=("return_code",))

    assert refusal.value.message == "A return code has 4 to 9 digits."


@pytest.mark.parametrize("code", ["1234", "123456789"])
def test_a_code_has_four_to_nine_digits(code: str) -> None:
    assert checked_code(code, path=("pin",)) == code

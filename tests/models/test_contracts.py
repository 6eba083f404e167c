"""PINs that nobody guesses, and where contracts stand by the clock."""

from datetime import UTC, datetime, timedelta
from string import digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contracts import (
    KeyContractStatus,
    LockerContractState,
    is_easy,
    key_contract_status_at,
    locker_contract_state_at,
    new_pin,
    new_reference,
    opens_at,
)

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIVE = {LockerContractState.PLANNED, LockerContractState.SYNCING, LockerContractState.READY}


def test_a_pin_has_six_digits_and_is_not_easy() -> None:
    pins = {new_pin(set()) for _ in range(2_000)}

    assert all(len(pin) == 6 and set(pin) <= set(digits) for pin in pins)
    assert not any(is_easy(pin) for pin in pins)
    assert len(pins) > 1_900
    assert {pin[0] for pin in pins} == set(digits)


def test_a_pin_is_never_one_that_the_automat_knows() -> None:
    every_other = {f"{number:06}" for number in range(0, 1_000_000, 2)}

    assert all(int(new_pin(every_other)) % 2 == 1 for _ in range(500))


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


def test_a_reference_is_long_enough_to_be_its_own() -> None:
    references = {new_reference() for _ in range(500)}

    assert len(references) == 500
    assert all(reference.startswith("KC-") and len(reference) == 11 for reference in references)


@pytest.mark.parametrize(
    ("now", "out", "expected"),
    [
        (NOON - HOUR, False, KeyContractStatus.UPCOMING),
        (NOON, False, KeyContractStatus.ACTIVE),
        (NOON + HOUR, False, KeyContractStatus.ENDED),
        (NOON + HOUR, True, KeyContractStatus.OVERDUE),
    ],
)
def test_the_clock_moves_a_key_contract(
    now: datetime, out: bool, expected: KeyContractStatus
) -> None:
    status = key_contract_status_at(
        KeyContractStatus.UPCOMING, NOON, NOON + HOUR, now, key_is_out=out
    )

    assert status is expected


@pytest.mark.parametrize(
    "status",
    [
        KeyContractStatus.CANCELLED,
        KeyContractStatus.DRAFT,
        KeyContractStatus.WAITING_FOR_SIGNATURE,
    ],
)
def test_the_clock_does_not_move_other_key_contracts(status: KeyContractStatus) -> None:
    assert key_contract_status_at(status, NOON, None, NOON + HOUR, key_is_out=True) is status


def test_a_permanent_key_contract_never_ends() -> None:
    far = NOON + timedelta(days=9_999)

    status = key_contract_status_at(KeyContractStatus.UPCOMING, NOON, None, far, key_is_out=True)

    assert status is KeyContractStatus.ACTIVE


def test_a_locker_contract_is_syncing_from_its_sync_time_on() -> None:
    planned = LockerContractState.PLANNED

    assert locker_contract_state_at(planned, NOON, NOON - HOUR) is planned
    assert locker_contract_state_at(planned, NOON, NOON) is LockerContractState.SYNCING


@pytest.mark.parametrize("state", set(LockerContractState) - {LockerContractState.PLANNED})
def test_the_clock_does_not_move_other_locker_contracts(state: LockerContractState) -> None:
    assert locker_contract_state_at(state, NOON, NOON + HOUR) is state


@pytest.mark.parametrize("state", LockerContractState)
def test_only_live_locker_contracts_hold_a_locker_and_open_it(state: LockerContractState) -> None:
    assert state.is_live == (state in LIVE)
    assert opens_at(state, None, NOON) == (state in LIVE)
    assert opens_at(state, NOON + HOUR, NOON) == (state in LIVE)
    assert not opens_at(state, NOON, NOON)

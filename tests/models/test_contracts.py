"""Where contracts stand by the clock, and their references."""

from datetime import UTC, datetime, timedelta

import pytest

from models.contracts import (
    MOVING,
    KeyContract,
    KeyContractStatus,
    LockerContractState,
    key_contract_status_at,
    new_reference,
    opens_at,
)

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIVE = {LockerContractState.PLANNED, LockerContractState.SYNCING, LockerContractState.READY}


def test_a_reference_is_long_enough_to_be_its_own() -> None:
    references = {new_reference() for _ in range(500)}

    assert len(references) == 500
    assert all(reference.startswith("KC-") and len(reference) == 11 for reference in references)


def contract(status: KeyContractStatus, ends_at: datetime | None = NOON + HOUR) -> KeyContract:
    overdue_at = None if ends_at is None else ends_at + HOUR
    return KeyContract(starts_at=NOON, ends_at=ends_at, overdue_at=overdue_at, status=status)


@pytest.mark.parametrize("stored", sorted(MOVING))
@pytest.mark.parametrize(
    ("now", "out", "expected"),
    [
        (NOON - HOUR, False, KeyContractStatus.UPCOMING),
        (NOON - HOUR, True, KeyContractStatus.ACTIVE),
        (NOON, False, KeyContractStatus.ACTIVE),
        (NOON + HOUR, False, KeyContractStatus.ENDED),
        (NOON + HOUR, True, KeyContractStatus.ACTIVE),
        (NOON + 2 * HOUR, False, KeyContractStatus.ENDED),
        (NOON + 2 * HOUR, True, KeyContractStatus.OVERDUE),
    ],
)
def test_the_clock_and_the_keys_move_a_key_contract(
    stored: KeyContractStatus, now: datetime, out: bool, expected: KeyContractStatus
) -> None:
    assert key_contract_status_at(contract(stored), now, key_is_out=out) is expected


@pytest.mark.parametrize("status", sorted(set(KeyContractStatus) - MOVING))
def test_the_clock_does_not_move_other_key_contracts(status: KeyContractStatus) -> None:
    assert key_contract_status_at(contract(status), NOON + HOUR, key_is_out=True) is status


def test_a_permanent_key_contract_never_ends() -> None:
    far = NOON + timedelta(days=9_999)
    forever = contract(KeyContractStatus.UPCOMING, ends_at=None)

    assert key_contract_status_at(forever, far, key_is_out=True) is KeyContractStatus.ACTIVE


@pytest.mark.parametrize("state", LockerContractState)
def test_only_live_locker_contracts_hold_a_locker_and_open_it(state: LockerContractState) -> None:
    assert state.is_live == (state in LIVE)
    assert opens_at(state, None, NOON) == (state in LIVE)
    assert opens_at(state, NOON + HOUR, NOON) == (state in LIVE)
    assert not opens_at(state, NOON, NOON)

"""What is kept back while a contract waits for a signature."""

import pytest

from models.awaiting import covers_content, is_unsigned, keeps_pin_back
from models.contracts import KeyContract, KeyContractStatus, LockerContractState, Verification

Status, State = KeyContractStatus, LockerContractState
NONE, SIGNATURE, STRONG = Verification


def contract(status: Status, verification: Verification, signed: int | None = None) -> KeyContract:
    return KeyContract(status=status, verification=verification, revision=2, signed_revision=signed)


@pytest.mark.parametrize(
    ("made", "unsigned"),
    [
        (contract(Status.WAITING_FOR_SIGNATURE, SIGNATURE), True),
        (contract(Status.WAITING_FOR_SIGNATURE, STRONG, signed=1), True),
        (contract(Status.ACTIVE, SIGNATURE), True),
        (contract(Status.ACTIVE, SIGNATURE, signed=1), False),
        (contract(Status.UPCOMING, STRONG, signed=2), False),
        (contract(Status.ACTIVE, NONE), False),
    ],
)
def test_nothing_is_handed_over_before_the_first_signature_or_while_another_is_awaited(
    made: KeyContract, *, unsigned: bool
) -> None:
    assert is_unsigned(made) is unsigned
    assert keeps_pin_back(made, State.PLANNED) is unsigned


@pytest.mark.parametrize("state", [State.SYNCING, State.READY])
def test_a_pin_for_the_return_is_shown_although_nobody_signed(state: State) -> None:
    assert not keeps_pin_back(contract(Status.ACTIVE, SIGNATURE), state)
    assert keeps_pin_back(contract(Status.WAITING_FOR_SIGNATURE, SIGNATURE), state)


def test_a_signature_covers_the_content_that_was_signed_and_no_other() -> None:
    assert covers_content(contract(Status.ACTIVE, SIGNATURE, signed=2))
    assert not covers_content(contract(Status.ACTIVE, SIGNATURE, signed=1))
    assert not covers_content(contract(Status.ACTIVE, NONE))

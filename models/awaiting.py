"""What is kept back while a key contract waits for a signature (R27, R82, G16)."""

from typing import Any

from models.contracts import KeyContractStatus, LockerContractState, Verification


def is_unsigned(contract: Any) -> bool:
    """Tell whether nothing may be handed over under a key contract yet; also for plain rows.

    It waits for a signature; or a key was taken all the same before anybody had ever signed, and
    so it is ACTIVE: the other keys stay where they are.
    """
    if contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE:
        return True
    return contract.verification is not Verification.NONE and contract.signed_revision is None


def keeps_pin_back(contract: Any, state: LockerContractState) -> bool:
    """Tell whether nobody may see the PIN of a locker contract yet; also for plain rows.

    Args:
        contract: The key contract behind it.
        state: Where the locker contract stands. What an automat was told although nobody signed is
            there to bring a key back that is out.
    """
    if contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE:
        return True
    return is_unsigned(contract) and state is LockerContractState.PLANNED


def covers_content(contract: Any) -> bool:
    """Tell whether a key contract was signed as it is now; also for plain rows."""
    covered: bool = contract.signed_revision == contract.revision
    return covered

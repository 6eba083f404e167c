"""Whether a key contract has to be signed before it holds, decided anew (R69, R82)."""

from models.contracts import KeyAllocation, KeyContract, KeyContractStatus, Verification
from models.errors import AlreadySigned, KeyOut
from resolvers.transitions import move_contract
from resolvers.work import Work

PATH = ("verification",)


async def begins_to_wait(work: Work, contract: KeyContract, verification: Verification) -> None:
    """Let a key contract have another verification, and wait or go on accordingly.

    Args:
        work: The transaction.
        contract: The contract, locked.
        verification: How its main contact is to confirm it; NONE lets it hold at once.

    Raises:
        AlreadySigned: It was signed once (R69).
        KeyOut: A key of it was fetched once (R69).
    """
    if contract.verification is verification:
        return
    if contract.signed_revision is not None:
        message = "It was signed, so how it is confirmed stays as it is."
        raise AlreadySigned(message, path=PATH)
    row = KeyAllocation
    fetched = work.own(row).where(row.key_contract_id == contract.id, row.fetched_at.is_not(None))
    if await work.first(fetched) is not None:
        message = "A key of it was fetched, so how it is confirmed stays as it is."
        raise KeyOut(message, path=PATH)
    contract.verification = verification
    has_begun = contract.starts_at <= work.now
    after = KeyContractStatus.ACTIVE if has_begun else KeyContractStatus.UPCOMING
    if verification is not Verification.NONE:
        after = KeyContractStatus.WAITING_FOR_SIGNATURE
    move_contract(work, contract, after, reason="It is confirmed in another way now.")
    await work.save()

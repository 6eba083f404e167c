"""Whether a key contract has to be signed before it holds, decided anew (R69, R82)."""

from models.contracts import KeyAllocation, KeyContract, KeyContractStatus, Verification
from models.errors import AlreadySigned, KeyOut
from models.jobs import JobKind
from resolvers import jobs
from resolvers.signed import effects
from resolvers.signed.processes import withdraw_open
from resolvers.transitions import move_contract
from resolvers.work import Work

PATH = ("verification",)


async def begins_to_wait(work: Work, contract: KeyContract, verification: Verification) -> None:
    """Let a key contract have another verification, and wait or go on accordingly.

    What was offered to be signed is withdrawn: it was offered in another way.

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
    await _check_untouched(work, contract)
    contract.verification = verification
    if contract.status in effects.NOT_RUNNING:
        await work.save()
        return
    await withdraw_open(work, [contract.id], reason="It is confirmed in another way now.")
    if verification is not Verification.NONE:
        await effects.wait(work, contract, reason="It has to be signed.")
    elif contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE:
        after = effects.status_by_clock(work, contract)
        move_contract(work, contract, after, reason="It need not be signed any more.")
        await work.save()
        await jobs.schedule(work, JobKind.KEY_CONTRACT, contract.id, work.now)


async def _check_untouched(work: Work, contract: KeyContract) -> None:
    if contract.signed_revision is not None:
        message = "It was signed, so how it is confirmed stays as it is."
        raise AlreadySigned(message, path=PATH)
    row = KeyAllocation
    fetched = work.own(row).where(row.key_contract_id == contract.id, row.fetched_at.is_not(None))
    if await work.first(fetched) is not None:
        message = "A key of it was fetched, so how it is confirmed stays as it is."
        raise KeyOut(message, path=PATH)

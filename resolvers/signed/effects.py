"""What follows for a key contract when it is signed, and when what was signed is changed."""

from models.contracts import KeyContract, KeyContractStatus, Verification
from models.events import EventKind
from models.jobs import JobKind
from resolvers import jobs
from resolvers.planning.holdings import held_by
from resolvers.planning.signatures import tell_if_unsigned
from resolvers.signed.keeping_back import keep_back
from resolvers.signed.processes import withdraw_open
from resolvers.transitions import move_contract
from resolvers.work import Work

Status = KeyContractStatus

CHANGED = "What is signed was changed."
NOT_RUNNING = {Status.DRAFT, Status.ENDED, Status.CANCELLED}


async def signed(work: Work, contract: KeyContract) -> None:
    """Let a key contract hold from now on, as it was signed as it is (R82).

    A PIN whose time has come goes to its automat at the next look of the timers, which is due now.

    Args:
        work: The transaction; the signature itself is the caller's to keep.
        contract: The contract, locked; what was signed is its present revision.
    """
    contract.signed_revision = contract.revision
    if contract.status is Status.WAITING_FOR_SIGNATURE:
        move_contract(work, contract, status_by_clock(work, contract), reason="It was signed.")
        if contract.starts_at <= work.now:
            contract.remind_of_start_at = None  # nobody is reminded of what has begun
    await work.save()
    await _look_now(work, contract)


def status_by_clock(work: Work, contract: KeyContract) -> KeyContractStatus:
    """Tell where a contract stands that nobody has to sign any more, and whose keys are in."""
    return Status.ACTIVE if contract.starts_at <= work.now else Status.UPCOMING


async def returned(work: Work, contract: KeyContract) -> None:
    """Let those who follow a contract know that its return was signed; nothing hangs on it (R84).

    Args:
        work: The transaction; the signature itself is the caller's to keep.
        contract: The contract.
    """
    work.record(EventKind.KEY_CONTRACT_UPDATED, contract, return_signed=True)
    await work.save()


async def changed(work: Work, contract: KeyContract, *, by_fact: bool = False) -> None:
    """Count another content of a key contract, and let it wait for a signature anew (R69, G34).

    Content is what is signed: window, keys, entity, contacts, pick-up information, access schedule,
    agreements. What was offered to be signed is withdrawn. While a key is out the contract stays as
    it is, and people are told; so they are where fact changed it, for then nobody chose that.

    Args:
        work: The transaction.
        contract: The contract, locked and changed.
        by_fact: Whether somebody took another key than was noted.
    """
    contract.revision += 1
    if contract.verification is Verification.NONE or contract.status in NOT_RUNNING:
        await work.save()
        return
    await withdraw_open(work, [contract.id], reason=CHANGED)
    held = (await held_by(work, [contract.id]))[contract.id]
    if by_fact or held.keys_out or not held.keys:
        tell_if_unsigned(work, contract)
    else:
        await wait(work, contract, reason=CHANGED)
    await work.save()


async def wait(work: Work, contract: KeyContract, *, reason: str) -> None:
    """Let a key contract wait for a signature, with all that it holds (G16).

    Args:
        work: The transaction.
        contract: The contract, locked; no key of it is out.
        reason: Why, in words.
    """
    held = (await held_by(work, [contract.id]))[contract.id]
    move_contract(work, contract, Status.WAITING_FOR_SIGNATURE, reason=reason)
    await work.save()
    await keep_back(work, contract.id, held)
    await _look_now(work, contract)


async def _look_now(work: Work, contract: KeyContract) -> None:
    await jobs.schedule(work, JobKind.KEY_CONTRACT, contract.id, work.now)

"""Processes that end without a signature: declined by the contact, or withdrawn by staff."""

from uuid import UUID

from models.accounts import Permission
from models.errors import AlreadySigned, InvalidInput
from models.jobs import JobKind
from models.signing import SigningProcess, SigningState
from resolvers import jobs
from resolvers.checks import required_text
from resolvers.signing.processes import check_open, lock
from resolvers.transitions import move_signing
from resolvers.work import Work


async def decline(work: Work, process_id: UUID, *, reason: str) -> SigningProcess:
    """Do not sign; the contract still waits, and staff are told.

    Raises:
        LinkNotValid: It was declined or withdrawn before, or its time is over.
        AlreadySigned: It is signed.
        InvalidInput: The reason is empty, or longer than 500 characters.
    """
    contract, process = await lock(work, process_id)
    check_open(work, process)
    words = required_text(reason, path=("reason",))
    if process.state is SigningState.PREPARING:
        raise InvalidInput("The document is still prepared; ask again in a moment.")
    process.reason = words
    move_signing(
        work,
        process,
        SigningState.DECLINED,
        reason="The contact does not want to sign.",
        notice=f"The contact of the key contract {contract.reference} does not want to sign; their "
        "reason is with the signing. Speak with them, then begin another one.",
    )
    await work.save()
    await jobs.forget(work, JobKind.SIGNING_PROCESS, [process.id])
    return process


async def withdraw(work: Work, id: UUID | None, *, reason: str | None = None) -> SigningProcess:
    """Take a process back; one that ended without a signature stays as it ended.

    Raises:
        NotAllowed: The actor may not have contracts signed.
        NotFound: There is no such process.
        AlreadySigned: It is signed.
        InvalidInput: The reason is longer than 500 characters.
    """
    work.require(Permission.SIGN_CONTRACTS)
    _, process = await lock(work, id)
    if process.state is SigningState.SIGNED:
        raise AlreadySigned(path=("id",))
    if process.state.is_open:
        process.reason = required_text(reason, path=("reason",)) if reason else None
        move_signing(work, process, SigningState.WITHDRAWN, reason="Staff took it back.")
        await work.save()
        await jobs.forget(work, JobKind.SIGNING_PROCESS, [process.id])
    return process

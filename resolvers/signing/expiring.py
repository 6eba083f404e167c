"""Processes that nobody signed in time."""

from datetime import datetime

from models.signing import SigningProcess, SigningState
from resolvers.signing.processes import lock
from resolvers.transitions import move_signing
from resolvers.work import Work


async def expire(work: Work, process: SigningProcess) -> datetime | None:
    """Let a process whose time is over end; tells when to look again, None once it has ended.

    The contract still waits, and staff are told.
    """
    contract, process = await lock(work, process.id)
    if not process.state.is_open:
        return None
    if work.now < process.expires_at:
        return process.expires_at
    move_signing(
        work,
        process,
        SigningState.EXPIRED,
        reason="Nobody signed in time.",
        notice=f"Nobody signed the key contract {contract.reference} in time; begin another "
        "signing.",
    )
    await work.save()
    return None

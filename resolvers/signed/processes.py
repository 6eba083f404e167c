"""Signing processes that end because their contract is otherwise now, or is not any more."""

from collections.abc import Collection
from uuid import UUID

from models.dialects.among import among
from models.jobs import JobKind
from models.signing import SigningProcess, SigningState
from resolvers import jobs
from resolvers.transitions import move_signing
from resolvers.work import Work

OPEN = (SigningState.PREPARING, SigningState.OFFERED)


async def withdraw_open(work: Work, contract_ids: Collection[UUID], *, reason: str) -> None:
    """Take back what contacts were offered to sign; their links open nothing any more.

    Args:
        work: The transaction; the contracts are locked, as everybody does before their processes.
        contract_ids: The key contracts.
        reason: Why, in words that the contact may read.
    """
    if not contract_ids:
        return
    row = SigningProcess
    theirs = work.own(row).where(among(row.key_contract_id, contract_ids), row.state.in_(OPEN))
    processes = await work.locking(theirs, row)
    for process in processes:
        process.reason = reason
        move_signing(work, process, SigningState.WITHDRAWN, reason=reason)
    await work.save()
    await jobs.forget(work, JobKind.SIGNING_PROCESS, [process.id for process in processes])

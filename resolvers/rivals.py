"""Two contracts that fact brings to one locker: which of them has to find another (Overruns).

A window that fact extends, because a key was not fetched yet or is not back, outranks a contract
whose PIN the automat does not know yet. One whose PIN it knows moves only when its key is not in
the locker. This is the only way in which a live allocation moves.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_

from geo.candidates import bits
from models.automats import Automat, Locker
from models.availability import Span, blocked_lockers
from models.contracts import (
    KeyAllocation,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
from models.events import EventKind
from models.jobs import JobKind
from models.keys import Key, KeyKind
from models.live_contracts import is_live
from models.times import Window
from resolvers import codes, jobs
from resolvers.handover.tasks import ask_again
from resolvers.planning.targets import aim
from resolvers.transitions import move_locker_contract
from resolvers.work import Work

SYNCED = {LockerContractState.SYNCING, LockerContractState.READY}


async def rivals_of(
    work: Work, contract: LockerContract, locker_id: UUID, window: Window
) -> Sequence[LockerContract]:
    """List the other live contracts that hold a locker for part of a window, locked."""
    row = LockerContract
    theirs = work.own(row).where(
        row.locker_id == locker_id,
        row.id != contract.id,
        is_live(row),
        or_(row.ends_at.is_(None), row.ends_at > window.starts_at),
    )
    if window.ends_at is not None:
        theirs = theirs.where(row.starts_at < window.ends_at)
    return await work.locking(theirs, row)


async def make_way(work: Work, contract: LockerContract, *, reason: str) -> bool:
    """Move a contract out of its locker; says whether it could be moved.

    It goes to another locker of the automat that is free over its window, and keeps its PIN. Where
    none is free it FAILS for now, and is tried again. One stays from which its key is to be
    fetched by a PIN that the automat knows.

    Args:
        work: The transaction; the automat is locked.
        contract: The contract, locked.
        reason: Why, in words.
    """
    if contract.state in SYNCED and await is_needed_there(work, contract):
        return False
    (automat,) = await work.locked(Automat, [contract.automat_id])
    index = await free_locker(work, automat, contract)
    if index is None:
        await fail(work, contract, reason=f"{reason} No other locker is free then.")
    else:
        await move(work, automat, contract, index, reason=reason)
    return True


async def is_needed_there(work: Work, contract: LockerContract) -> bool:
    """Tell whether a key lies in a contract's locker that is to be fetched from it."""
    if contract.kind is LockerContractKind.RETURN or contract.locker_id is None:
        return False
    key = await work.first(work.own(Key).where(Key.locker_id == contract.locker_id))
    if key is None or contract.key_id is not None:
        return key is not None and key.id == contract.key_id
    return key.kind is KeyKind.ELECTROMECHANICAL  # any of them will do (R69d)


async def free_locker(work: Work, automat: Automat, contract: LockerContract) -> int | None:
    """Find a locker of an automat that is free over a contract's window.

    All of it, also what is past: whoever had a locker then may not have been looked after yet.
    """
    span = Span(automat.id, Window(contract.starts_at, contract.ends_at))
    blocked = (await blocked_lockers(await work.connection(), [span]))[span]
    free = automat.usable_lockers & ~blocked.by_contracts & ~blocked.by_keys
    return next(bits(free), None)


async def move(
    work: Work, automat: Automat, contract: LockerContract, index: int, *, reason: str
) -> None:
    """Let a contract have another locker of its automat, with the same PIN."""
    lockers = work.own(Locker).where(Locker.automat_id == automat.id, Locker.index == index)
    (locker,) = await work.all(lockers)
    contract.locker_id = locker.id
    await work.save()
    work.record(
        EventKind.LOCKER_CONTRACT_MOVED,
        contract,
        notice=f"A contract at {automat.name} has locker {index} now: {reason}",
        reason=reason,
        key_contract_id=contract.key_contract_id,
        automat_id=automat.id,
        locker_id=locker.id,
    )
    if contract.state in SYNCED:
        notices = {contract.id: f"The automat learns a PIN anew: {reason}"}
        await codes.renew(work, [contract.id], reason=reason, notices=notices)
    await _let_key_follow(work, contract)
    await ask_again(work, contract)
    await look_soon(work, contract.key_contract_id)


async def fail(
    work: Work, contract: LockerContract, *, reason: str, notice: str | None = None
) -> None:
    """Keep a contract without a locker until one is found.

    Args:
        work: The transaction.
        contract: The contract, locked.
        reason: Why, in words.
        notice: What people are told; when left out, that it has no locker, and why.
    """
    was_synced = contract.state in SYNCED
    begins = contract.starts_at.isoformat()
    notice = notice or f"A contract that begins at {begins} has no locker: {reason}"
    move_locker_contract(
        work,
        contract,
        LockerContractState.FAILED,
        reason=reason,
        notice=notice,
        key_contract_id=contract.key_contract_id,
    )
    contract.locker_id = None
    contract.reason = reason
    await work.save()
    if was_synced:
        await codes.renew(work, [contract.id])
    await _let_key_follow(work, contract)
    await look_soon(work, contract.key_contract_id)


async def _let_key_follow(work: Work, contract: LockerContract) -> None:
    """Aim the key that a contract is for; where any will do, all that are to be fetched by it."""
    if contract.key_id is not None:
        await aim(work, [contract.key_id])
        return
    row = KeyAllocation
    waiting = row.key_contract_id == contract.key_contract_id, row.live, row.fetched_at.is_(None)
    await aim(work, [one.key_id for one in await work.all(work.own(row).where(*waiting))])


async def look_soon(work: Work, *key_contract_ids: UUID) -> None:
    """Let the timers look after key contracts at once."""
    due: dict[UUID, datetime] = dict.fromkeys(key_contract_ids, work.now)
    await jobs.schedule_all(work, JobKind.KEY_CONTRACT, due)

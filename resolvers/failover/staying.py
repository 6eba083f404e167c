"""What cannot leave an automat that has failed: why, and told once for as long as it is away."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import update

from geo.decisions import Decision
from geo.refusals import refusal_of
from models.automats import Automat
from models.contracts import LockerContract
from models.events import EventKind
from resolvers.failover.leaving import Leaving
from resolvers.failover.moves import Move
from resolvers.work import Work

NO_OTHER = "There is no other automat to choose from."


def strongest(decision: Decision, automat_id: UUID) -> str:
    """Say why no other automat can serve: the rule against most of them, and the best of them.

    Args:
        decision: One that was refused.
        automat_id: The automat that is left: what stands against that one is known.
    """
    assert decision.refusal is not None  # noqa: S101 - whoever asks has looked
    if decision.method is None or not decision.judged:
        return decision.refusal.message
    others = [one for one in decision.judged if one.automat.id != automat_id]
    if not others:
        return NO_OTHER
    told = replace(decision, refusal=refusal_of(decision.method, others))
    if decision.free_again is not None:
        told = told.free_from(decision.free_again)
    assert told.refusal is not None  # noqa: S101 - it has just been made
    return told.refusal.message


async def tell_of_those_that_stay(
    work: Work, automat: Automat, leaving: Sequence[Leaving], moves: Sequence[Move]
) -> None:
    """Tell once of each stay that has no other place, though its policy says that it has failed.

    Of an automat that works and that staff empties nobody is told: they see it in the answer. Who
    looks at a locker contract sees the reason of the last round.

    Args:
        work: The transaction.
        automat: The automat.
        leaving: The stays that have to leave it, locked.
        moves: What becomes of them.
    """
    staying: dict[Leaving, list[Move]] = defaultdict(list)
    stays = {one.contract.id: one for one in leaving if one.has_failed}
    for move in moves:
        if move.has_stayed and move.key_contract_id in stays:
            staying[stays[move.key_contract_id]].append(move)
    ids = [move.locker_contract_id for each in staying.values() for move in each]
    held = {one.id: one for one in await work.locked(LockerContract, ids)}
    for one, its_moves in staying.items():
        rows = [held[move.locker_contract_id] for move in its_moves]
        if not any(row.stays_at_id == automat.id for row in rows):
            _tell(work, one, its_moves)
        for row, move in zip(rows, its_moves, strict=True):
            row.stays_at_id, row.stays_because = automat.id, move.reason
    if held:
        await work.save()


def _tell(work: Work, one: Leaving, moves: Sequence[Move]) -> None:
    reason = " ".join(dict.fromkeys(move.reason for move in moves if move.reason))
    starts_at = min(move.starts_at for move in moves)
    work.record(
        EventKind.KEY_CONTRACT_NOT_FAILED_OVER,
        one.contract,
        notice=f"{one.contract.reference} stays at {one.automat.name} from "
        f"{starts_at.isoformat()}, though {one.why} {reason}",
        reason=reason,
        why=one.why,
        automat_id=one.automat.id,
        locker_contract_ids=[move.locker_contract_id for move in moves],
        reservation_id=one.contract.reservation_id,
        starts_at=starts_at,
        metres=one.metres,
        limit_metres=one.limit,
    )


async def forget(work: Work, automat_id: UUID) -> None:
    """Forget what stayed at an automat that is back: when it fails again people are told again."""
    row = LockerContract
    await (await work.connection()).execute(
        update(row)
        .where(row.organization_id == work.actor.organization_id, row.stays_at_id == automat_id)
        .values(stays_at_id=None, stays_because=None)
    )

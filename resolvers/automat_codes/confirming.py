"""What follows when an automat says which revision of its codes it knows (R5, R7, R9, G25).

A locker contract is READY while its automat has said that it knows a revision which holds its PIN
as it is. What an automat says may come doubled, late or in another order: each saying has the
number of a report, and one that is older than what was heard before is passed over. What is newest
is believed, also when it is a lower revision than before: an automat that was restored from a
backup, or whose hardware was replaced, knows less, so its contracts wait again until it has caught
up.

Nobody waits here for a contract that somebody else is changing at the moment, so there is no circle
in which to wait: such a one is looked after by its timer, which asks the same question.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, update

from models.automat_alarms import AlarmKind
from models.automat_links import AutomatLink
from models.automats import Automat
from models.base import table_of
from models.codes import AutomatCode
from models.contracts import LockerContract, LockerContractState
from models.dialects.among import among
from models.events import EventKind
from models.jobs import JobKind
from resolvers import jobs
from resolvers.automat_alarms import end_alarm
from resolvers.automat_codes.awaiting import NOT_CONFIRMED
from resolvers.automat_doubts import doubt
from resolvers.transitions import move_locker_contract
from resolvers.work import Work

CONFIRMED = "Its automat has said that it knows its PIN."
FALLEN_BACK = "Its automat does not know any more what it had said that it knows."
NOTHING = -1
"""Lower than the revision of any code."""
MOST_AHEAD = 1_000_000
"""How far an automat may be ahead of us: our database may have been restored, but not so old."""
HIGHEST = 500_000_000
"""Nor ever above this: what is learned anew has to have a revision of the protocol above it."""


async def codes_applied(
    work: Work, link: AutomatLink, revision: int | None, *, number: int | None = None
) -> None:
    """Believe an automat which revision of its codes it knows.

    Args:
        work: The transaction.
        link: The credentials by which it said so, locked. Those that were taken back, or have not
            been heard of yet, say nothing.
        revision: Which one it knows; None for none at all. One that is more than `MOST_AHEAD` above
            ours, or above it and `HIGHEST`, counts as none, and raises an alarm.
        number: The number of the report that says so; for a state the number of the last report
            that it names. What is older than what was said before is old news and passed over.
            None for what is newest whatever was said before.
    """
    is_old_news = number is not None and number < link.applied_number
    if link.revoked_at is not None or link.activated_at is None or is_old_news:
        return
    latest = await _latest_revision(work, link)
    if revision is not None and revision > max(latest, min(latest + MOST_AHEAD, HIGHEST)):
        details = f"It says that it knows the revision {revision} of its codes; ours is {latest}."
        await doubt(work, link.automat_id, details)
        revision = None
    is_news = link.applied_revision != revision
    link.applied_revision = revision
    link.applied_number = max(link.applied_number, 0 if number is None else number)
    await work.save()
    if revision is not None and revision > latest:
        latest = await _learn_anew(work, link.automat_id, revision)
    await _follow(work, link)
    if is_news and revision is not None and revision >= latest:
        await end_alarm(work, link.automat_id, AlarmKind.CODES_NOT_CONFIRMED)
        await _try_again(work, link.automat_id)


async def _latest_revision(work: Work, link: AutomatLink) -> int:
    """Give the revision of the codes that the automat should know."""
    of_automat = select(Automat.code_revision).where(Automat.id == link.automat_id)
    (latest,) = await work.scalars(of_automat)
    return int(latest)


async def _learn_anew(work: Work, automat_id: UUID, known: int) -> int:
    """Let an automat that knows a higher revision than ours learn all its codes anew, above it.

    It learned that one before our database was restored from a backup. What it held nobody knows
    here.
    """
    (automat,) = await work.locked(Automat, [automat_id])
    automat.code_revision = max(automat.code_revision, known) + 1
    await work.save()
    theirs = AutomatCode.automat_id == automat.id
    anew = {"revision": automat.code_revision, "wanted_at": work.now}
    await (await work.connection()).execute(update(AutomatCode).where(theirs).values(anew))
    return automat.code_revision


async def _follow(work: Work, link: AutomatLink) -> None:
    """Let the contracts of an automat be READY or not, by what it has said that it knows."""
    known = NOTHING if link.applied_revision is None else link.applied_revision
    others = await _standing_otherwise(work, link.automat_id, known)
    if not others:
        return
    locked = await _locked(work, others)
    revisions = await _revisions(work, [one.id for one in locked])
    learned = [one for one in locked if revisions.get(one.id, known + 1) <= known]
    forgotten = [one for one in locked if one not in learned]
    for contract in learned:
        confirm(work, contract)
    await _wait_again(work, [one for one in forgotten if one.state is LockerContractState.READY])
    await work.save()
    await _look_soon(work, set(others.values()) - {one.key_contract_id for one in locked})


async def _standing_otherwise(work: Work, automat_id: UUID, known: int) -> dict[UUID, UUID]:
    """List contracts that are not READY and should be, or are and should not: with whose they are.

    Whatever changes meanwhile is seen when they are locked.
    """
    row, code = LockerContract, AutomatCode
    rows = await work.rows(
        select(row.id, row.key_contract_id)
        .join(code, code.locker_contract_id == row.id)
        .where(
            code.organization_id == work.actor.organization_id,
            code.automat_id == automat_id,
            or_(
                and_(row.state == LockerContractState.SYNCING, code.revision <= known),
                and_(row.state == LockerContractState.READY, code.revision > known),
            ),
        )
    )
    return {one.id: one.key_contract_id for one in rows}


async def _locked(work: Work, ids: Collection[UUID]) -> Sequence[LockerContract]:
    """Lock contracts, but for those that somebody else is changing; see the head of this file."""
    row = LockerContract
    theirs = work.own(row).where(among(row.id, ids)).order_by(row.id)
    return await work.all(theirs.with_for_update(key_share=True, skip_locked=True))


async def _revisions(work: Work, contract_ids: Collection[UUID]) -> dict[UUID, int]:
    """Tell with which revisions the PINs of locked contracts came; none for what has none now."""
    row = AutomatCode
    of_contracts = select(row.locker_contract_id, row.revision).where(
        among(row.locker_contract_id, contract_ids)
    )
    return {one.locker_contract_id: one.revision for one in await work.rows(of_contracts)}


def confirm(work: Work, contract: LockerContract) -> None:
    """Let a contract be READY, if it waits for that."""
    if contract.state is not LockerContractState.SYNCING:
        return
    move_locker_contract(
        work, contract, LockerContractState.READY, reason=CONFIRMED, **_facts(contract)
    )
    contract.synced_at = work.now


async def _wait_again(work: Work, contracts: Sequence[LockerContract]) -> None:
    """Let contracts wait that were READY: from now on, as their automats have to learn anew."""
    if not contracts:
        return
    facts = {"reason": FALLEN_BACK}
    for contract in contracts:
        about = _facts(contract)
        move_locker_contract(work, contract, LockerContractState.SYNCING, **facts, **about)
        contract.synced_at = None
        work.record(EventKind.LOCKER_CONTRACT_RESYNCED, contract, **facts, **about)
    theirs = among(AutomatCode.locker_contract_id, [one.id for one in contracts])
    since = update(table_of(AutomatCode)).where(theirs).values(wanted_at=work.now)
    await (await work.connection()).execute(since)


def _facts(contract: LockerContract) -> dict[str, Any]:
    return {
        "key_contract_id": contract.key_contract_id,
        "automat_id": contract.automat_id,
        "locker_id": contract.locker_id,
    }


async def _try_again(work: Work, automat_id: UUID) -> None:
    """Let the contracts be looked after that were given up because the automat said nothing."""
    row = LockerContract
    given_up = select(row.key_contract_id).where(
        row.organization_id == work.actor.organization_id,
        row.automat_id == automat_id,
        row.state == LockerContractState.FAILED,
        row.reason == NOT_CONFIRMED,
        or_(row.ends_at.is_(None), row.ends_at > work.now),
    )
    await _look_soon(work, await work.scalars(given_up))


async def _look_soon(work: Work, key_contract_ids: Collection[UUID]) -> None:
    await jobs.schedule_all(work, JobKind.KEY_CONTRACT, dict.fromkeys(key_contract_ids, work.now))

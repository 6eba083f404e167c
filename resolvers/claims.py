"""How workers share the jobs: claims with leases, settled in the transaction of the work itself.

A claim is a short transaction of its own. The work is another, and its last statement settles the
job if the claim still stands; if it does not, all of the transaction is undone. So a job that two
workers have at once, after a slow transaction or a clock that jumped, still takes effect once.

The fence comes last rather than first because a worker that held the job's row while it waits for
the row of a contract would block those who hold the contract and plan the job anew, and they it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models.accounts import Actor
from models.attachments import Attachment
from models.automat_commands import AutomatCommand
from models.automats import Automat
from models.base import Base, table_of
from models.contracts import KeyContract
from models.events import EventKind
from models.jobs import LEASE, LONGEST_PAUSE, MOST_ATTEMPTS, Job, JobKind, pause_after
from models.organizations import Contact
from models.sandboxes import SandboxAdvance
from models.signing import Signature, SigningProcess
from resolvers.clocks import ahead_of
from resolvers.jobs import IN_HAND, Handler, real
from resolvers.work import About, Work, system

SUBJECTS: dict[JobKind, type[Base]] = {
    JobKind.KEY_CONTRACT: KeyContract,
    JobKind.SIGNING_PROCESS: SigningProcess,
    JobKind.SEAL: Signature,
    JobKind.ATTACHMENT: Attachment,
    JobKind.CONTACT: Contact,
    JobKind.AUTOMAT_LINK: Automat,
    JobKind.AUTOMAT_COMMAND: AutomatCommand,
    JobKind.FAILOVER: Automat,
    JobKind.SANDBOX: SandboxAdvance,
}
"""What the jobs of each kind are about."""

SHORTEST_PAUSE = timedelta(seconds=1)
"""For a handler that has more to do at once: none may keep a worker turning."""

CLAIM_COLUMNS = (
    Job.id,
    Job.organization_id,
    Job.kind,
    Job.subject_id,
    Job.attempt,
    Job.failures,
    ahead_of(table_of(Job).c.organization_id),
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who claims.

    Args:
        name: Nobody else's, also over a restart.
        kinds: What it can do; an older program leaves alone what only a newer one knows.
        lease: How long a claim stands unless it is renewed.
    """

    name: str
    kinds: frozenset[JobKind]
    lease: timedelta = LEASE


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that a worker has: the columns of the job as they were written with the claim.

    Args:
        clock_ahead: How far the clock of its organization was ahead of ours then.
    """

    job_id: UUID
    organization_id: UUID
    kind: JobKind
    subject_id: UUID
    attempt: int
    failures: int
    clock_ahead: timedelta | None = None

    @property
    def owner(self) -> Actor:
        """The system, in the organization whose it is."""
        return system(self.organization_id, self.clock_ahead)


async def next_due(connection: AsyncConnection, kinds: Collection[JobKind]) -> datetime | None:
    """Tell when the first job may be claimed; None when there is none."""
    soonest = select(Job.due_at).where(Job.kind.in_(kinds)).order_by(Job.due_at).limit(1)
    return (await connection.execute(soonest)).scalar()


async def claim(
    session: AsyncSession,
    holder: Holder,
    now: datetime,
    *,
    at_most: int,
    kinds: Collection[JobKind] | None = None,
) -> list[Claim]:
    """Take jobs that are due, the longest due first; those that somebody else takes are left.

    Args:
        session: An open transaction.
        holder: Who claims.
        now: When.
        at_most: For how many there is room; none for zero or less.
        kinds: For which of its kinds there is room; all of them when left out.
    """
    wanted = holder.kinds if kinds is None else kinds
    if at_most <= 0 or not wanted:
        return []
    connection = await session.connection()
    due = (
        select(*CLAIM_COLUMNS)
        .where(Job.kind.in_(wanted), Job.due_at <= now)
        .order_by(Job.due_at)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    found = (await connection.execute(due)).all()
    if found:
        lease = {"worker": holder.name, "due_at": now + holder.lease}
        taken = update(Job).where(Job.id.in_([row.id for row in found]))
        await connection.execute(taken.values(attempt=Job.attempt + 1, **lease))
    return [Claim(*row[:4], row.attempt + 1, *row[5:]) for row in found]


async def keep(
    session: AsyncSession, holder: Holder, now: datetime, in_hand: Collection[Claim]
) -> None:
    """Renew the leases of what a worker has in hand, and end those that have no meaning.

    These are its own of what it does not work on (the database was away when it should have been
    settled), and any that end later than a lease lasts: they were made by a clock that ran ahead.
    What failed by such a clock does not wait longer for its next try than the longest pause either.
    """
    mine, ids = Job.worker == holder.name, [claim.job_id for claim in in_hand]
    far_off = now + 2 * holder.lease  # clocks of two machines differ a little
    await _move(session, mine & Job.id.in_(ids), due_at=now + holder.lease)
    orphaned = (mine & Job.id.not_in(ids)) | (Job.due_at > far_off)
    await _move(session, Job.worker.is_not(None) & orphaned, due_at=now, worker=None)
    too_late = Job.worker.is_(None) & (Job.due_at > now + 2 * LONGEST_PAUSE)
    await _move(session, (Job.failures > 0) & too_late, due_at=now)


async def _move(session: AsyncSession, which: ColumnElement[bool], **values: Any) -> None:
    """Change jobs, but for those that somebody is settling or planning anew."""
    free = select(Job.id).where(which).with_for_update(skip_locked=True)
    await (await session.connection()).execute(
        update(Job).where(Job.id.in_(free.scalar_subquery())).values(values)
    )


async def perform(session: AsyncSession, claim: Claim, handler: Handler, now: datetime) -> Work:
    """Do what is due about one subject and settle its job; nothing is kept of either if overtaken.

    The work is given back, as it was done.

    Args:
        session: An open transaction, for this alone.
        claim: The job.
        handler: Does it.
        now: The moment at which it is done, by our clock.
    """
    work = Work(session, claim.owner, claim.owner.time(now))
    session.info[IN_HAND] = claim.kind, claim.subject_id
    following = await handler(work, claim.subject_id)
    if not await _settle(work, claim, following):
        work.undo()
    return work


async def _settle(work: Work, claim: Claim, following: datetime | None) -> bool:
    """Plan the job's next time, or remove it; False when the claim stands no more."""
    connection = await work.connection()
    if following is None:
        removed = delete(Job).where(*_standing(claim))
        return (await connection.execute(removed)).rowcount == 1
    due_at = await real(work, following if following > work.now else work.now + SHORTEST_PAUSE)
    planned = update(Job).where(*_standing(claim)).values(due_at=due_at, failures=0, error=None)
    settled = planned.values(attempt=claim.attempt + 1, worker=None)
    return (await connection.execute(settled)).rowcount == 1


def _standing(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    """Say that nobody has claimed the job, or planned it anew, since."""
    return Job.id == claim.job_id, Job.attempt == claim.attempt


async def note_failure(
    session: AsyncSession, claim: Claim, error: Exception, now: datetime
) -> bool:
    """Try a job again later, and tell people when it has failed too often; False if overtaken.

    Args:
        session: An open transaction.
        claim: The job.
        error: Why it failed; only the name of its class is kept, its text may hold values.
        now: When it failed, by our clock.
    """
    work = Work(session, claim.owner, claim.owner.time(now))
    failures, reason = claim.failures + 1, type(error).__name__
    failed = update(Job).where(*_standing(claim)).values(failures=failures, error=reason)
    again = failed.values(worker=None, due_at=now + pause_after(failures))
    if (await (await work.connection()).execute(again)).rowcount == 0:
        return False
    if failures == MOST_ATTEMPTS:
        _tell(work, claim, failures, reason)
    return True


def _tell(work: Work, claim: Claim, failures: int, reason: str) -> None:
    work.record(
        EventKind.JOB_FAILED,
        About(SUBJECTS[claim.kind], claim.subject_id),
        notice=f"What is due has failed {failures} times in a row, the last time with {reason}. "
        "It is tried again once an hour; the log of the worker says where it fails.",
        job=claim.kind,
        failures=failures,
        error=reason,
    )

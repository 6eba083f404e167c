"""What is due when: use cases plan jobs here, handlers do them, workers claim them (`claims`).

A use case plans a job in the transaction that makes it necessary, so that it is kept exactly when
the reason for it is. It is written as the last act: job rows are locked after all others, by use
cases and workers alike, and so none of them ever waits for another in a circle.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import bindparam, case, delete, select

from models.database import LAST_ACTS
from models.dialects.among import among
from models.dialects.instants import Instant
from models.dialects.many_rows import insert_rows
from models.dialects.missing_rows import Insert
from models.jobs import Job, JobKind
from models.organizations import OrganizationUnit
from models.telling import RINGS
from resolvers.outside.ports import Outside
from resolvers.work import Reading, Work

PLAN = "plan"
"""The last act of a transaction that plans jobs."""
IN_HAND = "in_hand"
"""Mark in `session.info`: which job, as (kind, subject), this transaction is doing."""

Handler = Callable[[Work, UUID], Awaitable[datetime | None]]
"""Does all that is due about a subject at `work.now`, in that transaction.

It answers with the next moment at which there will be something to do, or None when there is
nothing left, or no such subject any more. Its answer decides: what it, or a use case that it
calls, plans or forgets about its own subject is passed over. Whatever it raises undoes the
transaction, and the job is tried again later.

All its effects are inside the database and so happen exactly once. Those outside cannot; they are
an `Errand`.
"""


class Errand(Protocol):
    """Does what is due outside the database: a document, a file, a delivery.

    A worker asks what there is to do, does it while no transaction is open, and keeps what came of
    it in the transaction that settles the job. It may be done twice (a worker died in between) and
    kept once, so doing it again has to do no harm.
    """

    async def ask(self, reading: Reading, subject_id: UUID) -> Any:
        """Read all that doing it needs; None when there is nothing to do outside."""

    async def do(self, outside: Outside, asked: Any) -> Any:
        """Do it; whatever it raises, it is tried again later."""

    async def keep(self, work: Work, subject_id: UUID, done: Any) -> datetime | None:
        """Keep what came of it, None when nothing was to do; answers like a `Handler`."""


async def schedule(work: Work, kind: JobKind, subject_id: UUID, due_at: datetime) -> None:
    """Look at something at a moment, or sooner where that was planned before."""
    await schedule_all(work, kind, {subject_id: due_at})


async def schedule_all(work: Work, kind: JobKind, due_at: Mapping[UUID, datetime]) -> None:
    """Plan many jobs of a kind; they are written just before the transaction commits.

    Of several moments the earliest counts: to look too early costs little, as whoever looks finds
    out when to look next. Whoever works on one of them at the moment has begun too early: their
    work is undone, and done again at once.

    Args:
        work: What makes them necessary.
        kind: What there is to do.
        due_at: When, by what it is about.
    """
    acts = work.session.info.setdefault(LAST_ACTS, {})
    plan: Plan = acts.setdefault(PLAN, Plan(work, {}))
    for subject_id in _others(work, kind, due_at):
        plan.add((work.actor.organization_id, kind, subject_id), due_at[subject_id])


@dataclass(frozen=True, slots=True)
class Plan:
    """The jobs that a transaction plans, written when it is called.

    Args:
        work: The transaction.
        due_at: When each is due: by whose, which kind, and what it is about.
    """

    work: Work
    due_at: dict[tuple[UUID, JobKind, UUID], datetime]

    def add(self, job: tuple[UUID, JobKind, UUID], due_at: datetime) -> None:
        """Plan one; of two moments the earlier counts."""
        self.due_at[job] = min(due_at, self.due_at.get(job, due_at))

    async def __call__(self) -> None:
        """Write them, in an order that everybody keeps."""
        ahead = await clock_ahead(self.work) if self.due_at else timedelta()
        rows = [
            {
                "organization_id": organization_id,
                "kind": kind,
                "subject_id": subject_id,
                "due_at": due_at - ahead,
            }
            for (organization_id, kind, subject_id), due_at in sorted(self.due_at.items())
        ]
        if rows:
            connection = await self.work.connection()
            await insert_rows(connection, Job, rows, ending=_sooner, now=self.work.now - ahead)
            self.work.session.info[RINGS] = True


async def clock_ahead(work: Work) -> timedelta:
    """Tell how far the clock of the organization is ahead of ours, until the transaction ends.

    Jobs are kept by our clock and move when a sandbox's clock is moved, so nobody may plan by what
    that clock showed before. For all others nothing is asked.
    """
    if work.actor.clock_ahead is None:
        return timedelta()
    root = OrganizationUnit
    ahead = select(root.clock_ahead).where(root.id == work.actor.organization_id)
    connection = await work.connection()
    found: timedelta | None = (await connection.execute(ahead.with_for_update(read=True))).scalar()
    return found or timedelta()


async def real(work: Work, moment: datetime) -> datetime:
    """Tell at which moment of ours the clock of the organization shows something."""
    return moment - await clock_ahead(work)


async def forget(work: Work, kind: JobKind, subject_ids: Collection[UUID]) -> None:
    """Plan nothing any more; whoever works on it at the moment is overtaken."""
    forgotten = _others(work, kind, subject_ids)
    plan = work.session.info.get(LAST_ACTS, {}).get(PLAN, Plan(work, {}))
    for subject_id in forgotten:
        plan.due_at.pop((work.actor.organization_id, kind, subject_id), None)
    if forgotten:
        owned = Job.organization_id == work.actor.organization_id
        connection = await work.connection()
        await connection.execute(
            delete(Job).where(owned, Job.kind == kind, among(Job.subject_id, forgotten))
        )


def _others(work: Work, kind: JobKind, subject_ids: Collection[UUID]) -> list[UUID]:
    """Leave out the subject of the job that this transaction is doing."""
    in_hand = work.session.info.get(IN_HAND)
    return [id for id in subject_ids if (kind, id) != in_hand]


def _sooner(new: Insert) -> Insert:
    """Let a job that is there be done sooner, and overtake whoever works on it."""
    return new.on_conflict_do_update(
        index_elements=["kind", "subject_id"],
        set_={
            "due_at": case(
                (Job.worker.is_not(None), bindparam("now", type_=Instant)),
                (Job.due_at < new.excluded.due_at, Job.due_at),
                else_=new.excluded.due_at,
            ),
            "attempt": Job.attempt + 1,
            "failures": 0,
            "worker": None,
            "error": None,
        },
        where=Job.organization_id == new.excluded.organization_id,
    )

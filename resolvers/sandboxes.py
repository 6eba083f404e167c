"""Sandboxes: organizations whose clock people move ahead, by steps from one due thing to the next.

A job moves the clock. It looks when something becomes due next in the organization, lets the clock
show that moment, waits until it is done, and looks again. So each handler runs at its own time,
in the order of the times, and sees what it would have seen; what it plans on the way is met on the
way. To move the clock at once and run what is due afterwards would be simpler, but everything
would happen at the end: a key would be overdue before its locker opened.

`Job.due_at` is kept by our clock, so the jobs of the organization come nearer by what its clock
moves, and nobody who claims jobs has to know of sandboxes. What goes by the time of the world
outside does not move: whether automats are there, and for how long they have been silent.

Files and contacts whose time is over are not due, they are looked for once a day: an advance looks
for contacts at its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, exists, func, select, update

from models.accounts import Permission
from models.automat_links import AutomatLink
from models.automats import Automat
from models.dialects.instants import moved
from models.errors import InvalidInput, NotASandbox
from models.events import EventKind
from models.jobs import Job, JobKind
from models.organizations import OrganizationUnit
from models.sandboxes import FARTHEST_AHEAD, LONGEST_ADVANCE, SandboxAdvance
from models.telling import RINGS
from resolvers import jobs
from resolvers.checks import exactly_one
from resolvers.codes import bump
from resolvers.erasing import rule
from resolvers.work import Reading, Work

SOON = timedelta(milliseconds=20)
"""Until what is due is looked for again, while somebody does it."""
AUTOMATS_GET = timedelta(seconds=5)
"""So long the clock stands for automats that are there and do not know their newest codes yet."""
GOES_BY_OUR_CLOCK = JobKind.AUTOMAT_LINK, JobKind.FAILOVER, JobKind.SANDBOX
IS_GOOD = AutomatLink.revoked_at.is_(None), AutomatLink.activated_at.is_not(None)
WRONG_WAY = "A clock is only moved forward."


async def advance(
    work: Work, *, by: timedelta | None = None, to: datetime | None = None
) -> SandboxAdvance:
    """Begin to move the clock of the organization, by some time or to a moment.

    Args:
        work: The transaction.
        by: How far, in whole seconds.
        to: Until when; what is less than a second is rounded up.

    Raises:
        NotAllowed: The actor may not.
        InvalidInput: Not exactly one of both is given, or it lies in the past, more than 400 days
            ahead, or the clock would be ten years ahead; or it is being moved already.
        NotASandbox: The organization is none.
    """
    work.require(Permission.ADVANCE_SANDBOX)
    exactly_one(seconds=by, to=to)
    (root,) = await work.locked(OrganizationUnit, [work.actor.organization_id])
    if root.clock_ahead is None:
        raise NotASandbox
    path = ("to",) if by is None else ("seconds",)
    far = by if by is not None else (to or work.now) - work.now
    _check(far, root.clock_ahead, path)
    last = await newest(work)
    if last is not None and last.ended_at is None:
        raise InvalidInput("The clock is being moved already; wait until it stands.", path=path)
    running = SandboxAdvance(
        organization_id=root.id,
        token_id=work.actor.token_id,
        from_at=work.now,
        to_at=work.now + far,
        moved_at=work.actor.real(work.now),
    )
    await work.add(running)
    work.record(EventKind.SANDBOX_ADVANCE_BEGUN, root, to_at=running.to_at)
    await jobs.schedule(work, JobKind.SANDBOX, running.id, work.now)
    return running


def _check(far: timedelta, ahead: timedelta, path: tuple[str, ...]) -> None:
    if far <= timedelta():
        raise InvalidInput(WRONG_WAY, path=path)
    if far > LONGEST_ADVANCE:
        message = f"A clock is moved by {LONGEST_ADVANCE.days} days at most; move it again then."
        raise InvalidInput(message, path=path)
    if ahead + far > FARTHEST_AHEAD:
        message = "The clock would be more than ten years ahead; make another sandbox."
        raise InvalidInput(message, path=path)


async def newest(reading: Reading) -> SandboxAdvance | None:
    """Read the advance that runs, or the last one; None when there was none yet."""
    owned = reading.own(SandboxAdvance)
    return await reading.first(owned.order_by(SandboxAdvance.id.desc()))


async def step(work: Work, id: UUID) -> datetime | None:
    """Move the clock to the next thing that is due, unless one of those before is not done yet."""
    running = next(iter(await work.locked(SandboxAdvance, [id])), None)
    if running is None or running.ended_at is not None:
        return None
    there = await _look(work, running)
    if there.hop is None:
        return work.now + SOON
    if not there.hop:
        return await _arrived(work, running)
    # Locked in the order of everybody, who hear automats first and plan jobs last.
    links = await work.locking(work.own(AutomatLink).where(*IS_GOOD), AutomatLink)
    await work.locking(work.own(Automat).where(Automat.last_seen_at.is_not(None)), Automat)
    await work.locked(OrganizationUnit, [work.actor.organization_id])
    there = await _look(work, running)
    if not there.hop:
        return work.now + SOON
    await _move(work, there.hop, links)
    running.moved_at = there.real
    shown = there.real + there.ahead + there.hop
    if shown >= running.to_at:  # with their codes automats are told what time it is
        await bump(work, {link.automat_id for link in links if link.connected})
    return shown + SOON


@dataclass(frozen=True, slots=True)
class There:
    """How a sandbox stands.

    Args:
        real: What our clock shows.
        ahead: How far its clock is ahead of that.
        hop: How far it goes next, in whole seconds; nothing at its end, None while it has to wait.
    """

    real: datetime
    ahead: timedelta
    hop: timedelta | None


async def _look(work: Work, running: SandboxAdvance) -> There:
    real, ahead = work.actor.real(work.now), work.actor.clock_ahead or timedelta()
    row = Job
    (due,) = await work.rows(
        select(
            func.count(row.worker).label("in_hand"),
            func.min(case((row.failures == 0, row.due_at))).label("next_at"),
        ).where(*_moving(work))
    )
    next_at: datetime | None = due.next_at
    if due.in_hand or (next_at is not None and next_at <= real):
        return There(real, ahead, None)
    if await _is_told(work) and real < running.moved_at + AUTOMATS_GET:
        return There(real, ahead, None)
    left = running.to_at - (real + ahead)
    far = left if next_at is None else min(left, next_at - real)
    return There(real, ahead, _whole_seconds(max(far, timedelta())))


def _whole_seconds(far: timedelta) -> timedelta:
    return timedelta(seconds=-(-far // timedelta(seconds=1)))


def _moving(work: Work) -> tuple[Any, ...]:
    mine = Job.organization_id == work.actor.organization_id
    return mine, Job.kind.not_in(GOES_BY_OUR_CLOCK)


async def _is_told(work: Work) -> bool:
    """Tell whether an automat that is there has not said yet that it knows its newest codes."""
    link = AutomatLink
    told = exists().where(
        link.organization_id == work.actor.organization_id,
        link.automat_id == Automat.id,
        link.connected,
        *IS_GOOD,
        func.coalesce(link.applied_revision, 0) < Automat.code_revision,
    )
    return bool(await work.scalars(select(Automat.id).where(told).limit(1)))


async def _move(work: Work, hop: timedelta, links: Sequence[AutomatLink]) -> None:
    """Let the clock go ahead, and everything by it.

    Automats were heard of as lately as before, and their clocks are behind until they are told.
    """
    for link in links:
        link.clock_ahead = (link.clock_ahead or timedelta()) - hop
    connection = await work.connection()
    owner = work.actor.organization_id
    root, automat = OrganizationUnit, Automat
    await connection.execute(
        update(root).where(root.id == owner).values(clock_ahead=root.clock_ahead + hop)
    )
    await connection.execute(
        update(automat)
        .where(automat.organization_id == owner, automat.last_seen_at.is_not(None))
        .values(last_seen_at=moved(automat.last_seen_at, hop))
    )
    waiting = update(Job).where(*_moving(work), Job.worker.is_(None))
    await connection.execute(waiting.values(due_at=moved(Job.due_at, -hop)))
    work.session.info[RINGS] = True


async def _arrived(work: Work, running: SandboxAdvance) -> datetime | None:
    """End an advance, when the contacts whose time is over by now have been looked at, too."""
    if await rule.plan_some(work):
        return work.now + SOON
    running.ended_at = work.now
    root = await work.get(OrganizationUnit, work.actor.organization_id)
    work.record(EventKind.SANDBOX_ADVANCED, root, from_at=running.from_at, to_at=running.to_at)
    return None

"""Contacts whose time is over: erased by rule, so long after their last contract (G27)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select

from models.accounts import Actor
from models.automats import DeviceGroup
from models.database import Database
from models.erasures import ErasureCause
from models.events import Event
from models.jobs import Job, JobKind
from models.organizations import Contact, OrganizationUnit
from models.reservations import Reservation
from models.settings import UnitSettings
from models.times import after
from resolvers import jobs
from resolvers.erasing.contacts import erase, next_look, remove_evidence
from resolvers.erasing.evidence import AGAIN
from resolvers.erasing.needs import Dealings, dealings_of
from resolvers.retention import OVER, ended_at, settings_of
from resolvers.settings import settings
from resolvers.work import Work

AT_ONCE = 1_000
"""How many contacts of an organization are looked for in one transaction."""
FIRST_ID = UUID(int=0)


async def look_after(work: Work, contact_id: UUID) -> datetime | None:
    """Erase a contact whose time is over; tells when to look at it again."""
    contact = next(iter(await work.locked(Contact, [contact_id])), None)
    if contact is None:
        return None
    if contact.erased_at is not None:
        return next_look(await remove_evidence(work, contact), work.now)
    dealings = await dealings_of(work, contact.id)
    if dealings.needing(work.now):
        return work.now + AGAIN
    due_at = await kept_until(work, contact, dealings)
    if due_at > work.now:
        return min(due_at, work.now + AGAIN)
    await erase(work, contact, dealings, cause=ErasureCause.RETENTION)
    return next_look(await remove_evidence(work, contact), work.now)


async def kept_until(work: Work, contact: Contact, dealings: Dealings) -> datetime:
    """Tell until when a contact that nothing needs is kept.

    Counted from the end of the last of its contracts and reservations; from when it was made for
    one that is named in none.
    """
    here = await settings(work, work.actor.organization_id)
    made = work.actor.time(made_at(contact.id))  # a sandbox's clock showed that or less
    moments = [after(made, here.contact_retention)]
    for contract in dealings.contracts:
        over = contract.status in OVER
        ended = await ended_at(work, contract) if over else contract.ends_at or work.now
        theirs = await settings_of(work, contract)
        moments.append(after(ended, theirs.contact_retention))
    behind = {contract.reservation_id for contract in dealings.contracts}
    moments += [
        after(await _over_since(work, one), here.contact_retention)
        for one in dealings.reservations
        if one.id not in behind
    ]
    return max(moments)


async def _over_since(work: Work, reservation: Reservation) -> datetime:
    """Tell since when a reservation without a contract is over: by its time, or by a cancel."""
    if reservation.ends_at is not None and reservation.ends_at <= work.now:
        return reservation.ends_at
    last = select(func.max(Event.at)).where(
        Event.organization_id == work.actor.organization_id, Event.subject_id == reservation.id
    )
    await work.write_events()
    (found,) = await work.scalars(last)
    return found or work.now


def made_at(id: UUID) -> datetime:
    """Read when a row was made out of its id (UUIDv7)."""
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC)


def first_id_at(moment: datetime) -> UUID:
    """Give an id that comes before those of all rows made at a moment, and after all earlier."""
    return UUID(int=max(int(moment.timestamp() * 1000), 0) << 80)


async def plan_all(database: Database, owner: Actor, now: datetime) -> int:
    """Plan a look at each contact that is old enough, unless one is planned; counts them.

    This finds them by their age, so nothing has to be written down when they are made, or when
    their contracts end.
    """
    planned, behind = 0, FIRST_ID
    while True:
        async with database.writing(owner.organization_id) as session:
            work = Work(session, owner, now)
            ids = await plan_some(work, behind)
        planned += len(ids)
        if len(ids) < AT_ONCE:
            return planned
        behind = ids[-1]


async def plan_some(work: Work, behind: UUID = FIRST_ID) -> list[UUID]:
    """Plan a look at some contacts that are old enough, behind one of them; gives their ids."""
    ids = await _unplanned(work, behind)
    await jobs.schedule_all(work, JobKind.CONTACT, dict.fromkeys(ids, work.now))
    return ids


async def _unplanned(work: Work, behind: UUID) -> list[UUID]:
    planned = exists().where(Job.kind == JobKind.CONTACT, Job.subject_id == Contact.id)
    old = first_id_at(work.now - await shortest_retention(work))
    found = (
        select(Contact.id)
        .where(
            Contact.organization_id == work.actor.organization_id,
            Contact.id > behind,
            Contact.id < old,
            Contact.erased_at.is_(None),
            ~planned,
        )
        .order_by(Contact.id)
        .limit(AT_ONCE)
    )
    return list(await work.scalars(found))


async def shortest_retention(work: Work) -> timedelta:
    """Tell how long contacts are kept where they are kept for the shortest time."""
    shortest = [UnitSettings().contact_retention]
    for model in (OrganizationUnit, DeviceGroup):
        row: Any = model
        said = select(func.min(row.contact_retention)).where(
            row.organization_id == work.actor.organization_id
        )
        shortest += [one for one in await work.scalars(said) if one is not None]
    return min(shortest)

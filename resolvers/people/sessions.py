"""Sessions of staff: opened by whoever has proved who they are, seen, and ended.

By our clock alone: sandboxes, whose clocks people move, have no other sessions than the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Label, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor, Role, WayIn
from models.base import table_of
from models.database import Database
from models.errors import Unauthenticated
from models.events import EventKind
from models.people import (
    LONGEST,
    Person,
    PersonSession,
    PersonState,
    PersonUnit,
    ProvedBy,
    is_fresh,
    is_open,
    state_of,
)
from models.staff_errors import ProofNeeded
from resolvers.clocks import ahead_of
from resolvers.outside.secret import digest_of, new_secret
from resolvers.reach import units_below
from resolvers.work import Reading, Work

LONGEST_DEVICE = 200
SEEN_EVERY = timedelta(minutes=1)
"""So often at most it is written down that a session is in use."""
KEPT = timedelta(days=30)
"""So long the row of a session is kept after it was opened."""
LONGEST_SECRET = 100


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened.

    Args:
        session_id: Which.
        person_id: Whose.
        secret: What the browser keeps of it, shown once.
        until: When it ends at the latest.
    """

    session_id: UUID
    person_id: UUID
    secret: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A session that is open, and who has it.

    Args:
        actor: Who.
        seen_at: When it was last written down that it is in use.
    """

    actor: Actor
    seen_at: datetime


async def open_session(
    work: Work,
    person: Person,
    *,
    proved_by: ProvedBy,
    device: str | None,
    proved_at: datetime | None,
) -> Opened:
    """Open a session for somebody who has just proved who they are, in whatever way.

    Args:
        work: The transaction, in which the person's row is locked.
        person: Who; that they may enter was checked.
        proved_by: How they proved who they are.
        device: What their browser calls itself.
        proved_at: When they proved it, by our clock; None where nobody says.
    """
    now, secret = work.actor.real(work.now), new_secret()
    session = PersonSession(
        organization_id=person.organization_id,
        person_id=person.id,
        digest=digest_of(secret),
        proved_by=proved_by,
        device=(device or "").replace("\0", "")[:LONGEST_DEVICE] or None,
        created_at=now,
        proved_at=proved_at and min(proved_at, now),
        seen_at=now,
    )
    await work.add(session)
    person.signed_in_at = now
    work.record(
        EventKind.PERSON_SIGNED_IN, person, session_id=session.id, proved_by=proved_by.value
    )
    return Opened(session.id, person.id, secret, now + LONGEST)


async def known_by(connection: AsyncConnection, secret: str, now: datetime) -> Known:
    """Tell who has the session of a secret.

    Raises:
        Unauthenticated: There is none, it is over, or they may not enter any more.
    """
    if len(secret) > LONGEST_SECRET:
        raise Unauthenticated
    return await _known(connection, table_of(PersonSession).c.digest == digest_of(secret), now)


async def _known(connection: AsyncConnection, which: ColumnElement[bool], now: datetime) -> Known:
    session, person = table_of(PersonSession), table_of(Person)
    columns = (
        *(session.c.id, session.c.created_at, session.c.seen_at, session.c.ended_at),
        *(person.c.id.label("person_id"), person.c.organization_id, person.c.role),
        *(person.c.removed_at, person.c.blocked_at, person.c.access_ends_at, person.c.joined_at),
        ahead_of(person.c.organization_id),
        _is_narrowed(person.c.id),
    )
    of_person = session.join(person, person.c.id == session.c.person_id)
    found: Any = await connection.execute(select(*columns).select_from(of_person).where(which))
    row = found.first()
    if row is None or not is_open(row, now):
        raise Unauthenticated("Your session is over; sign in again.")
    if state_of(row, now) is not PersonState.ACTIVE:
        raise Unauthenticated("You do not have access any more; ask your administrator.")
    actor = Actor(
        organization_id=row.organization_id,
        role=Role(row.role),
        clock_ahead=row.clock_ahead,
        units=await _units_of(connection, row) if row.is_narrowed else None,
        way_in=WayIn.SESSION,
        person_id=row.person_id,
        session_id=row.id,
    )
    return Known(actor, row.seen_at)


def _is_narrowed(person_id: ColumnElement[UUID]) -> Label[bool]:
    units = table_of(PersonUnit).c
    return exists().where(units.person_id == person_id).label("is_narrowed")


async def _units_of(connection: AsyncConnection, row: Any) -> frozenset[UUID]:
    units = table_of(PersonUnit).c
    named = await connection.execute(select(units.unit_id).where(units.person_id == row.person_id))
    return await units_below(connection, row.organization_id, list(named.scalars()))


async def check_still_good(reading: Reading, now: datetime) -> None:
    """Go on only if the actor's session is open and gives the same rights: for who stays long.

    Args:
        reading: A look for somebody who came with a session.
        now: The moment, by our clock.

    Raises:
        Unauthenticated: It is over, or they may do other things by now.
    """
    which = table_of(PersonSession).c.id == reading.actor.session_id
    actor = (await _known(await reading.connection(), which, now)).actor
    if (actor.role, actor.units) != (reading.actor.role, reading.actor.units):
        raise Unauthenticated("Your rights have changed; begin again.")


async def check_fresh(reading: Reading) -> None:
    """Go on only if the actor proved who they are within the last ten minutes.

    A session alone does not let somebody add a way in: it may be of a browser that was left open.

    Raises:
        ProofNeeded: It is longer ago, or nobody says when it was; signing in again is the way out.
    """
    session = await reading.find(PersonSession, reading.actor.session_id)
    if session is None or not is_fresh(session, reading.actor.real(reading.now)):
        raise ProofNeeded


async def note_seen(database: Database, known: Known, now: datetime) -> None:
    """Write down that a session is in use, once a minute at most."""
    if now < known.seen_at + SEEN_EVERY:
        return
    row = table_of(PersonSession).c
    which = row.id == known.actor.session_id, row.seen_at < now, row.ended_at.is_(None)
    async with database.writing(known.actor.organization_id) as session:
        seen = update(table_of(PersonSession)).where(*which).values(seen_at=now)
        await (await session.connection()).execute(seen)


async def end_session(work: Work, person_id: UUID, session_id: UUID, *, reason: str) -> bool:
    """End one session of somebody; False when they have none by that id that is open.

    Args:
        work: The transaction.
        person_id: Whose.
        session_id: Which.
        reason: Why, in a word for the trail.
    """
    which = PersonSession.id == session_id
    return await _end(work, person_id, which, reason=reason) > 0


async def end_all_sessions(work: Work, person_id: UUID, *, reason: str) -> int:
    """End all sessions of somebody; tells how many that were."""
    return await _end(work, person_id, reason=reason)


async def _end(work: Work, person_id: UUID, *which: ColumnElement[bool], reason: str) -> int:
    still_open = PersonSession.person_id == person_id, PersonSession.ended_at.is_(None)
    of_them = work.own(PersonSession).where(*still_open, *which)
    sessions = await work.locking(of_them, PersonSession)
    now = work.actor.real(work.now)
    for session in sessions:
        session.ended_at = now
        work.record(EventKind.SESSION_ENDED, session, person_id=person_id, reason=reason)
    return len(sessions)


async def open_sessions(reading: Reading, person_id: UUID) -> Sequence[PersonSession]:
    """List the sessions of somebody that are open, the newest first."""
    now = reading.actor.real(reading.now)
    of_them = reading.own(PersonSession).where(
        PersonSession.person_id == person_id,
        PersonSession.ended_at.is_(None),
        PersonSession.created_at > now - LONGEST,
    )
    found = await reading.all(of_them.order_by(PersonSession.id.desc()))
    return [session for session in found if is_open(session, now)]


async def forget(database: Database, now: datetime) -> None:
    """Remove the rows of sessions that were opened long ago."""
    row = table_of(PersonSession)
    async with database.writing() as session:
        old = delete(row).where(row.c.created_at <= now - KEPT)
        await (await session.connection()).execute(old)

"""Credentials that nobody used for 30 days end by themselves; those in use stay."""

from datetime import timedelta
from uuid import UUID

import pytest
from acknowledging import linked
from factories import NOON, make_automat

from models.accounts import Actor, Role
from models.automat_links import AutomatLink
from models.automat_reports import ReportKind
from models.automats import Automat
from models.base import new_id
from models.database import Database
from models.events import Event, EventKind
from resolvers import organizations
from resolvers.automat_links import expiring
from resolvers.automat_reports import keeping, links, presence
from resolvers.automat_reports.keeping import Kept, Told
from resolvers.automat_reports.presence import Said
from resolvers.work import Work

DAY = timedelta(days=1)
OLD = NOON - 30 * DAY


async def revocations(work: Work) -> list[Event]:
    kind = EventKind.AUTOMAT_CREDENTIALS_REVOKED
    return list(await work.all(work.own(Event).where(Event.kind == kind).order_by(Event.id)))


async def test_they_end_after_thirty_days_and_people_are_told(own_database: Database) -> None:
    owner = Actor(organizations.founder().organization_id, Role.ADMIN)
    async with own_database.writing() as session:
        work = Work(session, owner, NOON)
        await organizations.found(work, name="Somebody")
        automat, other = await make_automat(work), await make_automat(work, "Other")
        working = await linked(work, automat, issued_at=OLD)
        unused = await linked(work, automat, issued_at=OLD, works=False)
        younger = await linked(work, other, issued_at=OLD + DAY, works=False)

    ended = [await expiring.end_unused(own_database, NOON) for _ in range(2)]

    assert ended == [1, 0]
    async with own_database.writing() as session:
        work = Work(session, owner, NOON)
        rows = await work.all(work.own(AutomatLink).where(AutomatLink.revoked_at.is_not(None)))
        assert [(row.id, row.revoked_at) for row in rows] == [(unused.id, NOON)]
        (event,) = await revocations(work)
    assert working.id != younger.id
    assert event.subject_id == automat.id
    assert (event.facts["link_id"], event.facts["reason"]) == (str(unused.id), "unused")
    assert event.notice == "New credentials of an automat were not used for 30 days, and ended."


@pytest.fixture
async def automat(work: Work) -> Automat:
    return await make_automat(work)


async def state_of(work: Work, id: UUID) -> tuple[bool, bool]:
    """Tell whether credentials were activated, and whether they were taken back."""
    row = await work.get(AutomatLink, id)
    return row.activated_at is not None, row.revoked_at is not None


@pytest.mark.parametrize(("issued", "found"), [(OLD, (False, True)), (OLD + DAY, (True, False))])
async def test_the_first_heartbeat_after_too_long_a_time_counts_for_nothing(
    work: Work, automat: Automat, issued: object, found: tuple[bool, bool]
) -> None:
    working = await linked(work, automat)
    late = await linked(work, automat, issued_at=issued, works=False)
    locked = await links.locked(work.session, late.id, NOON)
    assert locked

    await presence.state_heard(*locked, Said(at=NOON, number=0))

    assert await state_of(work, late.id) == found
    assert await state_of(work, working.id) == (True, found[0])
    assert (await work.get(Automat, automat.id)).last_seen_at == (NOON if found[0] else None)


async def test_the_first_report_after_too_long_a_time_is_not_kept(
    work: Work, automat: Automat
) -> None:
    late = await linked(work, automat, issued_at=OLD, works=False)
    told = Told(new_id(), 1, ReportKind.DOOR_CLOSED, NOON, 0)

    kept = await keeping.keep(work.session, [(late.id, told)], NOON)

    assert kept == Kept(set(), 1)
    assert await state_of(work, late.id) == (False, True)
    (event,) = await revocations(work)
    assert event.facts["reason"] == "unused"

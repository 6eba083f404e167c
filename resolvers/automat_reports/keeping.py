"""Reports are written down as they come: a batch of any number of links in a few statements.

A report that comes again is the same report. What is unknown or revoked is passed over: whoever
says it is not believed. When this has been committed nothing of it can be lost any more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.accounts import WayIn
from models.automat_alarms import AlarmKind
from models.automat_reports import AutomatReport, ReportKind
from models.base import Json, new_id
from models.dialects.among import among
from models.dialects.many_rows import insert_rows, unless_there
from resolvers.automat_alarms import raise_alarm
from resolvers.automat_doubts import doubt
from resolvers.automat_reports import links
from resolvers.automat_reports.links import Known
from resolvers.work import Work, system

NUMBER_TAKEN = "Its number was that of another report: the automat has forgotten something."
SAID_BEFORE = "It was said before {}: the automat has forgotten that it sent it."
SAID_BY_FORMER = "It was said before by former credentials, and the automat was not told so."
There = Mapping[tuple[UUID, UUID], tuple[UUID, int | None]]


@dataclass(frozen=True, slots=True)
class Told:
    """One report as it came.

    Args:
        id: The automat's own id of it; the same one is the same report.
        number: Its place in what its link reports, from 1.
        kind: What happened.
        happened_at: When, by the clock of the automat.
        locker_index: At which locker, from 0; None for the whole automat.
        facts: The rest of it, by the names of the protocol. Never digits that somebody typed.
        received_at: When it came, by our clock; when it is written down if left out.
        clock_set: How often the automat had set its clock when it dated this.
    """

    id: UUID
    number: int
    kind: ReportKind
    happened_at: datetime
    locker_index: int | None = None
    facts: Json = field(default_factory=dict)
    received_at: datetime | None = None
    clock_set: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a batch.

    Args:
        to_apply: The links that may have something to apply now.
        passed_over: How many reports were not kept: they came by credentials that are unknown or
            revoked, or with numbers that cannot be.
    """

    to_apply: set[UUID]
    passed_over: int


async def keep(session: AsyncSession, batch: Sequence[tuple[UUID, Told]], now: datetime) -> Kept:
    """Write down what automats report, each report once.

    A report whose number is another one's already comes from an automat that has forgotten
    something. It is kept without a number, and applied as one that comes late. One that was said
    before with another number comes from such an automat too, or it was said by former credentials:
    its new number is taken, and nothing is applied twice. One whose number lies too far behind what
    was heard is passed over, with an alarm.

    Args:
        session: An open transaction, for this alone.
        batch: The reports, each with the id of the link by which it came, in any order.
        now: The moment, by our clock.
    """
    connection = await session.connection()
    known = await links.good(connection, {link_id for link_id, _ in batch})
    for link in sorted(known.values()):
        if link.activated_at is None and not await _is_activated(session, link, now):
            del known[link.id]
    heard = [(known[id], one) for id, one in batch if id in known]
    told = {
        (link.id, one.number, one.id): (link, one)
        for link, one in heard
        if one.number <= link.last_believable
    }
    rows = [_row(*told[key], now) for key in sorted(told)]  # so that nobody waits in a circle
    await insert_rows(connection, AutomatReport, rows, ending=unless_there)
    there = await _there(session, rows)
    new = [row for row in rows if (row["automat_id"], row["report_id"]) not in there]
    await _keep_without_number(session, known, new, now)
    await _keep_places(session, rows, there)
    beyond = [(link, one) for link, one in heard if one.number > link.last_believable]
    await _doubt(session, beyond, now)
    return Kept(set(known), len(batch) - len(heard) + len(beyond))


def _row(link: Known, told: Told, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organization_id": link.organization_id,
        "automat_id": link.automat_id,
        "link_id": link.id,
        "number": told.number,
        "report_id": told.id,
        "kind": told.kind,
        "happened_at": told.happened_at,
        "clock_set": told.clock_set,
        "received_at": link.time(told.received_at or now),
        "locker_index": told.locker_index,
        "facts": told.facts,
        "problem": None,
    }


async def _is_activated(session: AsyncSession, link: Known, now: datetime) -> bool:
    """Activate credentials that wait; False for those that were taken back, or have now been."""
    found = await links.locked(session, link.id, now)
    if found is None:
        return False
    await links.heard_from(*found)
    return found[1].revoked_at is None


async def _there(session: AsyncSession, rows: Collection[dict[str, Any]]) -> There:
    """Tell by which links and numbers reports are kept, each by its automat and its own id."""
    row = AutomatReport
    automat_ids, ids = {one["automat_id"] for one in rows}, {one["report_id"] for one in rows}
    found = await (await session.connection()).execute(
        select(row.automat_id, row.report_id, row.link_id, row.number).where(
            among(row.automat_id, automat_ids), among(row.report_id, ids)
        )
    )
    return {(one.automat_id, one.report_id): (one.link_id, one.number) for one in found}


async def _keep_without_number(
    session: AsyncSession, known: dict[UUID, Known], rows: list[dict[str, Any]], now: datetime
) -> None:
    late = [row | {"number": None, "problem": NUMBER_TAKEN} for row in rows]
    await insert_rows(await session.connection(), AutomatReport, late, ending=unless_there)
    for link_id, theirs in groupby(late, key=lambda row: row["link_id"]):
        link = known[link_id]
        work = _work(session, link, now)
        details = f"It has given {len(list(theirs))} numbers of reports a second time."
        await raise_alarm(work, link.automat_id, AlarmKind.RESTORED_FROM_BACKUP, details=details)


async def _keep_places(session: AsyncSession, rows: Sequence[dict[str, Any]], there: There) -> None:
    """Take the new numbers of reports that were said before, so that none is missed for ever."""
    places = []
    for row in rows:
        this = row["link_id"], row["number"]
        before = there.get((row["automat_id"], row["report_id"]), this)
        if before != this:
            applied = {"applied_at": row["received_at"], "problem": _said_before(row, *before)}
            places.append(row | {"id": new_id(), "report_id": new_id()} | applied)
    await insert_rows(await session.connection(), AutomatReport, places, ending=unless_there)


def _said_before(row: dict[str, Any], link_id: UUID, number: int | None) -> str:
    if link_id != row["link_id"]:
        return SAID_BY_FORMER
    return SAID_BEFORE.format("without a number" if number is None else f"as number {number}")


async def _doubt(
    session: AsyncSession, beyond: Sequence[tuple[Known, Told]], now: datetime
) -> None:
    """Tell people of automats whose reports have numbers that cannot be."""
    for link, number in sorted({link: one.number for link, one in beyond}.items()):
        details = f"It sends a report {number}; those up to {link.heard_up_to} were heard."
        await doubt(_work(session, link, now), link.automat_id, details)


def _work(session: AsyncSession, link: Known, now: datetime) -> Work:
    automat = system(link.organization_id, link.clock_ahead, WayIn.AUTOMAT)
    return Work(session, automat, link.time(now))

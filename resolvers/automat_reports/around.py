"""What reports have around them: read once for all the links of a transaction, written once.

What is about doors and codes needs little of it and changes less, so the reports of many automats
share a transaction. `Around` is what they share; alone, a report finds all of it empty and asks for
what it needs by itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, or_, select, update
from sqlalchemy.orm.attributes import set_committed_value

from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport, ReportKind
from models.automats import Automat, AutomatState, Locker
from models.base import table_of
from models.contracts import LockerContract
from models.dialects.among import among, ids_later
from models.dialects.instants import Instant
from models.keys import Key
from resolvers.automat_reports import succession
from resolvers.automat_reports.boards import Alarms, Board, Written
from resolvers.work import Work, owned

AT_ONCE = 20
"""How many reports of one link take effect in one transaction."""
WORTH_IT = 5
"""For so many reports what they share is read at once: it takes as many statements."""
ROW = AutomatReport
IS_NEW = ROW.applied_at.is_(None)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a link is when a transaction begins.

    Args:
        reports: The next ones by number, and those that come late or early.
        count: How many are kept behind what was heard.
        last: The highest number among them; None for none.
        before: When the last one that was heard happened.
        automat_id: The automat.
        automat_name: Its name.
        since: Since when the automat has had credentials by which it could have kept a report.
        former: Former credentials of it of which something is applied before; None for none.
        is_installed: Whether the automat is in service.
    """

    reports: Sequence[AutomatReport]
    count: int
    last: int | None
    before: datetime | None
    automat_id: UUID
    automat_name: str
    since: datetime
    former: UUID | None
    is_installed: bool


@dataclass(slots=True)
class Around:
    """What the reports of one transaction share.

    Args:
        lockers: Lockers that are locked, by automat and index.
        inside: In which of those that were read for all a key lies; None where nobody has looked.
        contracts: Locker contracts of which codes are told, by their ids.
        alarms: Where alarms are raised and ended.
        done: What took effect and is not written yet.
    """

    lockers: dict[tuple[UUID, int], Locker] = field(default_factory=dict)
    inside: set[UUID] | None = None
    contracts: dict[UUID, LockerContract] = field(default_factory=dict)
    alarms: Alarms = field(default_factory=Written)
    done: list[dict[str, Any]] = field(default_factory=list)

    def took_effect(
        self, work: Work, report: AutomatReport, at: datetime, problem: str | None
    ) -> None:
        """Note that a report took effect, to be written with all others."""
        problem = " ".join(one for one in (report.problem, problem) if one) or None
        told = {"applied_at": work.now, "moment": at, "problem": problem}
        for name, value in told.items():
            set_committed_value(report, name, value)  # what the object says is written here below
        self.done.append({"report": report.id} | told)

    async def write(self, work: Work) -> None:
        """Write what took effect, and what it did to alarms."""
        done, self.done = self.done, []
        if done:
            await (await work.connection()).execute(_APPLIED, done)
        if isinstance(self.alarms, Board):
            await self.alarms.write(work)

    async def key_lies_in(self, work: Work, locker: Locker) -> bool:
        """Tell whether a key is known to lie in a locker."""
        is_read = self.lockers.get((locker.automat_id, locker.index)) is locker
        if self.inside is not None and is_read:
            return locker.id in self.inside
        return await work.first(work.own(Key).where(Key.locker_id == locker.id)) is not None

    async def contract(self, work: Work, id: UUID | None) -> LockerContract | None:
        """Find a locker contract of which a code is told."""
        known = self.contracts.get(id) if id else None
        return known or await work.find(LockerContract, id)


_APPLIED = (
    update(table_of(ROW))
    .where(table_of(ROW).c.id == bindparam("report"))
    .values(
        applied_at=bindparam("applied_at", type_=Instant),
        moment=bindparam("moment", type_=Instant),
        problem=bindparam("problem"),
    )
)


async def starts_of(work: Work, links: Collection[AutomatLink]) -> dict[UUID, Start]:
    """Read where links are, by three statements.

    Args:
        work: The transaction.
        links: The links, locked, of its organization; nothing of them waits to be written.
    """
    told = {"owner": work.actor.organization_id, "links": [link.id for link in links]}
    reports: dict[UUID, dict[UUID, AutomatReport]] = {link.id: {} for link in links}
    for found in (await work.all(_come(), **told), await work.all(_out_of_turn(), **told)):
        for report in found:
            reports[report.link_id][report.id] = report
    return {
        row.id: Start(
            sorted(reports[row.id].values(), key=lambda one: (one.number or 0, one.id)),
            *(row.count, row.last, row.before, row.automat_id, row.name, row.since, row.former),
            is_installed=row.state is not AutomatState.UNINSTALLED,
        )
        for row in await work.rows(_around(), links=told["links"])
    }


@cache
def _come() -> Select[AutomatReport]:
    """Select the next reports of links by number."""
    heard = AutomatLink.heard_up_to
    is_next = ROW.number > heard, ROW.number <= heard + AT_ONCE
    of_links = owned(ROW).join(AutomatLink, AutomatLink.id == ROW.link_id)
    return of_links.where(among(AutomatLink.id, ids_later("links")), *is_next)


@cache
def _out_of_turn() -> Select[AutomatReport]:
    """Select those that come late, and those that say what codes are known."""
    at_any_time = or_(
        ROW.number.is_(None),
        ROW.number <= AutomatLink.heard_up_to,
        ROW.kind == ReportKind.CODES_APPLIED,
    )
    of_links = owned(ROW).join(AutomatLink, AutomatLink.id == ROW.link_id)
    return of_links.where(among(AutomatLink.id, ids_later("links")), IS_NEW, at_any_time)


@cache
def _around() -> Select[*tuple[Any, ...]]:
    """Select when the last reports of links happened, how many wait, and how automats are."""
    link, automat = table_of(AutomatLink).c, table_of(Automat).c
    row = table_of(ROW)
    waits = and_(row.c.link_id == link.id, row.c.number > link.heard_up_to)
    last = select(row.c.moment).where(row.c.link_id == link.id, row.c.number <= link.heard_up_to)
    last = last.order_by(row.c.number.desc()).limit(AT_ONCE).correlate(link.id.table)
    return (
        select(
            link.id,
            link.automat_id,
            automat.name,
            automat.state,
            select(func.count()).where(waits).scalar_subquery().label("count"),
            select(func.max(row.c.number)).where(waits).scalar_subquery().label("last"),
            select(func.max(last.subquery().c.moment)).scalar_subquery().label("before"),
            succession.first_issued(link).label("since"),
            succession.former_to_apply(link).label("former"),
        )
        .join(automat.id.table, automat.id == link.automat_id)
        .where(among(link.id, ids_later("links")))
    )


async def around(work: Work, starts: dict[UUID, Start]) -> Around:
    """Read and lock what the reports of links are about: lockers first, then alarms.

    For a few reports nothing is read: each asks for what it needs.

    Args:
        work: The transaction.
        starts: Where the links are.
    """
    reports = [one for start in starts.values() for one in start.reports if not one.applied_at]
    if len(reports) < WORTH_IT:
        return Around()
    names = {one.automat_id: one.automat_name for one in starts.values()}
    lockers = await _lockers(work, reports)
    return Around(
        lockers={(one.automat_id, one.index): one for one in lockers},
        inside=await _inside(work, lockers),
        contracts=await _contracts(work, reports),
        alarms=await Board.read(work, names),
    )


async def _lockers(work: Work, reports: Sequence[AutomatReport]) -> Sequence[Locker]:
    """Lock the lockers of which reports tell, in the order of their ids as everybody does."""
    told = {"owner": work.actor.organization_id, "reports": [one.id for one in reports]}
    return await work.all(_told_of(), **told) if reports else []


@cache
def _told_of() -> Select[Locker]:
    """Select the lockers of which reports tell."""
    here = and_(Locker.automat_id == ROW.automat_id, Locker.index == ROW.locker_index)
    told = select(Locker.id).join(ROW, here).where(among(ROW.id, ids_later("reports")))
    lockers = owned(Locker).where(Locker.id.in_(told)).order_by(Locker.id)
    return lockers.with_for_update(key_share=True)


async def _inside(work: Work, lockers: Sequence[Locker]) -> set[UUID]:
    if not lockers:
        return set()
    found = select(Key.locker_id).where(among(Key.locker_id, [one.id for one in lockers]))
    return {id for id in await work.scalars(found) if id is not None}


async def _contracts(work: Work, reports: Sequence[AutomatReport]) -> dict[UUID, LockerContract]:
    """Read the contracts of which codes are told; what is no id is found nowhere."""
    ids = {id for one in reports if (id := told_id(one)) is not None}
    if not ids:
        return {}
    found = await work.all(work.own(LockerContract).where(among(LockerContract.id, ids)))
    return {one.id: one for one in found}


def told_id(report: AutomatReport) -> UUID | None:
    """Read by what an automat names a code: the id of its reason, see `TableCode`."""
    try:
        return UUID(report.facts["codeId"])
    except (KeyError, ValueError):
        return None

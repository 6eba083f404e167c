"""The reports of one link in one transaction: those whose turn it is take effect, in their order.

A few of them share a transaction. One that locks the rows of keys and contracts comes first in it,
so that nobody waits in a circle.

A report that cannot be applied is tried again, and holds up those behind it; when it has failed
five times it is given up with its reason, and people are told. It stays in the table.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Select, and_, bindparam, func, or_, select
from sqlalchemy.exc import DBAPIError

from models.automat_links import AutomatLink
from models.automat_reports import MOST_FAILURES, AutomatReport, ReportKind
from models.automats import Automat, AutomatState, Locker
from models.dialects.deadlocks import was_given_up
from models.errors import LivionKeyError
from models.events import EventKind
from resolvers.automat_reports import clocks, gaps, succession
from resolvers.automat_reports.facts import take_effect
from resolvers.automat_reports.gaps import Known
from resolvers.automat_reports.happenings import Happening
from resolvers.work import About, Work

AT_ONCE = 20
FIRST = {ReportKind.KEY_TAKEN, ReportKind.KEY_RETURNED, ReportKind.CODES_APPLIED}
UNINSTALLED = "The automat was uninstalled."
ROW = AutomatReport
IS_NEW = ROW.applied_at.is_(None)
Trying = Callable[[], AbstractAsyncContextManager[None]]

logger = logging.getLogger(__name__)


class _Again(Exception):
    """Ends a transaction that is full; there is more to do in another one."""


class _Stop(Exception):
    """Ends the work on a link for now."""


class Inbox:
    """The reports of one link, in one transaction.

    Args:
        work: The transaction.
        link: The link, locked.
        trying: What each report is tried in; one that undoes what it did alone when left out.
    """

    def __init__(self, work: Work, link: AutomatLink, trying: Trying | None = None) -> None:
        self.work = work
        self.trying = trying or work.attempt
        self.link = link
        self.link_id = link.id
        self.is_used = False
        self.is_installed = True
        self.kept = Known(0, None)
        """Which reports are kept behind the next one by number, when this began."""
        self.before: datetime | None = None
        """When the last report before the next one by number happened."""
        self.heard_up_to = link.heard_up_to
        self.done: list[tuple[AutomatReport, datetime, str | None]] = []
        """What took effect and is not written down yet: all of it is, at once, at the end."""
        self.lockers: dict[int, Locker] = {}
        self.since = link.issued_at
        """Since when the automat has had credentials by which it could have kept a report."""
        self.waits_for: UUID | None = None
        """Former credentials of the automat, of which something has to be applied before."""

    async def apply_some(self) -> bool:
        """Apply a few; tells whether to come again at once."""
        reports, began_at = await self._next_ones(), self.heard_up_to
        await self._look_around()
        if self.waits_for is not None:
            return False
        late = [one for one in reports if self._is_late(one)]
        in_order = {one.number: one for one in reports if not self._is_late(one)}
        try:
            await self._apply(late, in_order)
        except _Again:
            return True
        except _Stop:
            return False
        finally:
            self._write_down()
        left = self.kept.count - (self.heard_up_to - began_at)
        await gaps.ask_again(self.work, self.link, Known(left, self.kept.last if left else None))
        return False

    async def _apply(
        self, late: Sequence[AutomatReport], in_order: dict[int | None, AutomatReport]
    ) -> None:
        early = [one for one in in_order.values() if one.kind is ReportKind.CODES_APPLIED]
        for report in late:
            await self._take(report, is_late=True)
        await self._apply_in_order(in_order)
        for report in early:
            await self._take(report, is_late=True)

    def _write_down(self) -> None:
        """Write down what took effect so far."""
        for report, at, problem in self.done:
            report.problem = " ".join(one for one in (report.problem, problem) if one) or None
            report.applied_at, report.moment = self.work.now, at
        self.done.clear()
        if self.link.heard_up_to != self.heard_up_to:
            self.link.heard_up_to = self.heard_up_to

    def _is_late(self, report: AutomatReport) -> bool:
        return report.number is None or report.number <= self.link.heard_up_to

    async def _next_ones(self) -> Sequence[AutomatReport]:
        """Read the next reports by number, those that come late, and what codes are known."""
        heard = self.link.heard_up_to
        come = and_(ROW.number > heard, ROW.number <= heard + AT_ONCE)
        at_any_time = or_(
            ROW.number.is_(None), ROW.number <= heard, ROW.kind == ReportKind.CODES_APPLIED
        )
        of_link = self.work.own(ROW).where(
            ROW.link_id == self.link.id, or_(come, and_(IS_NEW, at_any_time))
        )
        return await self.work.all(of_link.order_by(ROW.number, ROW.id))

    async def _apply_in_order(self, reports: dict[int | None, AutomatReport]) -> None:
        """Apply reports while the next one by number is there."""
        until = self.heard_up_to + AT_ONCE
        while self.heard_up_to < until:
            report = reports.get(self.heard_up_to + 1)
            if report is not None:
                await self._take(report, is_late=False)
                self.heard_up_to += 1
            elif await self._pass_over():
                raise _Again
            else:
                return
        raise _Again

    async def _pass_over(self) -> bool:
        """Go on behind reports that will not come; tells whether there are such."""
        self._write_down()
        is_passed = gaps.may_be_lost(self.link) and await gaps.pass_over(self.work, self.link)
        self.heard_up_to = self.link.heard_up_to
        return is_passed

    async def _take(self, report: AutomatReport, *, is_late: bool) -> None:
        """Let a report take effect, unless it has.

        Raises:
            _Again: It has to be the first of a transaction, which it would not be in this one.
            _Stop: It could not be applied, and has to be tried again before those behind it.
        """
        if report.applied_at is not None or any(one is report for one, _, _ in self.done):
            if not is_late:
                self._happened(report.moment)
            return
        if self.is_used and report.kind in FIRST:
            raise _Again
        self.is_used = True
        before = None if is_late else self.before
        at = clocks.moment_of(self.link, report, before, since=self.since)
        try:
            async with self.trying():
                problem = await self._take_effect(self._happening(report, at, is_late=is_late))
        except Exception as error:
            if self.trying is nullcontext or is_nobodys_fault(error):
                raise
            logger.exception("a report of the link %s was not applied", self.link_id)
            await self._fail(report, error)
            return
        self.done.append((report, at, problem))
        if not is_late:
            self._happened(at)

    def _happened(self, at: datetime | None) -> None:
        """Let what comes next by number have happened after a moment."""
        self.before = max((one for one in (self.before, at) if one is not None), default=None)

    def _happening(self, report: AutomatReport, at: datetime, *, is_late: bool) -> Happening:
        """Put together what is told; what may be undone alone remembers no lockers."""
        lockers = self.lockers if self.trying is nullcontext else {}
        return Happening(self.link, report, at, is_late=is_late, lockers=lockers)

    async def _take_effect(self, happening: Happening) -> str | None:
        return await take_effect(self.work, happening) if self.is_installed else UNINSTALLED

    async def _look_around(self) -> None:
        """Read what has to be known besides the reports, by one statement."""
        link = self.link
        told = {"link": link.id, "automat": link.automat_id, "heard_up_to": link.heard_up_to}
        (row,) = await self.work.rows(_around(), **told, issued_at=link.issued_at)
        self.before, self.kept = row.before, Known(row.count, row.last)
        self.is_installed = row.state is not AutomatState.UNINSTALLED
        self.since, self.waits_for = row.since or link.issued_at, row.former

    async def _fail(self, report: AutomatReport, error: Exception) -> None:
        """Count a failure, and give the report up when it was the last one.

        Raises:
            _Stop: It will be tried again.
        """
        work = self.work
        self._write_down()
        await work.save()
        for row in (report, self.link):
            await work.session.refresh(row)  # what the undone part may have changed
        report.failures += 1
        if report.failures < MOST_FAILURES:
            raise _Stop
        reason = error.message if isinstance(error, LivionKeyError) else type(error).__name__
        report.applied_at, report.problem = work.now, f"It was not applied: {reason}"
        notice = f"A report of an automat ({report.kind.value}) was not applied: {reason}"
        facts = {"report_id": report.id, "report": report.kind.value, "number": report.number}
        automat = About(Automat, report.automat_id)
        work.record(EventKind.AUTOMAT_REPORT_NOT_APPLIED, automat, notice=notice, **facts)


@cache
def _around() -> Select[*tuple[Any, ...]]:
    """Select when the last reports happened, how many wait, and how the automat is and was."""
    of_link = ROW.link_id == bindparam("link")
    heard_up_to: BindParameter[int] = bindparam("heard_up_to")
    last = select(ROW.moment).where(of_link, ROW.number <= heard_up_to)
    last = last.order_by(ROW.number.desc()).limit(AT_ONCE)
    before = select(func.max(last.subquery().c.moment)).scalar_subquery()
    state = select(Automat.state).where(Automat.id == bindparam("automat")).scalar_subquery()
    waiting = func.count().label("count"), func.max(ROW.number).label("last")
    former = succession.former_to_apply(bindparam("automat"), bindparam("issued_at")).label(
        "former"
    )
    since = succession.first_issued(bindparam("automat"), bindparam("issued_at")).label("since")
    columns = *waiting, before.label("before"), state.label("state"), former, since
    found: Select[*tuple[Any, ...]] = select(*columns)
    return found.where(of_link, ROW.number > heard_up_to)


def is_nobodys_fault(error: Exception) -> bool:
    """Tell whether another try of the whole transaction may well succeed."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or was_given_up(error)

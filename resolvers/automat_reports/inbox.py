"""The reports of one link in a transaction: those whose turn it is take effect, in their order.

A few of them share a transaction, also with those of other links. One that locks the rows of keys
and contracts comes first in it, so that nobody waits in a circle.

A report that cannot be applied is tried again, and holds up those behind it; when it has failed
five times it is given up with its reason, and people are told. It stays in the table.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from models.automat_links import AutomatLink
from models.automat_reports import MOST_FAILURES, AutomatReport, CodeKind, ReportKind
from models.automats import Automat
from models.dialects.deadlocks import was_given_up
from models.errors import LivionKeyError
from models.events import EventKind
from resolvers.automat_reports import clocks, gaps
from resolvers.automat_reports.around import AT_ONCE, Around, Start, around, starts_of
from resolvers.automat_reports.facts import take_effect
from resolvers.automat_reports.gaps import Known
from resolvers.automat_reports.happenings import Happening
from resolvers.work import About, Work

FIRST = {ReportKind.KEY_TAKEN, ReportKind.KEY_RETURNED, ReportKind.CODES_APPLIED}
UNINSTALLED = "The automat was uninstalled."
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
        """Whether what has to be the first of a transaction can be it no more."""
        self.waits_for_its_own = False
        """Whether what comes next has to be the first of another transaction."""
        self.around = Around()
        self.is_installed = True
        self.before: datetime | None = None
        """When the last report before the next one by number happened."""
        self.heard_up_to = link.heard_up_to
        self.since = link.issued_at
        """Since when the automat has had credentials by which it could have kept a report."""
        self.waits_for: UUID | None = None
        """Former credentials of the automat, of which something has to be applied before."""

    async def apply_some(self) -> bool:
        """Apply a few; tells whether to come again at once."""
        starts = await starts_of(self.work, [self.link])
        start = starts[self.link.id]
        new = [one for one in start.reports if not one.applied_at]
        if self.trying is nullcontext and new and not comes_first(new[0]):
            self.around = await around(self.work, starts)
        has_more = await self.apply(start)
        await self.work.save()
        await self.around.write(self.work)
        return has_more

    async def apply_beside(self, start: Start, around: Around) -> bool:
        """Apply a few beside those of other links, which all are written together afterwards.

        Args:
            start: Where the link is.
            around: What they share.
        """
        self.is_used = True
        self.around = around
        return await self.apply(start)

    async def apply(self, start: Start) -> bool:
        """Apply a few from where a link is; tells whether to come again at once."""
        began_at, self.before = self.heard_up_to, start.before
        self.is_installed, self.since, self.waits_for = (
            start.is_installed,
            start.since,
            start.former,
        )
        if self.waits_for is not None:
            return False
        late = [one for one in start.reports if self._is_late(one)]
        in_order = {one.number: one for one in start.reports if not self._is_late(one)}
        try:
            await self._apply(late, in_order)
        except _Again:
            return True
        except _Stop:
            return False
        finally:
            self._count()
        left = start.count - (self.heard_up_to - began_at)
        await gaps.ask_again(self.work, self.link, Known(left, start.last if left else None))
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

    def _count(self) -> None:
        """Note up to which number all took effect."""
        if self.link.heard_up_to != self.heard_up_to:
            self.link.heard_up_to = self.heard_up_to

    def _is_late(self, report: AutomatReport) -> bool:
        return report.number is None or report.number <= self.link.heard_up_to

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
        self._count()
        is_passed = gaps.may_be_lost(self.link) and await gaps.pass_over(self.work, self.link)
        self.heard_up_to = self.link.heard_up_to
        return is_passed

    async def _take(self, report: AutomatReport, *, is_late: bool) -> None:
        """Let a report take effect, unless it has.

        Raises:
            _Again: It has to be the first of a transaction, which it would not be in this one.
            _Stop: It could not be applied, and has to be tried again before those behind it.
        """
        if report.applied_at is not None:
            if not is_late:
                self._happened(report.moment)
            return
        if self.is_used and comes_first(report):
            self.waits_for_its_own = True
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
        self.around.took_effect(self.work, report, at, problem)
        if not is_late:
            self._happened(at)

    def _happened(self, at: datetime | None) -> None:
        """Let what comes next by number have happened after a moment."""
        self.before = max((one for one in (self.before, at) if one is not None), default=None)

    def _happening(self, report: AutomatReport, at: datetime, *, is_late: bool) -> Happening:
        """Put together what is told; what may be undone alone shares nothing."""
        shared = self.around if self.trying is nullcontext else Around()
        return Happening(self.link, report, at, is_late=is_late, around=shared)

    async def _take_effect(self, happening: Happening) -> str | None:
        return await take_effect(self.work, happening) if self.is_installed else UNINSTALLED

    async def _fail(self, report: AutomatReport, error: Exception) -> None:
        """Count a failure, and give the report up when it was the last one.

        Raises:
            _Stop: It will be tried again.
        """
        work = self.work
        self._count()
        await work.save()
        await self.around.write(work)
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


def comes_first(report: AutomatReport) -> bool:
    """Tell whether a report has to be the first of a transaction: it locks what people change."""
    return report.kind in FIRST or report.facts.get("codeKind") == CodeKind.BACKUP_CODE


def is_nobodys_fault(error: Exception) -> bool:
    """Tell whether another try of the whole transaction may well succeed."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or was_given_up(error)

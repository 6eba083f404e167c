"""When something happened, by a clock that may be wrong.

The numbers of reports decide their order, the clock only the moment: it is corrected by as much as
the clock was seen to be wrong, unless it was set since then. It never lies after the moment at
which we were told, and each report happened after the one before it.
"""

from datetime import UTC, datetime, timedelta

from models.automat_alarms import AlarmKind
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.custody import CLOCK_TOLERANCE
from models.times import LAST_MOMENT, MOMENT
from resolvers.automat_alarms import end_alarm, raise_alarm
from resolvers.work import Work

NOT_WORTH_IT = timedelta(seconds=5)
"""Messages take a moment; a clock that seems to be wrong by less is left alone."""
FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)


def corrected(link: AutomatLink, at: datetime) -> datetime:
    """Tell what time it was by our clock at a moment of an automat's clock."""
    ahead = link.clock_ahead
    if ahead is None or abs(ahead) <= NOT_WORTH_IT:
        return at
    if ahead > timedelta():
        return at - ahead if at - FIRST_MOMENT > ahead else FIRST_MOMENT
    return at - ahead if LAST_MOMENT - at > -ahead else LAST_MOMENT


def moment_of(
    link: AutomatLink, report: AutomatReport, before: datetime | None, *, since: datetime
) -> datetime:
    """Tell when something happened.

    Args:
        link: By which credentials it was reported.
        report: What was reported.
        before: When the report before it happened; None when it is the first, or comes late.
        since: Since when the automat has had credentials: before that nothing was reported.
    """
    is_measured = report.clock_set == link.clock_set
    at = corrected(link, report.happened_at) if is_measured else report.happened_at
    at = min(at, report.received_at)
    at = max(at, since)
    return at if before is None else max(at, before + MOMENT)


async def compare(
    work: Work, link: AutomatLink, at: datetime, *, heard_at: datetime, clock_set: int = 0
) -> None:
    """Measure how far the clock of an automat is ahead of ours, when it says what time it is.

    Args:
        work: The transaction.
        link: Its credentials, locked.
        at: What time it was by its clock.
        heard_at: When it said so, by the clock of the organization: not when we got round to it.
        clock_set: How often it had set its clock: what is dated by another one is not corrected.
    """
    link.clock_set = clock_set
    known, ahead = link.clock_ahead, _whole_seconds(at - heard_at)
    if known is not None and abs(ahead - known) <= NOT_WORTH_IT:
        return
    link.clock_ahead = ahead
    if ahead < timedelta() and work.actor.clock_ahead is not None:
        return  # the clock of a sandbox was moved, and the automat is about to be told
    if _is_wrong(ahead):
        details = f"It is {abs(ahead)} {'ahead' if ahead > timedelta() else 'behind'}."
        await raise_alarm(work, link.automat_id, AlarmKind.CLOCK_WRONG, details=details)
    elif known is None or _is_wrong(known):
        await end_alarm(work, link.automat_id, AlarmKind.CLOCK_WRONG)


def _is_wrong(ahead: timedelta) -> bool:
    return abs(ahead) > CLOCK_TOLERANCE


def _whole_seconds(duration: timedelta) -> timedelta:
    return timedelta(seconds=round(duration.total_seconds()))

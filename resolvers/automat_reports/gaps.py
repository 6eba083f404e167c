"""Reports that are missing: asked for again, and given up when they are gone."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from models.automat_alarms import AlarmKind
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.jobs import JobKind
from resolvers.automat_alarms import raise_alarm
from resolvers.automat_commands import asking
from resolvers.automat_reports import succession
from resolvers.jobs import schedule
from resolvers.work import Work

ASK_AGAIN_AFTER = timedelta(seconds=5)
ROW = AutomatReport


@dataclass(frozen=True, slots=True)
class Known:
    """Which reports of a link are kept behind those that were applied.

    Args:
        count: How many.
        last: The highest number; None for none.
    """

    count: int
    last: int | None


async def ask_again(work: Work, link: AutomatLink, known: Known | None = None) -> None:
    """Ask an automat for the reports that are missing, every five seconds at most.

    Args:
        work: The transaction.
        link: Its credentials, locked.
        known: Which reports are kept, by whoever has looked; it is looked here when left out.
    """
    missing = await _first_missing(work, link, known or await _known(work, link))
    if missing is None or link.revoked_at is not None:
        if link.replay_asked_at is not None:
            link.replay_asked_at = None
        return
    asked_at = link.replay_asked_at
    if asked_at is not None and asked_at <= work.now < asked_at + ASK_AGAIN_AFTER:
        return
    link.replay_asked_at = work.now
    await asking.replay(work, link, missing)
    await schedule(work, JobKind.AUTOMAT_LINK, link.automat_id, work.now + ASK_AGAIN_AFTER)


async def _first_missing(work: Work, link: AutomatLink, known: Known) -> int | None:
    """Find the lowest number that an automat has reached, keeps, and that is not kept here."""
    done = link.heard_up_to
    link.last_number = max(link.last_number, known.last or 0)
    if known.count >= link.last_number - done:
        return None
    missing = max(await _first_gap(work, link), link.oldest_number)
    return missing if missing <= link.last_number else None


async def _first_gap(work: Work, link: AutomatLink) -> int:
    done = link.heard_up_to
    is_next = select(ROW.number).where(ROW.link_id == link.id, ROW.number == done + 1)
    if not await work.scalars(is_next):
        return done + 1
    first, following = aliased(ROW), aliased(ROW)
    has_next = exists().where(following.link_id == link.id, following.number == first.number + 1)
    before_gap = select(first.number).where(first.link_id == link.id, first.number > done)
    found = await work.scalars(before_gap.where(~has_next).order_by(first.number).limit(1))
    return (found[0] or done) + 1


async def _known(work: Work, link: AutomatLink) -> Known:
    behind = ROW.link_id == link.id, ROW.number > link.heard_up_to
    (row,) = await work.rows(select(func.count(), func.max(ROW.number)).where(*behind))
    return Known(*row)


def may_be_lost(link: AutomatLink) -> bool:
    """Tell whether the next report will never come: it is gone, or nobody is listened to any more.

    Args:
        link: The credentials, of which the next report is not kept.
    """
    return link.heard_up_to + 1 < link.oldest_number or link.revoked_at is not None


async def pass_over(work: Work, link: AutomatLink) -> bool:
    """Go on behind reports that are lost, and tell people; False when there is nothing behind.

    What an automat still kept when it went on by other credentials is not lost: it says it by them.

    Args:
        work: The transaction.
        link: The credentials, locked, of which the next report is not kept and will not come.
    """
    first = link.heard_up_to + 1
    behind = select(func.min(ROW.number)).where(ROW.link_id == link.id, ROW.number > first)
    (following,) = await work.scalars(behind)
    ends = [following] if following is not None else []
    if link.oldest_number > first:
        ends.append(link.oldest_number)
    if not ends:
        return False
    link.heard_up_to = min(ends) - 1
    link.last_number = max(link.last_number, link.heard_up_to)
    await work.save()
    if link.oldest_number > first or not await succession.was_succeeded(work, link):
        details = f"The reports {first} to {link.heard_up_to} will not come."
        await raise_alarm(work, link.automat_id, AlarmKind.REPORTS_LOST, details=details)
    return True

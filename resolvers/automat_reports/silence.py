"""The timer of an automat: notices its silence, asks again for what is missing, ends alarms."""

from datetime import datetime
from uuid import UUID

from models.automat_alarms import AlarmKind
from models.automat_links import AutomatLink
from models.automats import HEARTBEAT_TOLERANCE, Automat, AutomatState
from models.jobs import JobKind
from models.times import after
from resolvers.automat_alarms import end_alarm, end_those_whose_time_is_over, raise_alarm
from resolvers.automat_reports import gaps
from resolvers.automat_reports.presence import is_gone
from resolvers.jobs import schedule
from resolvers.work import Work


async def look_after(work: Work, automat_id: UUID) -> datetime | None:
    """Do what is due about an automat; tells when to look again, None for not by itself."""
    link = await _working_link(work, automat_id)
    automat = await work.find(Automat, automat_id)  # as it is now that heartbeats have to wait
    if automat is None:
        return None
    next_times = [await end_those_whose_time_is_over(work, automat_id)]
    if link is None or automat.state is AutomatState.UNINSTALLED:
        await end_alarm(work, automat_id, AlarmKind.DEVICE_DISCONNECTED)
    else:
        next_times += [await _listen(work, link, automat), await _ask(work, link)]
    await work.save()
    return min((at for at in next_times if at is not None), default=None)


async def _working_link(work: Work, automat_id: UUID) -> AutomatLink | None:
    row = AutomatLink
    working = row.activated_at.is_not(None), row.revoked_at.is_(None)
    found = await work.locking(work.own(row).where(row.automat_id == automat_id, *working), row)
    return found[0] if found else None


async def _listen(work: Work, link: AutomatLink, automat: Automat) -> datetime | None:
    """Miss an automat of which nothing has been heard for too long."""
    if automat.last_seen_at is None:
        return None
    missed_at = automat.last_seen_at + HEARTBEAT_TOLERANCE
    if work.now < missed_at:
        return missed_at
    is_gone(work, link)
    details = f"Since {automat.last_seen_at.isoformat(timespec='seconds')}."
    await raise_alarm(work, automat.id, AlarmKind.DEVICE_DISCONNECTED, details=details)
    await schedule(work, JobKind.FAILOVER, automat.id, work.now)
    return None


async def _ask(work: Work, link: AutomatLink) -> datetime | None:
    """Ask again for reports that are missing, while there is somebody to ask."""
    if link.replay_asked_at is None or not link.connected:
        return None
    await gaps.ask_again(work, link)
    asked_at = link.replay_asked_at
    return None if asked_at is None else after(asked_at, gaps.ASK_AGAIN_AFTER)

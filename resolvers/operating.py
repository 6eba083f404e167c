"""What whoever operates the system has to know: what waits, what is late, and who is there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, func, select

from models.automat_alarms import AutomatAlarm
from models.automat_links import AutomatLink
from models.automat_reports import AutomatReport
from models.base import table_of
from models.database import Database
from models.jobs import Job


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand, over all organizations.

    Args:
        jobs_due: Jobs whose time has come and that nobody has claimed.
        jobs_failing: Jobs whose last attempt failed.
        oldest_due: For how long the oldest of those that are due has been so.
        automats_connected: Automats with credentials that are at the broker.
        automats_away: Automats with credentials that are not.
        reports_waiting: Reports that came and have not taken effect.
        alarms: Alarms that have not ended.
    """

    jobs_due: int
    jobs_failing: int
    oldest_due: timedelta
    automats_connected: int
    automats_away: int
    reports_waiting: int
    alarms: int


async def standing(database: Database, now: datetime) -> Standing:
    """Tell how things stand, in one statement.

    Args:
        database: The doors.
        now: The moment, by our clock.
    """
    async with database.reading() as connection:
        row = (await connection.execute(_counts(now))).one()
    oldest = now - row.oldest if row.oldest else timedelta()
    return Standing(
        jobs_due=row.due,
        jobs_failing=row.failing,
        oldest_due=oldest,
        automats_connected=row.connected,
        automats_away=row.away,
        reports_waiting=row.waiting,
        alarms=row.alarms,
    )


def _counts(now: datetime) -> Select[int, int, datetime | None, int, int, int, int]:
    job, link = table_of(Job).c, table_of(AutomatLink).c
    report, alarm = table_of(AutomatReport).c, table_of(AutomatAlarm).c
    is_due = and_(job.due_at <= now, job.worker.is_(None))
    is_good = and_(link.activated_at.is_not(None), link.revoked_at.is_(None))

    def count(*conditions: object) -> object:
        return select(func.count()).where(*conditions).scalar_subquery()

    return select(
        count(is_due).label("due"),
        count(job.failures > 0).label("failing"),
        select(func.min(job.due_at)).where(is_due).scalar_subquery().label("oldest"),
        count(is_good, link.connected).label("connected"),
        count(is_good, ~link.connected).label("away"),
        count(report.applied_at.is_(None)).label("waiting"),
        count(alarm.ended_at.is_(None)).label("alarms"),
    )

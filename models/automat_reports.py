"""What automats report: numbered by each of them, kept once, and applied in order."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, Owned

NOT_APPLIED = text("applied_at is null")
MOST_FAILURES = 5
"""After so many a report is given up, so that those behind it are not held up for ever."""


class ReportKind(StrEnum):
    """What an automat says that happened."""

    STARTED = "started"
    CODES_APPLIED = "codes_applied"
    CODE_ACCEPTED = "code_accepted"
    CODE_REFUSED = "code_refused"
    DOOR_OPENED = "door_opened"
    DOOR_CLOSED = "door_closed"
    KEY_TAKEN = "key_taken"
    KEY_RETURNED = "key_returned"
    ALARM_RAISED = "alarm_raised"
    ALARM_CLEARED = "alarm_cleared"
    NOT_UNDERSTOOD = "not_understood"


class CodeKind(StrEnum):
    """What kind of code somebody typed."""

    PIN = "pin"
    RETURN_CODE = "return_code"
    BACKUP_CODE = "backup_code"


class CodeRefusal(StrEnum):
    """Why a code opened nothing."""

    UNKNOWN = "unknown"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    OUTSIDE_HOURS = "outside_hours"
    LOCKER_EMPTY = "locker_empty"
    LOCKER_TAKEN = "locker_taken"
    LOCKER_BROKEN = "locker_broken"
    THROTTLED = "throttled"
    CODES_TOO_OLD = "codes_too_old"


class AutomatReport(Owned, Base):
    """One report of an automat, as it came. Digits that somebody typed are never in it.

    Args:
        link_id: By which credentials it came.
        number: Its place in what that link reports, from 1; null when the number was another
            report's already, which only an automat that forgot something sends.
        report_id: The automat's own id of it; the same one is the same report, whatever credentials
            it came by. One of ours where it was said before with another number.
        happened_at: When, by the clock of the automat.
        clock_set: How often the automat had set its clock when it last dated this.
        received_at: When we were told first.
        moment: When it happened, by our clock: always later than those before it by number, and
            never after we were told, but for microseconds. Null until it was applied, and for one
            that was said before with another number.
        locker_index: At which locker; null for the whole automat.
        facts: The rest of it, as the protocol says.
        applied_at: When it took effect, or was given up; null while reports before it are missing.
        failures: How often it could not be applied.
        problem: What was strange about it, or why it took no effect, in words.
    """

    __tablename__ = "automat_reports"
    __table_args__ = (
        UniqueConstraint("link_id", "number", name="one_report_for_each_number"),
        UniqueConstraint("automat_id", "report_id", name="each_report_once"),
        Index(
            "reports_to_apply",
            *("link_id", "number"),
            postgresql_where=NOT_APPLIED,
            sqlite_where=NOT_APPLIED,
        ),
        Index("reports_of_automats", "automat_id", "id"),
    )

    automat_id: Mapped[UUID] = mapped_column(ForeignKey("automats.id"))
    link_id: Mapped[UUID] = mapped_column(ForeignKey("automat_links.id"))
    number: Mapped[int | None]
    report_id: Mapped[UUID]
    kind: Mapped[ReportKind]
    happened_at: Mapped[datetime]
    clock_set: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    moment: Mapped[datetime | None]
    locker_index: Mapped[int | None]
    facts: Mapped[Json]
    applied_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None]

"""What is due when: one row for each thing that has to be looked at again at some moment.

A job is written in the transaction that makes it necessary. A worker claims it with a lease; when
the worker dies, the lease ends and another one claims it. One column holds both moments: `due_at`
is when it may be claimed next, which is when its lease ends while somebody works on it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Owned

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 12
"""After so many failures in a row the pauses have grown to `LONGEST_PAUSE`; somebody is told."""
LONGEST_PAUSE = timedelta(hours=1)


class JobKind(StrEnum):
    """What there is to do, and so what its subject is.

    KEY_CONTRACT, SIGNING_PROCESS and CONTACT are about a row of that name; SEAL is about a
    signature that is not in its document yet; ATTACHMENT is about an attachment or stored bytes;
    SANDBOX moves the clock of a sandbox;
    AUTOMAT_LINK looks whether an automat is still there, AUTOMAT_COMMAND ends what was not
    answered; FAILOVER moves what is to come away from an automat that is away.
    """

    KEY_CONTRACT = "key_contract"
    SIGNING_PROCESS = "signing_process"
    SEAL = "seal"
    ATTACHMENT = "attachment"
    CONTACT = "contact"
    AUTOMAT_LINK = "automat_link"
    AUTOMAT_COMMAND = "automat_command"
    FAILOVER = "failover"
    SANDBOX = "sandbox"


class Job(Owned, Base):
    """One thing that has to be looked at when its time comes; there is at most one of a kind.

    Args:
        subject_id: What it is about.
        due_at: From when on it may be claimed, by our clock, whatever a sandbox's clock shows.
        attempt: Grows with every claim and every change of plan, and never shrinks: whoever settles
            a claim names its number, and one who was overtaken settles nothing (fencing).
        failures: How many attempts have failed since one was done.
        worker: Who has it; null when nobody has.
        error: Why the last attempt failed, by class; never a value.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id", name="one_job_for_each_subject"),
        Index("jobs_due_at_index", "due_at"),
        Index(
            "claimed_jobs",
            "due_at",
            postgresql_where=text("worker is not null"),
            sqlite_where=text("worker is not null"),
        ),
        Index(
            "failed_jobs",
            "due_at",
            postgresql_where=text("failures > 0"),
            sqlite_where=text("failures > 0"),
        ),
    )

    kind: Mapped[JobKind]
    subject_id: Mapped[UUID]
    due_at: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    error: Mapped[str | None]


def pause_after(failures: int) -> timedelta:
    """Tell how long to wait after so many failures in a row: 2, 4, 8 seconds, an hour at most."""
    return min(timedelta(seconds=2.0 ** min(failures, MOST_ATTEMPTS)), LONGEST_PAUSE)

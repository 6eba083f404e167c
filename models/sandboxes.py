"""Sandboxes: organizations whose clock people move ahead, to see what will happen."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from models.base import Base, Owned

LONGEST_ADVANCE = timedelta(days=400)
"""How far a clock is moved at once."""
FARTHEST_AHEAD = timedelta(days=3_660)
"""How far it is moved altogether."""
RUNNING = text("ended_at is null")


class SandboxAdvance(Owned, Base):
    """One time that somebody moved the clock of a sandbox; one runs at a time.

    The clock goes from one thing that is due to the next, and waits for each: so everything
    happens in the order of its time, and sees the clock that it would have seen.

    Args:
        token_id: Who moves it.
        from_at: What the clock showed when it was begun.
        to_at: What it is to show.
        moved_at: When it was moved last, by our clock.
        ended_at: What it showed when all that was due had been done; null while it runs.
    """

    __tablename__ = "sandbox_advances"
    __table_args__ = (
        Index(
            "one_advance_at_a_time",
            "organization_id",
            unique=True,
            postgresql_where=RUNNING,
            sqlite_where=RUNNING,
        ),
    )

    token_id: Mapped[UUID | None]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

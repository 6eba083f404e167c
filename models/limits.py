"""How much each client may ask of the API, counted for all processes together."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class PointBucket(Base):
    """A bucket of points that leaks no faster than it is filled again.

    One moment says it all: that at which the bucket would be full again if nobody took any more.

    Args:
        whose: The token, the service account or the person whose requests are paid from it.
        full_at: When it is full again, by our clock.
    """

    __tablename__ = "point_buckets"
    __table_args__ = (UniqueConstraint("whose"),)

    whose: Mapped[UUID]
    full_at: Mapped[datetime] = mapped_column(index=True)

    def take(
        self, now: datetime, *, wanted: float, needed: float, most: float, per_second: float
    ) -> float:
        """Take points out of the bucket; gives how many, or 0 when there are too few.

        Args:
            now: The moment, by our clock.
            wanted: As many as there are, up to so many.
            needed: Fewer than this are of no use, and left there.
            most: How many points are in a full bucket.
            per_second: How many come back.
        """
        there = self.left(now, most=most, per_second=per_second)
        if there < needed:
            return 0.0
        taken = min(max(wanted, needed), there)
        self.full_at = max(self.full_at, now) + timedelta(seconds=taken / per_second)
        return taken

    def left(self, now: datetime, *, most: float, per_second: float) -> float:
        """Tell how many points are in the bucket; below 0 after a clock was set back."""
        return most - max((self.full_at - now).total_seconds(), 0) * per_second

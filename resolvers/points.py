"""Points that each client may spend: a bucket for each in the database, paid from in each process.

A process takes points out of a bucket a purse at a time and pays from the purse, so that one
request in some hundreds writes. All processes take from the same bucket: together they never grant
more than the bucket holds, and a purse for each process, at once; and never more in the long run
than comes back.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from models.base import table_of
from models.database import Database
from models.limits import PointBucket

MOST_PURSES = 10_000
KEPT = timedelta(days=1)
"""A bucket that has been full for so long is forgotten: a new one is full as well."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large each bucket is.

    Args:
        most: How many points are in a full one.
        per_second: How many come back in a second.
        purse: How many a process takes at once; at most a twentieth of `most`.
    """

    most: float
    per_second: float
    purse: float


class Spent(Exception):
    """There are fewer points than needed.

    Args:
        left: How many there are.
        wait: How long it takes until there are enough; None when there never will be.
    """

    def __init__(self, left: float, wait: timedelta | None) -> None:
        self.left = left
        self.wait = wait
        super().__init__()


@dataclass(slots=True)
class Purse:
    """What this process has of somebody's points.

    Args:
        points: How many.
        behind: How many were in the bucket when it was last looked at.
        looked_at: When that was.
    """

    points: float = 0.0
    behind: float = 0.0
    looked_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Buckets:
    """Lets clients pay for what they ask.

    Args:
        database: Where the buckets are.
        size: How large each of them is.
    """

    def __init__(self, database: Database, size: Size) -> None:
        self._database = database
        self._purses: OrderedDict[UUID, Purse] = OrderedDict()
        self.size = size

    async def pay(self, whose: UUID, points: float, now: datetime) -> None:
        """Pay for a request; the database is asked when the purse is empty.

        Args:
            whose: Who pays: a token, a service account, or a person.
            points: How many.
            now: The moment, by our clock.

        Raises:
            Spent: They have too few.
        """
        purse = self._purse(whose)
        if purse.points < points:
            async with purse.lock:
                if purse.points < points:
                    await self._fill(whose, purse, points, now)
        purse.points -= points

    def give_back(self, whose: UUID, points: float) -> None:
        """Give points back that were paid for what did not come."""
        self._purse(whose).points += points

    def left(self, whose: UUID, now: datetime) -> float:
        """Tell how many points somebody has, as far as this process knows."""
        purse = self._purse(whose)
        return min(purse.points + self._behind(purse, now), self.size.most)

    def _purse(self, whose: UUID) -> Purse:
        purse = self._purses.get(whose)
        if purse is None:
            purse = self._purses[whose] = Purse()
            while len(self._purses) > MOST_PURSES:
                self._purses.popitem(last=False)
        return purse

    async def _fill(self, whose: UUID, purse: Purse, points: float, now: datetime) -> None:
        """Fill a purse so far that it is enough.

        Raises:
            Spent: The bucket has too few; that is known without asking until they are back.
        """
        needed = points - purse.points
        if needed > self.size.most:
            raise Spent(self.left(whose, now), None)
        known = self._behind(purse, now)
        if purse.looked_at is None or known >= needed:
            try:
                taken = await self._take(whose, purse, needed, now)
            except IntegrityError:  # two processes made the bucket at once; it is there now
                taken = await self._take(whose, purse, needed, now)
            purse.points += taken
            if taken:
                return
            known = self._behind(purse, now)
        wait = max(needed - known, 0) / self.size.per_second
        raise Spent(purse.points + max(known, 0), timedelta(seconds=wait))

    def _behind(self, purse: Purse, now: datetime) -> float:
        """Estimate how many points are in the bucket: others take as well."""
        if purse.looked_at is None:
            return self.size.most
        since = max((now - purse.looked_at).total_seconds(), 0)
        return min(purse.behind + since * self.size.per_second, self.size.most)

    async def _take(self, whose: UUID, purse: Purse, needed: float, now: datetime) -> float:
        size = self.size
        terms = {"most": size.most, "per_second": size.per_second}
        mine = select(PointBucket).where(PointBucket.whose == whose).with_for_update()
        async with self._database.writing() as session:
            bucket = await session.scalar(mine)
            if bucket is None:
                bucket = PointBucket(whose=whose, full_at=now)
                session.add(bucket)
            taken = bucket.take(now, wanted=size.purse, needed=needed, **terms)
            purse.behind, purse.looked_at = bucket.left(now, **terms), now
        return taken


async def forget(database: Database, now: datetime) -> None:
    """Forget buckets that have been full for long."""
    table = table_of(PointBucket)
    async with database.writing() as session:
        old = delete(table).where(table.c.full_at <= now - KEPT)
        await (await session.connection()).execute(old)

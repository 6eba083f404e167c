"""Guesses at what is short enough to be guessed, counted in the database.

A guess is counted before it is looked at, and taken off again when it was right: many at once are
no more than one by one, whichever processes they come to.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, delete, literal, or_, select, update

from models.base import new_id, table_of
from models.database import Database
from models.dialects.missing_rows import Insert, insert_into
from models.guesses import GuessCount
from resolvers.outside.secret import Secret

PURPOSE = "guesses"
KEPT = timedelta(days=1)
"""So long a count is kept: longer than any time within which guesses are counted."""
AT_ONCE = timedelta(seconds=10)
"""Of guesses that come at once a later one may be counted first, by so much."""
ROW = table_of(GuessCount).c


@dataclass(frozen=True, slots=True)
class Bound:
    """How often somebody may guess.

    Args:
        what: What they are counted by, such as an address.
        at_most: How often.
        within: In how long a time, which begins with the first guess.
    """

    what: str
    at_most: int
    within: timedelta


class Guesses:
    """Counts guesses.

    Args:
        database: Where.
        secret: Digests what they are counted by, so that no address is kept.
        bound: How many there may be.
    """

    def __init__(self, database: Database, secret: Secret, bound: Bound) -> None:
        self._database = database
        self._secret = secret
        self.bound = bound

    async def count(self, by: str, now: datetime) -> timedelta | None:
        """Count a guess; tells how long to wait instead when there were too many, else None.

        Args:
            by: Who guesses, or at what.
            now: The moment.
        """
        place, table = self._place(by), table_of(GuessCount)
        async with self._database.writing() as session:
            connection = await session.connection()
            begun = insert_into(table, connection.dialect.name).values(
                id=new_id(), place=place, since=now, guesses=1
            )
            one_more = self._one_more(begun, now).returning(ROW.guesses)
            if (await connection.execute(one_more)).first() is not None:
                return None
            began = select(ROW.since).where(ROW.place == place)
            since: datetime = (await connection.execute(began)).scalar_one()
        return since + self.bound.within - now

    async def forgive(self, by: str, then: datetime) -> None:
        """Take a guess off that was right.

        Args:
            by: As it was counted.
            then: When it was counted.
        """
        counted = ROW.place == self._place(by), ROW.since <= then + AT_ONCE, ROW.guesses > 0
        async with self._database.writing() as session:
            fewer = update(table_of(GuessCount)).where(*counted).values(guesses=ROW.guesses - 1)
            await (await session.connection()).execute(fewer)

    def _one_more(self, begun: Insert, now: datetime) -> Insert:
        """Add to a count that is there, unless it is full; then no row is given back."""
        is_over = self._is_over(now)
        counted = {
            "guesses": case((is_over, 1), else_=ROW.guesses + 1),
            "since": case((is_over, literal(now, ROW.since.type)), else_=ROW.since),
        }
        has_room = or_(is_over, ROW.guesses < self.bound.at_most)
        return begun.on_conflict_do_update(index_elements=["place"], set_=counted, where=has_room)

    def _is_over(self, now: datetime) -> ColumnElement[bool]:
        """Tell whether the time of a count is over, or has not begun: our clock was set back."""
        return or_(ROW.since <= now - self.bound.within, ROW.since > now + AT_ONCE)

    def _place(self, by: str) -> str:
        return self._secret.signature(PURPOSE, f"{self.bound.what} {by}")


async def forget(database: Database, now: datetime) -> None:
    """Forget counts whose time has been over for long."""
    async with database.writing() as session:
        old = delete(table_of(GuessCount)).where(ROW.since <= now - KEPT)
        await (await session.connection()).execute(old)

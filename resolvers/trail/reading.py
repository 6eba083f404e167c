"""The trail of an organization as it is kept: its seals in turn, and the events of each."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import table_of
from models.events import Event
from models.seals import BEFORE_ALL, EventSeal
from resolvers.trail.documents import COLUMNS

EVENTS, SEALS = table_of(Event).c, table_of(EventSeal).c
AT_ONCE = 1_000
"""How many events a seal has at most, and how many are read at a time."""
FIRST_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of the trail: behind an event.

    Args:
        transaction: The number of its transaction.
        event_id: Its id.
    """

    transaction: int = -1
    event_id: UUID = FIRST_ID

    def __lt__(self, other: "Place") -> bool:
        """Tell whether it comes before another."""
        return (self.transaction, self.event_id) < (other.transaction, other.event_id)


@dataclass(frozen=True, slots=True)
class Head:
    """The last seal of a trail, to which the next one holds on."""

    number: int = 0
    digest: str = BEFORE_ALL
    place: Place = Place()


def place_of(row: Any) -> Place:
    """Tell where an event stands."""
    return Place(row.transaction_number, row.id)


def head_of(seal: Any) -> Head:
    """Tell up to where a seal goes."""
    return Head(seal.number, seal.digest, Place(seal.last_transaction, seal.last_event_id))


async def head(connection: AsyncConnection, organization_id: UUID) -> Head:
    """Find the last seal of an organization."""
    found = select(SEALS.number, SEALS.digest, SEALS.last_transaction, SEALS.last_event_id).where(
        SEALS.organization_id == organization_id
    )
    last = (await connection.execute(found.order_by(SEALS.number.desc()).limit(1))).first()
    return head_of(last) if last else Head()


async def seals(connection: AsyncConnection, organization_id: UUID) -> AsyncIterator[Any]:
    """Read the seals of an organization in turn."""
    behind = 0
    while True:
        some = (
            select(table_of(EventSeal))
            .where(SEALS.organization_id == organization_id, SEALS.number > behind)
            .order_by(SEALS.number)
            .limit(50)
        )
        rows = (await connection.execute(some)).all()
        for row in rows:
            yield row
        if not rows:
            return
        behind = rows[-1].number


async def events(
    connection: AsyncConnection,
    organization_id: UUID,
    behind: Place,
    *,
    up_to: Place | None = None,
    below: int | None = None,
    at_most: int = AT_ONCE,
) -> Sequence[Any]:
    """Read events in the order of transactions and ids.

    Args:
        connection: An open connection.
        organization_id: Whose.
        behind: After which place.
        up_to: Up to which place; to the end when left out.
        below: Only of transactions with a smaller number.
        at_most: How many.
    """
    mine = [EVENTS.organization_id == organization_id, _after(behind)]
    if up_to is not None:
        mine += [EVENTS.transaction_number <= up_to.transaction, ~_after(up_to)]
    if below is not None:
        mine.append(EVENTS.transaction_number < below)
    some = select(*COLUMNS).where(*mine).order_by(EVENTS.transaction_number, EVENTS.id)
    return (await connection.execute(some.limit(at_most))).all()


def _after(place: Place) -> Any:
    number = EVENTS.transaction_number
    return and_(
        number >= place.transaction,
        or_(number > place.transaction, EVENTS.id > place.event_id),
    )

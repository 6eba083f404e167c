"""What the sensors of an automat see in its lockers, against what we know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.automat_links import AutomatLink
from models.automats import Locker, LockerState
from models.events import EventKind
from models.keys import Key
from resolvers.work import Work


@dataclass(frozen=True, slots=True)
class SeenLocker:
    """One locker as its sensors see it.

    Args:
        index: Which one, from 0.
        has_key: Whether something lies in it.
        door_open: Whether its door is open.
    """

    index: int
    has_key: bool
    door_open: bool = False

    @property
    def state(self) -> LockerState:
        """What that makes of it."""
        if self.door_open:
            return LockerState.DOOR_OPEN
        return LockerState.WITH_KEY if self.has_key else LockerState.EMPTY


async def compare(
    work: Work, link: AutomatLink, number: int, lockers: Sequence[SeenLocker]
) -> None:
    """Believe what an automat sees, and have people look where no report explains it.

    Nothing is said while reports are missing or on their way: they explain what is seen.

    Args:
        work: The transaction.
        link: Its credentials, locked.
        number: The number of its last report when it looked.
        lockers: What it sees.
    """
    if not number == link.heard_up_to == link.last_number:
        return
    known = {row.index: row for row in await work.rows(_known(link.automat_id))}
    for seen in lockers:
        row = known.get(seen.index)
        if row is None or row.state in {LockerState.OUT_OF_ORDER, seen.state}:
            continue
        await _believe(work, row, seen)


def _known(automat_id: UUID) -> Any:
    inside = select(Key.id).where(Key.locker_id == Locker.id).exists().label("has_key")
    columns = Locker.id, Locker.index, Locker.state, inside
    return select(*columns).where(Locker.automat_id == automat_id)


async def _believe(work: Work, row: Any, seen: SeenLocker) -> None:
    (locker,) = await work.locked(Locker, [row.id])
    locker.state = seen.state
    await work.save()
    if seen.door_open or seen.has_key == row.has_key:
        return
    what = "something lies in it" if seen.has_key else "it is empty"
    expected = "a key should be in it" if row.has_key else "no key is known to be there"
    work.record(
        EventKind.LOCKER_UPDATED,
        locker,
        notice=f"The automat sees of locker {seen.index} that {what}, but {expected}: have a look.",
        state=locker.state.value,
        automat_id=locker.automat_id,
    )

"""Writing down where a key is and who has it: the one way in which a key changes its place.

Physical truth wins: what contradicts that which was known before is believed, and flagged.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement

from models.automats import Locker, LockerState
from models.custody import CustodyEntry, CustodyKind, CustodySource
from models.events import EventKind
from models.keys import Key, KeyStatus
from models.lifecycles import KEY
from resolvers.work import Work

OUT = {CustodyKind.FETCHED, CustodyKind.HANDED_OVER, CustodyKind.MISSED}
"""What leaves a key in no storage."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key is: in a locker, at a desk, or nowhere that we store keys."""

    automat_id: UUID | None = None
    locker_id: UUID | None = None
    manual_storage_id: UUID | None = None

    @classmethod
    def of(cls, key: Key) -> "Place":
        """Give where a key is as far as is known."""
        return cls(key.automat_id, key.locker_id, key.manual_storage_id)

    @classmethod
    def locker(cls, locker: Locker) -> "Place":
        """Give a place in a locker."""
        return cls(automat_id=locker.automat_id, locker_id=locker.id)


AWAY = Place()


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened to a key in the world.

    Args:
        kind: What.
        place: Where it is afterwards.
        at: When it happened; the clock of an automat may be wrong.
        source: Who says so.
        left_locker_id: The locker that it left, if it was taken out of one.
        key_contract_id: Under which contract somebody has it, or had it until now.
        holder: Who has it, in words, where no contract says so.
        contradiction: What it contradicts that was known before.
    """

    kind: CustodyKind
    place: Place
    at: datetime
    source: CustodySource
    left_locker_id: UUID | None = None
    key_contract_id: UUID | None = None
    holder: str | None = None
    contradiction: str | None = None


async def was_fetched(work: Work, locker: Locker, at: datetime) -> bool:
    """Tell whether it is known that a key left a locker at that moment: we may hear it twice."""
    entry = CustodyEntry
    return await _is_known(work, entry.left_locker_id == locker.id, entry.happened_at == at)


async def was_returned(work: Work, locker: Locker, at: datetime) -> bool:
    """Tell whether it is known that a key came into a locker at that moment."""
    entry = CustodyEntry
    return await _is_known(work, entry.locker_id == locker.id, entry.happened_at == at)


async def _is_known(work: Work, *same: ColumnElement[bool]) -> bool:
    return await work.first(work.own(CustodyEntry).where(*same)) is not None


async def write(work: Work, key: Key, fact: Fact) -> bool:
    """Add a link to a key's chain and let the key be where it says; says whether it is there now.

    A fact from before the newest one that is known is written down, and moves the key no more.

    Args:
        work: The transaction.
        key: The key, locked.
        fact: What happened.
    """
    last = await _last(work, key)
    is_late = last is not None and fact.at < last.happened_at
    contradiction = fact.contradiction
    if is_late and contradiction is None:
        contradiction = "It was reported after something that happened later."
    entry = CustodyEntry(
        organization_id=key.organization_id,
        key_id=key.id,
        number=1 if last is None else last.number + 1,
        kind=fact.kind,
        source=fact.source,
        happened_at=fact.at,
        recorded_at=work.now,
        automat_id=fact.place.automat_id,
        locker_id=fact.place.locker_id,
        manual_storage_id=fact.place.manual_storage_id,
        left_locker_id=fact.left_locker_id,
        key_contract_id=fact.key_contract_id,
        holder=fact.holder,
        contradiction=contradiction,
        token_id=work.actor.token_id,
    )
    await work.add(entry)
    if fact.kind is CustodyKind.REGISTERED:
        return True
    if not is_late:
        await _move(work, key, fact)
    _record(work, key, entry)
    return not is_late


async def _last(work: Work, key: Key) -> CustodyEntry | None:
    newest = work.own(CustodyEntry).where(CustodyEntry.key_id == key.id)
    return await work.first(newest.order_by(CustodyEntry.number.desc()))


async def _move(work: Work, key: Key, fact: Fact) -> None:
    """Let the key, and the lockers that it leaves and comes to, be as they are now."""
    status = KeyStatus.OUT if fact.kind in OUT else KeyStatus.IN_STORAGE
    if key.status not in {status, None}:
        KEY.check(KeyStatus(key.status), status)
    await _set_locker(work, key.locker_id, LockerState.EMPTY)
    if fact.place.locker_id is not None:
        await _evict(work, key, fact)
    key.status = status
    key.automat_id = fact.place.automat_id
    key.locker_id = fact.place.locker_id
    key.manual_storage_id = fact.place.manual_storage_id
    await _set_locker(work, key.locker_id, LockerState.WITH_KEY)
    await work.save()


async def _set_locker(work: Work, locker_id: UUID | None, state: LockerState) -> None:
    if locker_id is None:
        return
    (locker,) = await work.locked(Locker, [locker_id])
    if locker.state is not LockerState.OUT_OF_ORDER:
        locker.state = state


async def _evict(work: Work, key: Key, fact: Fact) -> None:
    """Believe that a key which was said to lie in the locker is not there: nobody knows where."""
    there = work.own(Key).where(Key.locker_id == fact.place.locker_id, Key.id != key.id)
    for other in await work.locking(there, Key):
        missed = Fact(
            kind=CustodyKind.MISSED,
            place=AWAY,
            at=fact.at,
            source=fact.source,
            contradiction=f"The key {key.code} lies in the locker where it should be.",
        )
        await write(work, other, missed)


def _record(work: Work, key: Key, entry: CustodyEntry) -> None:
    work.record(
        EventKind[f"KEY_{entry.kind.name}"],
        key,
        notice=_notice(key, entry),
        number=entry.number,
        happened_at=entry.happened_at,
        source=entry.source.value,
        automat_id=entry.automat_id,
        locker_id=entry.locker_id,
        manual_storage_id=entry.manual_storage_id,
        key_contract_id=entry.key_contract_id,
    )


def _notice(key: Key, entry: CustodyEntry) -> str | None:
    if entry.contradiction is None:
        return None
    what = entry.kind.value.replace("_", " ")
    return f"The key {key.code} was {what}, but: {entry.contradiction} Look after it."

"""Writing down where a key is and who has it: the one way in which a key changes its place.

Physical truth wins: what contradicts that which was known before is believed, and flagged. How the
chain is read is in `custody_chains`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from models.automats import Locker, LockerState
from models.custody import CLOCK_TOLERANCE, CustodyEntry, CustodyKind, CustodySource
from models.events import EventKind
from models.keys import Key, KeyStatus
from resolvers import backup_codes, return_codes
from resolvers.custody_chains import in_force
from resolvers.transitions import move_key
from resolvers.work import Work

OUT = {CustodyKind.FETCHED, CustodyKind.HANDED_OVER, CustodyKind.MISSED}
"""What leaves a key in no storage."""
LATE = "It was reported after something that happened later."
AHEAD = "The clock by which it happened is ahead of ours."


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
        at: When it happened, by the clock of whoever says so.
        source: Who says so.
        left_locker_id: The locker that it left, if it was taken out of one.
        key_contract_id: Under which contract somebody has it, or had it until now.
        contradiction: What it contradicts that was known before.
        fits: Whether it follows from where the key was known to be.
    """

    kind: CustodyKind
    place: Place
    at: datetime
    source: CustodySource
    left_locker_id: UUID | None = None
    key_contract_id: UUID | None = None
    contradiction: str | None = None
    fits: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """One more link of a key's chain.

    Args:
        entry: The link.
        is_newest: Whether the key is where it says; what happened before others moves no key.
        missed: Keys that were said to lie where this one is: nobody knows where they are.
    """

    entry: CustodyEntry
    is_newest: bool
    missed: Sequence[Key] = ()


async def write(work: Work, key: Key, fact: Fact, *, newest: CustodyEntry | None = None) -> Link:
    """Add a link to a key's chain and let the key be where it says.

    A fact from before the newest one that is known is written down, and moves the key no more.

    Args:
        work: The transaction.
        key: The key, locked.
        fact: What happened.
        newest: The newest link of its chain, by whoever has looked since the key was locked.
    """
    newest = newest or await in_force(work, key.id)
    happened_at = moment(work, newest, at=fact.at, source=fact.source, fits=fact.fits)
    if newest is not None and fact.kind is CustodyKind.MISSED:
        # The clock by which it was put there may be ahead of ours.
        happened_at = max(happened_at, newest.happened_at)
    is_late = newest is not None and happened_at < newest.happened_at
    entry = CustodyEntry(
        organization_id=key.organization_id,
        key_id=key.id,
        number=await _next_number(work, key),
        kind=fact.kind,
        source=fact.source,
        happened_at=happened_at,
        reported_at=fact.at,
        recorded_at=work.now,
        automat_id=fact.place.automat_id,
        locker_id=fact.place.locker_id,
        manual_storage_id=fact.place.manual_storage_id,
        left_locker_id=fact.left_locker_id,
        key_contract_id=fact.key_contract_id,
        contradiction=_contradiction(work, fact, is_late=is_late),
        token_id=work.actor.token_id,
    )
    await work.add(entry)
    if fact.kind is CustodyKind.REGISTERED:
        return Link(entry, is_newest=True)
    before = KeyStatus(key.status)
    missed = () if is_late else await _move(work, key, fact)
    _record(work, key, entry, before=before)
    return Link(entry, is_newest=not is_late, missed=missed)


async def _next_number(work: Work, key: Key) -> int:
    of_key = CustodyEntry.key_id == key.id
    (last,) = await work.scalars(select(func.max(CustodyEntry.number)).where(of_key))
    return 1 + (last or 0)


def moment(
    work: Work,
    newest: CustodyEntry | None,
    *,
    at: datetime,
    source: CustodySource,
    fits: bool,
) -> datetime:
    """Tell when a fact happened.

    That is never after we are told. A clock that is a little behind the one by which the key got
    where it is makes no fact late that follows from it. What people do just now comes after all
    that is known, though our clock was set back since, or somebody was faster.

    Args:
        work: The transaction.
        newest: The newest link of the key's chain.
        at: When, by the clock of whoever says so.
        source: Who says so.
        fits: Whether it follows from where the key was known to be.
    """
    told = min(at, work.now)
    if newest is not None and source is CustodySource.STAFF and at == work.now:
        return max(told, newest.happened_at)
    if newest is None or not fits or newest.source is source:
        return told
    is_little = newest.happened_at - told <= CLOCK_TOLERANCE
    return max(told, newest.happened_at) if is_little else told


def _contradiction(work: Work, fact: Fact, *, is_late: bool) -> str | None:
    said = [fact.contradiction] if fact.contradiction else []
    if is_late:
        said.append(LATE)
    if fact.at > work.now + CLOCK_TOLERANCE:
        said.append(AHEAD)
    return " ".join(said) or None


async def _move(work: Work, key: Key, fact: Fact) -> list[Key]:
    """Let the key, and the lockers that it leaves and comes to, be as they are now.

    The lockers are locked before anybody looks who lies in them: two keys may come to one at once.
    """
    left, came = {key.locker_id, fact.left_locker_id}, fact.place.locker_id
    lockers = await work.locked(Locker, [id for id in left | {came} if id is not None])
    missed = await _missed(work, key, fact)
    for locker in lockers:
        if locker.state is not LockerState.OUT_OF_ORDER:
            locker.state = LockerState.WITH_KEY if locker.id == came else LockerState.EMPTY
    if key.status is not KeyStatus.RETIRED:
        move_key(key, KeyStatus.OUT if fact.kind in OUT else KeyStatus.IN_STORAGE)
    key.automat_id = fact.place.automat_id
    key.locker_id = came
    key.manual_storage_id = fact.place.manual_storage_id
    await _let_be_at_home(work, key)
    await work.save()
    others = {locker.id for locker in lockers} - {key.selected_locker_id}
    await return_codes.follow_lockers(work, others)
    return missed


async def _let_be_at_home(work: Work, key: Key) -> None:
    """Let the locker in which a key lies be its own, where it lives in that automat (G25)."""
    if key.locker_id is None or key.automat_id != key.selected_automat_id:
        return
    owners = work.own(Key).where(Key.selected_locker_id == key.locker_id, Key.id != key.id)
    if key.selected_locker_id != key.locker_id and await work.first(owners) is None:
        key.selected_locker_id = key.locker_id
        await backup_codes.follow(work, [key])


async def _missed(work: Work, key: Key, fact: Fact) -> list[Key]:
    """Believe that other keys do not lie in lockers that this one left or came to."""
    lockers = [id for id in (fact.left_locker_id, fact.place.locker_id) if id is not None]
    if not lockers:
        return []
    others = work.own(Key).where(Key.locker_id.in_(lockers), Key.id != key.id)
    missed = list(await work.locking(others, Key))
    for other in missed:
        seen = Fact(
            kind=CustodyKind.MISSED,
            place=AWAY,
            at=work.now,
            source=CustodySource.SYSTEM,
            left_locker_id=other.locker_id,
            contradiction=f"The key {key.code} was in the locker where it should be.",
        )
        await write(work, other, seen)
    return missed


def _record(work: Work, key: Key, entry: CustodyEntry, *, before: KeyStatus) -> None:
    work.record(
        EventKind[f"KEY_{entry.kind.name}"],
        key,
        notice=_notice(key, entry),
        number=entry.number,
        happened_at=entry.happened_at,
        source=entry.source.value,
        before=before.value,
        status=key.status.value,
        automat_id=entry.automat_id,
        locker_id=entry.locker_id,
        left_locker_id=entry.left_locker_id,
        manual_storage_id=entry.manual_storage_id,
        key_contract_id=entry.key_contract_id,
    )


def _notice(key: Key, entry: CustodyEntry) -> str | None:
    if entry.contradiction is None:
        return None
    what = entry.kind.value.replace("_", " ")
    return f"The key {key.code} was {what}, but: {entry.contradiction} Look after it."

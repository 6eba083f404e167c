"""What an automat says of a locker: a key left it, or a key came into it."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from models.accounts import Permission
from models.automats import Automat, Locker, LockerState
from models.awaiting import is_unsigned
from models.contracts import LockerContract, LockerContractState
from models.custody import CustodyEntry, CustodyKind, CustodySource
from models.events import Event, EventKind
from models.keys import Key
from resolvers import custody
from resolvers.access_hours import contradiction
from resolvers.custody import AWAY, Fact, Link, Place
from resolvers.custody_chains import arrival, departure, holder_in, in_force
from resolvers.handover import fetching, returning
from resolvers.handover.inserting import key_being_inserted
from resolvers.handover.promises import Promise, locked_with_holder, promise_that_opened
from resolvers.handover.recognising import Seen, key_that_came, key_that_left, locker_at
from resolvers.handover.swapping import swap
from resolvers.planning.running_out import telling_of_taken
from resolvers.work import Work

LAST_REPORTS = 20


@dataclass(frozen=True, slots=True)
class Heard:
    """What was made of a report.

    Args:
        key: Which key it was about; None when nobody knows.
        key_contract_id: Under which contract somebody has it now, or had it.
        contradiction: What it contradicts that was known before, in words.
        is_news: Whether it was not known before.
    """

    key: Key | None
    key_contract_id: UUID | None = None
    contradiction: str | None = None
    is_news: bool = True


async def key_fetched(
    work: Work,
    *,
    automat_id: UUID | None,
    locker_index: int,
    at: datetime,
    rfid_tag: str | None = None,
    source: CustodySource = CustodySource.AUTOMAT,
) -> Heard:
    """Hear that a key was taken out of a locker.

    Args:
        work: The transaction.
        automat_id: The automat.
        locker_index: The locker.
        at: When, by the clock of the automat.
        rfid_tag: The tag that the automat read, if it reads tags.
        source: Who says so.

    Raises:
        NotAllowed: The actor may not report for automats.
        NotFound: There is no such automat.
        InvalidInput: It has no such locker.
    """
    work.require(Permission.EDIT_AUTOMATS)
    locker = await locker_at(work, automat_id, locker_index)
    seen = await key_that_left(work, locker, at, rfid_tag)
    if seen.key is None:
        known = await departure(work, locker, at)
        gone = LockerState.EMPTY
        return await (_known(work, known) if known else _nobody_knows(work, locker, gone, at))
    promised = await promise_that_opened(work, seen.opened, seen.key, at) if seen.opened else None
    key = await _locked(work, seen.key, promised)
    known = await departure(work, locker, at)  # we may hear it twice, and twice at once
    if known is not None:
        return await _known(work, known)
    if promised is None and await _was_given_up(work, seen.opened):
        seen = replace(seen, opened=None)
    holder_id = seen.opened.key_contract_id if seen.opened else None
    before = await in_force(work, key.id)
    fact = Fact(
        kind=CustodyKind.FETCHED,
        place=AWAY,
        at=at,
        source=source,
        left_locker_id=locker.id,
        key_contract_id=holder_id,
        contradiction=seen.contradiction
        or _not_theirs(seen, promised, before)
        or await _outside_hours(work, promised, locker, at),
        fits=key.locker_id == locker.id,
    )
    link = await custody.write(work, key, fact, newest=before)
    await _follow_fetch(work, key, promised, link, before)
    return Heard(key, holder_id, link.entry.contradiction)


async def _was_given_up(work: Work, opened: LockerContract | None) -> bool:
    """Tell whether a contract was given up while we waited for its rows."""
    if opened is None:
        return False
    await work.session.refresh(opened)
    return opened.state is LockerContractState.CANCELLED


def _not_theirs(seen: Seen, promised: Promise | None, before: CustodyEntry | None) -> str | None:
    """Say that a key was taken by somebody to whom it was not promised."""
    if seen.opened is None:
        return "Nobody had a contract for it."
    if promised is not None:
        unsigned = is_unsigned(promised.contract)
        return "Its contract waits for a signature." if unsigned else None
    had_it = before is not None and before.key_contract_id == seen.opened.key_contract_id
    return None if had_it else "The locker was opened for another key."


async def _outside_hours(
    work: Work, promised: Promise | None, locker: Locker, at: datetime
) -> str | None:
    """Say that a key was taken at an hour at which its contract does not let it be."""
    if promised is None or promised.contract.access_schedule is None:
        return None
    automat = await work.get(Automat, locker.automat_id)
    return contradiction(promised.contract, automat.time_zone, at)


async def _follow_fetch(
    work: Work, key: Key, promised: Promise | None, link: Link, before: CustodyEntry | None
) -> None:
    """Let contracts follow a key that was taken, as far as it happened after all that is known."""
    entry = link.entry
    was_only_missed = before is not None and before.kind is CustodyKind.MISSED
    if link.is_newest or was_only_missed:
        at = entry.happened_at
        await returning.close_former(work, key, at, holder_id=entry.key_contract_id)
        gone = link.missed if promised is not None else (*link.missed, key)
        await returning.went_missing(work, gone)
        if promised is None:
            return
        await swap(work, promised, key)
        await fetching.fetched(work, key, promised, at)
    elif promised is not None and promised.allocation.key_id == key.id and before is not None:
        at, until = entry.happened_at, before.happened_at
        await fetching.fetched_before(work, key, promised, at, until=until)


async def key_returned(
    work: Work,
    *,
    automat_id: UUID | None,
    locker_index: int,
    at: datetime,
    rfid_tag: str | None = None,
    source: CustodySource = CustodySource.AUTOMAT,
) -> Heard:
    """Hear that a key came into a locker; arguments and errors are those of `key_fetched`."""
    work.require(Permission.EDIT_AUTOMATS)
    locker = await locker_at(work, automat_id, locker_index)
    seen = await key_that_came(work, locker, at, rfid_tag)
    if seen.key is None:
        known = await arrival(work, locker, at)
        come = LockerState.WITH_KEY
        return await (_known(work, known) if known else _nobody_knows(work, locker, come, at))
    key, promised = await locked_with_holder(work, seen.key)
    known = await arrival(work, locker, at)  # we may hear it twice, and twice at once
    if known is not None:
        return await _known(work, known)
    fits = not key.is_stored
    newest = await in_force(work, key.id)
    moment = custody.moment(work, newest, at=at, source=source, fits=fits)
    is_brought = await _is_brought(work, key, locker, at)
    fact = Fact(
        kind=_arrival_kind(key, is_brought=is_brought),
        place=Place.locker(locker),
        at=at,
        source=source,
        key_contract_id=holder_in(await _before(work, key, newest, moment)),
        contradiction=seen.contradiction
        or (None if is_brought else _strange(key, promised, locker)),
        fits=fits,
    )
    is_usual = fact.kind is CustodyKind.RETURNED and fact.contradiction is None
    watched = nullcontext() if is_usual else telling_of_taken(work, locker.automat_id)
    async with watched:
        link = await custody.write(work, key, fact, newest=newest)
    if link.is_newest:
        at = link.entry.happened_at
        await returning.went_missing(work, link.missed)
        await returning.returned(work, key, promised, at, locker_id=locker.id)
    return Heard(key, link.entry.key_contract_id, link.entry.contradiction)


async def _locked(work: Work, key: Key, promised: Promise | None) -> Key:
    """Lock a key, unless its promise has."""
    if promised is not None:
        return key
    (locked,) = await work.locked(Key, [key.id])
    return locked


async def _before(
    work: Work, key: Key, newest: CustodyEntry | None, moment: datetime
) -> CustodyEntry | None:
    """Find the link of a chain that holds at a moment, which most often is the newest one."""
    if newest is None or newest.happened_at <= moment:
        return newest
    return await in_force(work, key.id, moment)


def _arrival_kind(key: Key, *, is_brought: bool) -> CustodyKind:
    """Tell a key that comes back from one that somebody brings, and from one that is found."""
    if not key.is_stored:
        return CustodyKind.RETURNED
    return CustodyKind.TRANSFERRED if is_brought else CustodyKind.FOUND


async def _is_brought(work: Work, key: Key, locker: Locker, at: datetime) -> bool:
    """Tell whether a key was to come here: it should go here next, or was let in just now."""
    if not key.is_stored or key.locker_id == locker.id:
        return False
    is_meant = key.target_automat_id == locker.automat_id
    return is_meant or await key_being_inserted(work, locker, at) == key.id


def _strange(key: Key, promised: Promise | None, locker: Locker) -> str | None:
    if key.is_stored:
        here = key.locker_id == locker.id
        return "It was known to lie there already." if here else "It was known to lie elsewhere."
    if promised is None:
        return "Nobody was known to have it."
    meant = {one.locker_id for one in promised.lockers if one.locker_id is not None}
    if meant and locker.id not in meant:
        return "Another locker was held for it."
    return None


async def _known(work: Work, entry: CustodyEntry) -> Heard:
    """Answer a report that was heard before."""
    key = await work.get(Key, entry.key_id)
    return Heard(key, entry.key_contract_id, entry.contradiction, is_news=False)


async def _nobody_knows(work: Work, locker: Locker, state: LockerState, at: datetime) -> Heard:
    """Keep what the cabinet says, and have somebody look."""
    (locker,) = await work.locked(Locker, [locker.id])
    what = "put into" if state is LockerState.WITH_KEY else "taken out of"
    notice = f"Something was {what} locker {locker.index}; nobody knows which key: have a look."
    if await _was_heard(work, locker, state, at):
        return Heard(None, contradiction=notice, is_news=False)
    if locker.state is not LockerState.OUT_OF_ORDER:
        locker.state = state
    facts = {"state": state.value, "happened_at": at, "automat_id": locker.automat_id}
    work.record(EventKind.LOCKER_UPDATED, locker, notice=notice, **facts)
    await work.save()
    return Heard(None, contradiction=notice)


async def _was_heard(work: Work, locker: Locker, state: LockerState, at: datetime) -> bool:
    of_locker = work.own(Event).where(
        Event.subject_id == locker.id, Event.kind == EventKind.LOCKER_UPDATED
    )
    await work.write_events()
    lately = await work.all(of_locker.order_by(Event.id.desc()).limit(LAST_REPORTS))
    same = {"state": state.value, "happened_at": at.isoformat()}
    return any(same.items() <= event.facts.items() for event in lately)

"""What an automat says of a locker: a key left it, or a key came into it."""

from datetime import datetime
from uuid import UUID

from models.accounts import Permission
from models.automats import Locker, LockerState
from models.contracts import LockerContractKind
from models.custody import CustodyKind, CustodySource
from models.events import EventKind
from models.keys import Key
from resolvers import custody
from resolvers.custody import AWAY, Fact, Place
from resolvers.handover import fetching, returning
from resolvers.handover.matching import (
    Promise,
    contract_at,
    key_in,
    key_with_tag,
    locker_at,
    promise,
    promise_of_holder,
)
from resolvers.work import Work

OUTWARDS = {LockerContractKind.DEFAULT, LockerContractKind.FETCH}
INWARDS = {LockerContractKind.DEFAULT, LockerContractKind.RETURN}


async def key_fetched(
    work: Work,
    *,
    automat_id: UUID | None,
    locker_index: int,
    at: datetime,
    rfid_tag: str | None = None,
    source: CustodySource = CustodySource.AUTOMAT,
) -> Key | None:
    """Hear that a key was taken out of a locker; gives the key, where it is known which it was.

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
    if await custody.was_fetched(work, locker, at):
        return None
    key, contradiction = await _key_that_left(work, locker, at, rfid_tag)
    if key is None:
        await _nobody_knows(work, locker, LockerState.EMPTY, "Something was taken out of it")
        return None
    promised = await _promise_to_fetch(work, locker, key, at)
    (key,) = await work.locked(Key, [key.id])
    if promised is None and contradiction is None:
        contradiction = "Nobody had a contract for it."
    if promised is not None:
        await fetching.swap(work, promised, key)
    fact = Fact(
        kind=CustodyKind.FETCHED,
        place=AWAY,
        at=at,
        source=source,
        left_locker_id=locker.id,
        key_contract_id=promised.contract.id if promised else None,
        contradiction=contradiction,
    )
    if await custody.write(work, key, fact) and promised is not None:
        await fetching.fetched(work, key, promised, at)
    return key


async def _key_that_left(
    work: Work, locker: Locker, at: datetime, rfid_tag: str | None
) -> tuple[Key | None, str | None]:
    """Find out which key was taken: the one that lies there, else the one that is expected."""
    there = await key_in(work, locker)
    tagged = await key_with_tag(work, rfid_tag) if rfid_tag else None
    if tagged is not None and (there is None or tagged.id != there.id):
        return tagged, "It was not known to lie in that locker."
    if there is not None:
        return there, None
    opened = await contract_at(work, locker, at, kinds=OUTWARDS)
    expected = await work.find(Key, opened.key_id) if opened else None
    return expected, "Nobody had said that it was put into that locker."


async def _promise_to_fetch(work: Work, locker: Locker, key: Key, at: datetime) -> Promise | None:
    opened = await contract_at(work, locker, at, kinds=OUTWARDS)
    if opened is None:
        return None
    found = await promise(work, opened.key_contract_id, key.id, opened=opened)
    return None if found is None or found.allocation.fetched_at is not None else found


async def key_returned(
    work: Work,
    *,
    automat_id: UUID | None,
    locker_index: int,
    at: datetime,
    rfid_tag: str | None = None,
    source: CustodySource = CustodySource.AUTOMAT,
) -> Key | None:
    """Hear that a key came into a locker; gives the key, where it is known which it is.

    Arguments and errors are those of `key_fetched`.
    """
    work.require(Permission.EDIT_AUTOMATS)
    locker = await locker_at(work, automat_id, locker_index)
    if await custody.was_returned(work, locker, at):
        return None
    key, contradiction = await _key_that_came(work, locker, at, rfid_tag)
    if key is None:
        await _nobody_knows(work, locker, LockerState.WITH_KEY, "Something was put into it")
        return None
    promised = await promise_of_holder(work, key)
    (key,) = await work.locked(Key, [key.id])
    if contradiction is None:
        contradiction = _contradiction(key, promised, locker)
    fact = Fact(
        kind=CustodyKind.FOUND if key.is_stored else CustodyKind.RETURNED,
        place=Place.locker(locker),
        at=at,
        source=source,
        key_contract_id=promised.contract.id if promised else None,
        contradiction=contradiction,
    )
    if await custody.write(work, key, fact):
        await returning.returned(work, key, promised, at, locker_id=locker.id)
    return key


async def _key_that_came(
    work: Work, locker: Locker, at: datetime, rfid_tag: str | None
) -> tuple[Key | None, str | None]:
    """Find out which key came: the one whose tag was read, else the one that is expected there."""
    expected = await contract_at(work, locker, at, kinds=INWARDS)
    tagged = await key_with_tag(work, rfid_tag) if rfid_tag else None
    if tagged is not None:
        is_expected = expected is None or expected.key_id in {None, tagged.id}
        return tagged, None if is_expected else "Another key was expected in that locker."
    if rfid_tag is not None:
        return None, None
    return (await work.find(Key, expected.key_id) if expected else None), None


def _contradiction(key: Key, promised: Promise | None, locker: Locker) -> str | None:
    if key.is_stored and key.locker_id != locker.id:
        return "It was known to lie elsewhere."
    if promised is None:
        return "Nobody was known to have it."
    meant = {one.locker_id for one in promised.lockers if one.locker_id is not None}
    if meant and locker.id not in meant:
        return "Another locker was held for it."
    return None


async def _nobody_knows(work: Work, locker: Locker, state: LockerState, what: str) -> None:
    """Keep what the cabinet says, and have somebody look."""
    (known,) = await work.locked(Locker, [locker.id])
    if known.state is not LockerState.OUT_OF_ORDER:
        known.state = state
    work.record(
        EventKind.LOCKER_UPDATED,
        known,
        notice=f"{what} (locker {known.index}), and nobody knows which key it is: have a look.",
        state=state.value,
    )
    await work.save()

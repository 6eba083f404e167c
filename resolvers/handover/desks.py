"""What people do at a desk: handing keys over, taking them back, putting them elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.accounts import Permission
from models.automats import Automat, Locker
from models.contracts import KeyContract
from models.custody import CustodyKind, CustodySource
from models.errors import InvalidInput, KeyOut, NotFound
from models.keys import Key, KeyStatus, ManualStorage
from models.organizations import ContactDetails
from models.times import Window
from resolvers import contracts, custody
from resolvers.custody import AWAY, Fact, Place
from resolvers.handover import fetching, returning
from resolvers.handover.matching import (
    Promise,
    named_key,
    promise,
    promise_of_holder,
    promise_to_fetch,
)
from resolvers.handover.places import locker_for
from resolvers.work import Work


@dataclass(frozen=True, slots=True)
class KeyName:
    """A key as somebody names it who has it in the hand: exactly one of the three."""

    id: UUID | None = None
    code: str | None = None
    rfid_tag: str | None = None


async def _keys(work: Work, names: Sequence[KeyName]) -> list[Key]:
    found = [
        await named_key(work, id=one.id, code=one.code, rfid_tag=one.rfid_tag) for one in names
    ]
    if not found:
        raise InvalidInput("At least one key is needed.", path=("keys",))
    return found


async def hand_over(
    work: Work,
    names: Sequence[KeyName],
    *,
    key_contract_id: UUID | None = None,
    contacts: Sequence[ContactDetails] = (),
    due_at: datetime | None = None,
) -> KeyContract:
    """Hand keys over: under the contract that waits for them, or under a new one made now.

    Args:
        work: The transaction.
        names: The keys.
        key_contract_id: Under which contract; the one whose time it is, or that comes next, when
            left out.
        contacts: To whom, for a new contract.
        due_at: When they have to be back, for a new contract; never when left out.

    Raises:
        NotAllowed: The actor may not hand keys over.
        NotFound: There is no such key or contract, or the contract does not wait for the key.
        InvalidInput: No key, or no contract waits for it and nobody is named.
        KeyOut: Somebody has a key already.
        KeyTaken: A key is promised to somebody else in that time.
    """
    work.require(Permission.HAND_OVER_KEYS)
    keys = await _keys(work, names)
    for key in keys:
        if key.status in {KeyStatus.OUT, KeyStatus.OVERDUE}:
            message = f"The key {key.code} is out: take it back first, then hand it over again."
            raise KeyOut(message, path=("keys",))
    if contacts:
        key_contract_id = (await _new_contract(work, keys, list(contacts), due_at)).id
    contract: KeyContract | None = None
    for key in keys:
        promised = await _promise(work, key, key_contract_id)
        await _hand_over(work, key, promised)
        contract = promised.contract
    assert contract is not None  # noqa: S101 - there is a key
    return contract


async def _new_contract(
    work: Work, keys: Sequence[Key], contacts: list[ContactDetails], due_at: datetime | None
) -> KeyContract:
    return await contracts.create(
        work,
        key_ids=[key.id for key in keys],
        contacts=contacts,
        window=Window.checked(work.now, due_at),
    )


async def _promise(work: Work, key: Key, key_contract_id: UUID | None) -> Promise:
    if key_contract_id is None:
        found = await promise_to_fetch(work, key, work.now)
        if found is None:
            message = f"No contract waits for the key {key.code}: say to whom it is handed over."
            raise InvalidInput(message, path=("contacts",))
        return found
    found = await promise(work, key_contract_id, key.id)
    if found is None or found.allocation.fetched_at is not None:
        message = f"That contract does not wait for the key {key.code}."
        raise NotFound(message, path=("key_contract_id",))
    return found


async def _hand_over(work: Work, key: Key, promised: Promise) -> None:
    (key,) = await work.locked(Key, [key.id])
    in_automat = key.automat_id is not None
    fact = Fact(
        kind=CustodyKind.HANDED_OVER,
        place=AWAY,
        at=work.now,
        source=CustodySource.STAFF,
        left_locker_id=key.locker_id,
        key_contract_id=promised.contract.id,
        contradiction="It was known to lie in an automat." if in_automat else None,
    )
    await custody.write(work, key, fact)
    await fetching.fetched(work, key, promised, work.now)


async def take_back(
    work: Work,
    name: KeyName,
    *,
    manual_storage_id: UUID | None = None,
    key_contract_id: UUID | None = None,
) -> Key:
    """Take a key back at a desk, from whoever brings it, late or early; twice is once.

    Args:
        work: The transaction.
        name: The key.
        manual_storage_id: At which desk; the one where it lives when left out.
        key_contract_id: Under which contract it should have been out, where somebody says so.

    Raises:
        NotAllowed: The actor may not take keys back.
        NotFound: There is no such key or desk.
        InvalidInput: The key lives in an automat, and no desk is named.
    """
    work.require(Permission.HAND_OVER_KEYS)
    (key,) = await _keys(work, [name])
    desk = await _desk(work, key, manual_storage_id)
    promised = await promise_of_holder(work, key)
    (key,) = await work.locked(Key, [key.id])
    if key.manual_storage_id == desk.id:
        return key
    fact = Fact(
        kind=CustodyKind.FOUND if key.is_stored else CustodyKind.TAKEN_BACK,
        place=Place(manual_storage_id=desk.id),
        at=work.now,
        source=CustodySource.STAFF,
        left_locker_id=key.locker_id,
        key_contract_id=promised.contract.id if promised else None,
        contradiction=_contradiction(key, promised, key_contract_id),
    )
    await custody.write(work, key, fact)
    await returning.returned(work, key, promised, work.now, locker_id=None)
    return key


async def _desk(work: Work, key: Key, id: UUID | None) -> ManualStorage:
    desk_id = id or key.selected_manual_storage_id
    if desk_id is None:
        message = f"The key {key.code} lives in an automat: say at which desk it is taken back."
        raise InvalidInput(message, path=("manual_storage_id",))
    return await work.get(ManualStorage, desk_id, path=("manual_storage_id",))


def _contradiction(key: Key, promised: Promise | None, key_contract_id: UUID | None) -> str | None:
    if key.is_stored:
        return "It was known to lie elsewhere."
    if promised is None:
        return "Nobody was known to have it."
    if key_contract_id is not None and promised.contract.id != key_contract_id:
        return "It is the key of another contract than the one that was named."
    return None


async def transfer(
    work: Work,
    name: KeyName,
    *,
    automat_id: UUID | None = None,
    locker_index: int | None = None,
    manual_storage_id: UUID | None = None,
) -> Key:
    """Put a key that is in our hands elsewhere: into a locker, or to another desk.

    Into an automat it goes to the locker that is held for its next contract, or to the lowest free
    one, unless a locker is named.

    Raises:
        NotAllowed: The actor may not hand keys over.
        NotFound: There is no such key, automat or desk.
        InvalidInput: Not exactly one of automat and desk, or no such locker.
        KeyOut: Somebody has it: take it back first.
        NoFreeLocker: The locker is not free, or none is.
    """
    work.require(Permission.HAND_OVER_KEYS)
    (key,) = await _keys(work, [name])
    if (automat_id is None) == (manual_storage_id is None):
        message = "Give exactly one of automatId and manualStorageId."
        raise InvalidInput(message, path=("storage",))
    (key,) = await work.locked(Key, [key.id])
    if not key.is_stored:
        message = f"The key {key.code} is out: take it back first."
        raise KeyOut(message, path=("key",))
    locker: Locker | None = None
    if automat_id is not None:
        automat = await work.get(Automat, automat_id, path=("storage", "automat_id"))
        locker = await locker_for(work, key, automat, locker_index)
        place = Place.locker(locker)
    else:
        path = ("storage", "manual_storage_id")
        desk = await work.get(ManualStorage, manual_storage_id, path=path)
        place = Place(manual_storage_id=desk.id)
    if Place.of(key) != place:
        await _transfer(work, key, place)
    return key


async def _transfer(work: Work, key: Key, place: Place) -> None:
    fact = Fact(
        kind=CustodyKind.TRANSFERRED,
        place=place,
        at=work.now,
        source=CustodySource.STAFF,
        left_locker_id=key.locker_id,
    )
    await custody.write(work, key, fact)
    await returning.returned(work, key, None, work.now, locker_id=place.locker_id)

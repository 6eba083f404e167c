"""Keys that people put elsewhere: into a locker, or to another desk."""

from contextlib import nullcontext
from uuid import UUID

from sqlalchemy import exists, or_

from models.accounts import Permission
from models.automats import Automat
from models.contracts import (
    KeyAllocation,
    KeyContract,
    LockerContract,
    LockerContractKind,
    LockerContractState,
)
from models.custody import CustodyKind, CustodySource
from models.errors import InvalidInput, KeyOut
from models.keys import Key, ManualStorage
from models.live_contracts import is_live
from resolvers import custody
from resolvers.custody import Fact, Place
from resolvers.handover import returning
from resolvers.handover.lockers import Heard
from resolvers.handover.places import locker_for
from resolvers.key_names import KeyName, named_key
from resolvers.planning.running_out import telling_of_taken
from resolvers.work import Work


async def transfer(
    work: Work,
    name: KeyName,
    *,
    automat_id: UUID | None = None,
    locker_index: int | None = None,
    manual_storage_id: UUID | None = None,
) -> Heard:
    """Put a key that is in our hands elsewhere: into a locker, or to another desk.

    Into an automat it goes to the locker that is held for its next contract, or to its own one
    there, or to the lowest free one, unless a locker is named. Twice is once.

    Raises:
        NotAllowed: The actor may not hand keys over.
        NotFound: There is no such key, automat or desk.
        InvalidInput: Not exactly one of automat and desk, or no such locker.
        KeyOut: Somebody has it: take it back first.
        NoFreeLocker: The locker is not free, or none is.
    """
    work.require(Permission.HAND_OVER_KEYS)
    key = await named_key(work, name)
    _check_place(automat_id, locker_index, manual_storage_id)
    (key,) = await work.locked(Key, [key.id])
    if not key.is_stored:
        message = f"The key {key.code} is out: take it back first."
        raise KeyOut(message, path=("key",))
    place = await _place(work, key, automat_id, locker_index, manual_storage_id)
    if Place.of(key) == place:
        return Heard(key, contradiction="It lies there already.", is_news=False)
    fact = Fact(
        kind=CustodyKind.TRANSFERRED,
        place=place,
        at=work.now,
        source=CustodySource.STAFF,
        left_locker_id=key.locker_id,
        contradiction=await _out_of_reach(work, key) if automat_id is not None else None,
        fits=True,
    )
    watched = nullcontext() if automat_id is None else telling_of_taken(work, automat_id)
    async with watched:
        link = await custody.write(work, key, fact)
    await returning.returned(work, key, None, work.now, locker_id=place.locker_id)
    return Heard(key, contradiction=link.entry.contradiction)


async def _out_of_reach(work: Work, key: Key) -> str | None:
    """Say whom a key is to be handed over to at a desk now: nobody opens a locker for them."""
    row, allocation, locker = KeyContract, KeyAllocation, LockerContract
    opens = exists().where(
        locker.key_contract_id == row.id,
        locker.kind != LockerContractKind.RETURN,
        or_(locker.key_id == key.id, locker.key_id.is_(None)),
        or_(is_live(locker), locker.state == LockerContractState.FAILED),
    )
    waiting = (
        work.own(row)
        .join(allocation, allocation.key_contract_id == row.id)
        .where(allocation.key_id == key.id, allocation.live, allocation.fetched_at.is_(None))
        .where(row.starts_at <= work.now, or_(row.ends_at.is_(None), row.ends_at > work.now))
    )
    contract = await work.first(waiting.where(~opens).order_by(row.starts_at, row.id))
    if contract is None:
        return None
    return (
        f"It is to be handed over at a desk now, under the contract {contract.reference}, which "
        "opens no locker: bring it to a desk, or change the contract."
    )


def _check_place(
    automat_id: UUID | None, locker_index: int | None, manual_storage_id: UUID | None
) -> None:
    if (automat_id is None) == (manual_storage_id is None):
        message = "Give exactly one of automatId and manualStorageId."
        raise InvalidInput(message, path=("storage",))
    if locker_index is not None and automat_id is None:
        raise InvalidInput("A desk has no lockers; leave lockerIndex out.", path=("locker_index",))


async def _place(
    work: Work,
    key: Key,
    automat_id: UUID | None,
    locker_index: int | None,
    manual_storage_id: UUID | None,
) -> Place:
    if automat_id is not None:
        automat = await work.get(Automat, automat_id, path=("storage", "automat_id"))
        return Place.locker(await locker_for(work, key, automat, locker_index))
    path = ("storage", "manual_storage_id")
    desk = await work.get(ManualStorage, manual_storage_id, path=path)
    return Place(manual_storage_id=desk.id)

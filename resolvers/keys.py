"""Keys: registering them, and which of them are free when."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TypedDict
from uuid import UUID

from sqlalchemy import select

from geo.candidates import bits
from models.accounts import Permission
from models.automats import Automat, AutomatState, Locker, LockerState
from models.availability import Span, blocked_lockers
from models.codes import AutomatCode
from models.contracts import KeyAllocation
from models.custody import CustodyKind, CustodySource
from models.entities import ReservableEntity
from models.errors import (
    ExternalIdInUse,
    InvalidInput,
    KeyOut,
    KeyTaken,
    NoFreeLocker,
    NotFound,
    PinInUse,
)
from models.events import EventKind
from models.keys import (
    EntityKey,
    Key,
    KeyKind,
    KeyStatus,
    ManualStorage,
    new_key_code,
)
from models.pins import checked_code
from models.tags import checked_tag
from models.times import Window
from resolvers import backup_codes, custody, return_codes
from resolvers.checks import exactly_one, required_text
from resolvers.codes_in_use import in_use
from resolvers.custody import Fact, Place
from resolvers.planning.running_out import telling_of_taken
from resolvers.transitions import move_key
from resolvers.work import Work

CODE_TAKEN = "keys_organization_id_code_key"
IS_OUT = (Key.automat_id.is_(None), Key.manual_storage_id.is_(None))
"""Conditions: it is in no storage."""


class KeyChanges(TypedDict, total=False):
    """What may be changed of a key."""

    code: str
    shared: bool
    rfid_tag: str | None
    return_code: str | None
    status: KeyStatus


async def register(
    work: Work,
    *,
    kind: KeyKind,
    entity_ids: Sequence[UUID | None],
    automat_id: UUID | None = None,
    manual_storage_id: UUID | None = None,
    locker_index: int | None = None,
    code: str | None = None,
    shared: bool = False,
    return_code: str | None = None,
    rfid_tag: str | None = None,
) -> Key:
    """Register a key where it lies. In an automat it gets a locker and counts as inside it.

    Raises:
        NotAllowed: The actor may not change keys.
        NotFound: There is no such entity, automat or desk.
        InvalidInput: Not exactly one storage, an automat that was uninstalled, a return code or tag
            that is none, or no such locker.
        NoFreeLocker: The locker is in use, or every one is.
        PinInUse: The automat knows the return code already.
        ExternalIdInUse: Another key has that code.
    """
    work.require(Permission.EDIT_KEYS)
    exactly_one(automatId=automat_id, manualStorageId=manual_storage_id)
    if locker_index is not None and automat_id is None:
        raise InvalidInput("A desk has no lockers; leave lockerIndex out.", path=("locker_index",))
    entities = [await work.get(ReservableEntity, id, path=("entity_ids",)) for id in entity_ids]
    key = Key(
        organization_id=work.actor.organization_id,
        code=required_text(code, path=("code",)) if code is not None else new_key_code(),
        kind=kind,
        shared=shared,
        rfid_tag=None if rfid_tag is None else checked_tag(rfid_tag, path=("rfid_tag",)),
        return_code=checked_code(return_code, path=("return_code",))
        if return_code is not None
        else None,
    )
    if manual_storage_id is not None:
        desk = await work.get(ManualStorage, manual_storage_id, path=("storage",))
        key.selected_manual_storage_id = key.manual_storage_id = desk.id
    else:
        await _put_into_automat(work, key, automat_id, locker_index)
    watched = nullcontext() if automat_id is None else telling_of_taken(work, automat_id)
    async with watched:
        await work.add(key, refusals={CODE_TAKEN: _taken(key.code)})
    await backup_codes.make(work, [key])
    await _link(work, key, entities)
    registered = Fact(CustodyKind.REGISTERED, Place.of(key), work.now, CustodySource.STAFF)
    await custody.write(work, key, registered)
    opens = [entity.id for entity in entities]
    work.record(EventKind.KEY_REGISTERED, key, locker_id=key.locker_id, entity_ids=opens)
    return key


async def _link(work: Work, key: Key, entities: Sequence[ReservableEntity]) -> None:
    await work.add(
        *(
            EntityKey(organization_id=key.organization_id, entity_id=entity.id, key_id=key.id)
            for entity in dict.fromkeys(entities)
        )
    )


async def _put_into_automat(
    work: Work, key: Key, automat_id: UUID | None, locker_index: int | None
) -> None:
    locked = await work.locked(Automat, [automat_id] if automat_id else [])
    if not locked:
        raise NotFound("Your organization has no such automat.", path=("storage", "automat_id"))
    automat = locked[0]
    check_is_there(automat)
    if key.return_code is not None:
        await check_code_unused(work, automat, key.return_code)
    locker = await _locker_for_key(work, automat, locker_index)
    locker.state = LockerState.WITH_KEY
    key.selected_automat_id = key.automat_id = automat.id
    key.selected_locker_id = key.locker_id = locker.id


async def _locker_for_key(work: Work, automat: Automat, index: int | None) -> Locker:
    if index is not None and not 0 <= index < automat.model.locker_count:
        raise InvalidInput(
            f"The automat {automat.name} has lockers 0 to {automat.model.locker_count - 1}; "
            f"there is no locker {index}.",
            path=("locker_index",),
        )
    free = await free_lockers(work, automat, Window(work.now, None))
    if index is None:
        index = next(bits(free), None)
    if index is None or not free >> index & 1:
        which = "No locker" if index is None else f"Locker {index}"
        raise NoFreeLocker(
            f"{which} of the automat {automat.name} is free from now on"
            f"{'' if index is None else ' (it is not)'}.",
            path=("locker_index",),
        )
    lockers = work.own(Locker).where(Locker.automat_id == automat.id, Locker.index == index)
    return (await work.all(lockers))[0]


def check_is_there(automat: Automat) -> None:
    """Refuse to put keys into an automat that was uninstalled.

    Raises:
        InvalidInput: It was.
    """
    if automat.state is AutomatState.UNINSTALLED:
        message = f"The automat {automat.name} was uninstalled: no key is put into it."
        raise InvalidInput(message, path=("storage", "automat_id"))


async def free_lockers(work: Work, automat: Automat, window: Window) -> int:
    """Tell which lockers of an automat are free from now on over a window, as bits.

    One is not in which a key lies that should have been fetched by now.
    """
    span = Span(automat.id, window)
    blocked = (await blocked_lockers(await work.connection(), [span]))[span]
    inside = select(Locker.index).join(Key, Key.locker_id == Locker.id)
    full = await work.scalars(inside.where(Locker.automat_id == automat.id))
    by_keys = blocked.by_keys | sum(1 << index for index in full)
    return automat.usable_lockers & ~blocked.by_contracts & ~by_keys


async def check_code_unused(work: Work, automat: Automat, code: str) -> None:
    """Refuse a code that an automat knows already.

    Raises:
        PinInUse: It does. The message does not repeat the code.
    """
    if code in (await in_use(work, [automat.id]))[automat.id]:
        raise PinInUse(path=("return_code",))


async def update(
    work: Work,
    id: UUID | None,
    changes: KeyChanges,
    *,
    entity_ids: Sequence[UUID | None] | None = None,
) -> Key:
    """Change a key, or what it opens.

    Raises:
        NotAllowed: The actor may not change keys.
        NotFound: There is no such key or entity.
        InvalidInput: The code is empty, or a return code or a tag is none.
        KeyTaken: It is promised to several at once, so it stays shared.
        PinInUse: The key's automat knows the return code already.
        ExternalIdInUse: Another key has that code.
    """
    work.require(Permission.EDIT_KEYS)
    known = await work.get(Key, id, path=("id",))
    (key,) = await work.locked(Key, [known.id])
    if (code := changes.get("return_code")) is not None and code != key.return_code:
        await _check_new_return_code(work, key, checked_code(code, path=("return_code",)))
    if "code" in changes:
        changes = {**changes, "code": required_text(changes["code"], path=("code",))}
    if "status" in changes:
        _set_status(key, changes["status"])
    if (tag := changes.get("rfid_tag")) is not None:
        changes = {**changes, "rfid_tag": checked_tag(tag, path=("rfid_tag",))}
    for name, value in changes.items():
        if name != "status":
            setattr(key, name, value)
    await work.save({CODE_TAKEN: _taken(key.code)})
    await _let_others_follow(work, key, changes)
    if entity_ids is not None:
        await _open_only(work, key, entity_ids)
    opens = await work.scalars(select(EntityKey.entity_id).where(EntityKey.key_id == key.id))
    work.record(EventKind.KEY_UPDATED, key, changed=sorted(changes), entity_ids=opens)
    return key


def _set_status(key: Key, wanted: KeyStatus) -> None:
    """Take a key out of use, or back into it: wherever it is by then."""
    if key.status in {KeyStatus.OUT, KeyStatus.OVERDUE}:
        if wanted is KeyStatus.RETIRED:
            message = f"Somebody has the key {key.code}; it can be retired when it is back."
            raise KeyOut(message, path=("retired",))
        return
    move_key(key, wanted)
    if wanted is KeyStatus.IN_STORAGE and not key.is_stored:
        move_key(key, KeyStatus.OUT)  # it was taken while it was out of use


async def _let_others_follow(work: Work, key: Key, changes: KeyChanges) -> None:
    """Let promises and codes of a key be right after a change of it."""
    if "shared" in changes:
        await _let_promises_follow(work, key)
    if changes.keys() & {"return_code", "status"}:
        await return_codes.renew(work, [key])
    if "status" in changes:
        await backup_codes.follow(work, [key])


async def _let_promises_follow(work: Work, key: Key) -> None:
    """Let what a key is promised for now be for one alone, or shared, as the key is (R62)."""
    promised = work.own(KeyAllocation).where(KeyAllocation.key_id == key.id, KeyAllocation.live)
    for allocation in await work.locking(promised, KeyAllocation):
        allocation.exclusive = not key.shared
    message = f"The key {key.code} is promised to several at once, so it has to stay shared."
    await work.save({"one_holder_per_key_at_a_time": KeyTaken(message, path=("shared",))})


async def _check_new_return_code(work: Work, key: Key, code: str) -> None:
    known = select(AutomatCode.automat_id).where(AutomatCode.key_id == key.id)
    homes = (key.automat_id, key.selected_automat_id, *await work.scalars(known))
    for automat in await work.locked(Automat, {id for id in homes if id is not None}):
        await check_code_unused(work, automat, code)


async def _open_only(work: Work, key: Key, entity_ids: Sequence[UUID | None]) -> None:
    entities = [await work.get(ReservableEntity, id, path=("entity_ids",)) for id in entity_ids]
    for link in await work.all(work.own(EntityKey).where(EntityKey.key_id == key.id)):
        await work.session.delete(link)
    await work.save()
    await _link(work, key, entities)


def _taken(code: str) -> ExternalIdInUse:
    return ExternalIdInUse(f"Another key has the code {code!r}.", path=("code",))

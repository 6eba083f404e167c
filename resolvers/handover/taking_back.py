"""Taking keys back at a desk, from whoever brings them."""

from uuid import UUID

from models.accounts import Permission
from models.contracts import KeyContract
from models.custody import CustodyKind, CustodySource
from models.errors import InvalidInput
from models.keys import Key, ManualStorage
from resolvers import custody
from resolvers.custody import Fact, Place
from resolvers.custody_chains import holder_in, in_force
from resolvers.handover import returning
from resolvers.handover.lockers import Heard
from resolvers.handover.promises import Promise, locked_with_holder
from resolvers.key_names import KeyName, named_key
from resolvers.work import Work


async def take_back(
    work: Work,
    name: KeyName,
    *,
    manual_storage_id: UUID | None = None,
    key_contract_id: UUID | None = None,
) -> Heard:
    """Take a key back at a desk, from whoever brings it, late or early; twice is once.

    Args:
        work: The transaction.
        name: The key.
        manual_storage_id: At which desk; when left out, the one where it lives, or the only one.
        key_contract_id: Under which contract it should have been out, where somebody says so.

    Raises:
        NotAllowed: The actor may not take keys back.
        NotFound: There is no such key, desk or contract.
        InvalidInput: The key lives in an automat, there are several desks, and none is named.
    """
    work.require(Permission.HAND_OVER_KEYS)
    key = await named_key(work, name)
    desk = await _desk(work, key, manual_storage_id)
    if key_contract_id is not None:
        await work.get(KeyContract, key_contract_id, path=("key_contract_id",))
    key, promised = await locked_with_holder(work, key)
    if key.manual_storage_id == desk.id:
        return Heard(key, contradiction="It lies at that desk already.", is_news=False)
    holder_id = holder_in(await in_force(work, key.id))
    fact = Fact(
        kind=CustodyKind.FOUND if key.is_stored else CustodyKind.TAKEN_BACK,
        place=Place(manual_storage_id=desk.id),
        at=work.now,
        source=CustodySource.STAFF,
        left_locker_id=key.locker_id,
        key_contract_id=holder_id,
        contradiction=_strange(key, promised, holder_id, key_contract_id),
        fits=True,
    )
    link = await custody.write(work, key, fact)
    await returning.returned(work, key, promised, work.now, locker_id=None)
    return Heard(key, holder_id, link.entry.contradiction)


async def _desk(work: Work, key: Key, id: UUID | None) -> ManualStorage:
    path = ("manual_storage_id",)
    desk_id = id or key.selected_manual_storage_id
    if desk_id is not None:
        return await work.get(ManualStorage, desk_id, path=path)
    desks = await work.all(work.seen(ManualStorage).limit(2))
    if len(desks) != 1:
        message = f"The key {key.code} lives in an automat: say at which desk it is taken back."
        raise InvalidInput(message, path=path)
    return desks[0]


def _strange(
    key: Key, promised: Promise | None, holder_id: UUID | None, named_id: UUID | None
) -> str | None:
    if key.is_stored:
        return "It was known to lie elsewhere."
    if promised is None and holder_id is None:
        return "Nobody was known to have it."
    holders = {holder_id, promised.contract.id if promised else None}
    if named_id is not None and named_id not in holders:
        return "It is the key of another contract than the one that was named."
    return None

"""Under which contract keys are handed over at a desk, and which of them cannot be."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from models.awaiting import is_unsigned
from models.contracts import KeyContract
from models.errors import InvalidInput, KeyOut, NotFound, WaitingForSignature
from models.keys import Key, KeyStatus
from models.lifecycles import KEY
from models.organizations import ContactDetails
from resolvers.handover.promises import Promise, holdings, promise, promise_to_fetch
from resolvers.work import Work


def check_one_way(
    key_contract_id: UUID | None,
    contacts: Sequence[ContactDetails],
    due_at: datetime | None,
    pick_up_information: str | None,
) -> None:
    """Refuse to hand over under a contract and a new one at once.

    Raises:
        InvalidInput: Both are named, or what only a new contract gets without a new contract.
    """
    if key_contract_id is not None and contacts:
        message = "Give either the key contract or the contacts of a new one."
        raise InvalidInput(message, path=("contacts",))
    if due_at is not None and not contacts:
        message = "Only a new contract gets its end here: give its contacts, or leave dueAt out."
        raise InvalidInput(message, path=("due_at",))
    if pick_up_information and not contacts:
        message = "Only a new contract is told here how keys are got: keyContractUpdate does it."
        raise InvalidInput(message, path=("pick_up_information",))


async def check_stored(work: Work, keys: Sequence[Key]) -> None:
    """Refuse to hand over what is not in our hands as far as is known.

    Raises:
        KeyOut: Somebody has a key, or nobody knows where it is.
        IllegalTransition: It is out of use.
    """
    for key in keys:
        if key.is_stored:
            KEY.check(KeyStatus(key.status), KeyStatus.OUT)
            continue
        where = "is out" if await holdings(work, key.id) else "is nowhere that we know of"
        message = f"The key {key.code} {where}: take it back first, then hand it over."
        raise KeyOut(message, path=("keys",))


async def given_before(
    work: Work, keys: Sequence[Key], key_contract_id: UUID | None
) -> dict[UUID, UUID]:
    """Find the keys that were handed over before under the contract that is meant, each with it.

    Raises:
        KeyOut: Somebody else has a key, or nobody knows where it is.
        IllegalTransition: It is out of use.
    """
    given = {}
    for key in keys:
        holders = [one.key_contract_id for one in await holdings(work, key.id)]
        meant = [id for id in holders if key_contract_id in {None, id}]
        if key.is_stored or not meant:
            await check_stored(work, [key])
        else:
            given[key.id] = meant[0]
    return given


async def promise_for(work: Work, key: Key, key_contract_id: UUID | None) -> Promise:
    """Find and lock the promise of a key that is handed over.

    Raises:
        InvalidInput: No contract waits for it, and nobody is named.
        NotFound: There is no such contract, or it does not wait for the key.
        WaitingForSignature: It has to be signed before any key is handed over (G16).
    """
    found = await _promise_for(work, key, key_contract_id)
    if is_unsigned(found.contract):
        message = (
            f"The key contract {found.contract.reference} waits for a signature: have it signed, "
            f"then hand the key {key.code} over."
        )
        raise WaitingForSignature(message, path=("key_contract_id",) if key_contract_id else ())
    return found


async def _promise_for(work: Work, key: Key, key_contract_id: UUID | None) -> Promise:
    if key_contract_id is None:
        found = await promise_to_fetch(work, key)
        if found is None:
            message = f"No contract waits for the key {key.code}: say to whom it is handed over."
            raise InvalidInput(message, path=("contacts",))
        return found
    path = ("key_contract_id",)
    await work.get(KeyContract, key_contract_id, path=path)
    found = await promise(work, key_contract_id, key.id)
    if found is None or found.allocation.fetched_at is not None:
        raise NotFound(f"That contract does not wait for the key {key.code}.", path=path)
    return found


async def the_one(work: Work, contract_ids: Sequence[UUID]) -> KeyContract:
    """Give the one contract under which keys are handed over.

    Raises:
        InvalidInput: There are several.
    """
    found = [await work.get(KeyContract, id) for id in dict.fromkeys(contract_ids)]
    if len(found) > 1:
        names = " and ".join(sorted(one.reference for one in found))
        message = f"The keys wait for several contracts, {names}: hand them over one by one."
        raise InvalidInput(message, path=("keys",))
    return found[0]

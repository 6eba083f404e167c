"""Handing keys over at a desk: under the contract that waits for them, or under a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.accounts import Permission
from models.contracts import KeyContract, Verification
from models.custody import CustodyKind, CustodySource
from models.errors import StartsAfterEnd
from models.keys import Key
from models.organizations import ContactDetails
from models.times import Window
from resolvers import contracts, custody
from resolvers.access_hours import contradiction, zone_of_place
from resolvers.checks import said_as
from resolvers.custody import AWAY, Fact
from resolvers.handover import choosing, fetching
from resolvers.handover.promises import Promise, is_free, promise
from resolvers.key_names import KeyName, named_keys
from resolvers.work import Work

SAID_AS = {"key_ids": "keys", "ends_at": "due_at"}
"""What people say at a desk of what is said otherwise of a contract."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What came of handing keys over.

    Args:
        keys: The keys.
        contract: Under which contract somebody has them now.
        contradictions: What it contradicts that was known before, in words.
    """

    keys: Sequence[Key]
    contract: KeyContract
    contradictions: Sequence[str]


async def hand_over(
    work: Work,
    names: Sequence[KeyName] = (),
    *,
    key_ring_ids: Sequence[UUID | None] = (),
    key_contract_id: UUID | None = None,
    contacts: Sequence[ContactDetails] = (),
    due_at: datetime | None = None,
    pick_up_information: str | None = None,
) -> HandedOver:
    """Hand keys over: under the contract that waits for them, or under a new one made now.

    Handing them over twice under the same contract is handing them over once.

    Args:
        work: The transaction.
        names: The keys.
        key_ring_ids: Key rings, all keys of which are handed over.
        key_contract_id: Under which contract; the one whose time it is, or that comes next, when
            left out.
        contacts: To whom, for a new contract.
        due_at: When they have to be back, for a new contract; never when left out.
        pick_up_information: How the keys are got, for a new contract.

    Raises:
        NotAllowed: The actor may not hand keys over.
        NotFound: There is no such key or contract, or the contract does not wait for the key.
        InvalidInput: No key, no contract waits for it and nobody is named, both are named, or the
            keys wait for several contracts.
        KeyOut: Somebody has a key already, or nobody knows where it is.
        KeyTaken: A key is promised to somebody else in that time.
        WaitingForSignature: The contract has to be signed first.
        IllegalTransition: A key is out of use.
    """
    work.require(Permission.HAND_OVER_KEYS)
    choosing.check_one_way(key_contract_id, contacts, due_at, pick_up_information)
    keys = await named_keys(work, names, key_ring_ids)
    given = {}
    if contacts:
        await choosing.check_stored(work, keys)
        with said_as(SAID_AS):
            made = await _new_contract(work, keys, list(contacts), due_at, pick_up_information)
        key_contract_id = made.id
    else:
        given = await choosing.given_before(work, keys, key_contract_id)
    waiting = [key for key in keys if key.id not in given]
    promised = [await choosing.promise_for(work, key, key_contract_id) for key in waiting]
    contract_ids = [*given.values(), *(one.contract.id for one in promised)]
    contract = await choosing.the_one(work, contract_ids)
    said = [f"The key {key.code} was handed over before." for key in keys if key.id in given]
    for one in promised:  # the one before may have left us the other of two lockers (R69d)
        now = await promise(work, one.contract.id, one.allocation.key_id)
        said += await _hand_over(work, now or one)
    return HandedOver(keys, contract, said)


async def _new_contract(
    work: Work,
    keys: Sequence[Key],
    contacts: list[ContactDetails],
    due_at: datetime | None,
    pick_up_information: str | None,
) -> KeyContract:
    if due_at is not None and due_at <= work.now:
        message = f"They would have to be back at {due_at.isoformat()}, which is not after now."
        raise StartsAfterEnd(message, path=("due_at",))
    return await contracts.create(
        work,
        key_ids=[key.id for key in keys],
        contacts=contacts,
        window=Window(work.now, due_at),
        pick_up_information=pick_up_information,
        verification=Verification.NONE,  # what is handed over at once cannot wait for a signature
    )


async def _hand_over(work: Work, promised: Promise) -> list[str]:
    (key,) = await work.locked(Key, [promised.allocation.key_id])
    await choosing.check_stored(work, [key])  # somebody else may have been faster
    fact = Fact(
        kind=CustodyKind.HANDED_OVER,
        place=AWAY,
        at=work.now,
        source=CustodySource.STAFF,
        left_locker_id=key.locker_id,
        key_contract_id=promised.contract.id,
        contradiction=await _contradicted(work, key, promised),
        fits=True,
    )
    link = await custody.write(work, key, fact)
    await fetching.fetched(work, key, promised, work.now)
    return [link.entry.contradiction] if link.entry.contradiction else []


async def _contradicted(work: Work, key: Key, promised: Promise) -> str | None:
    """Say what speaks against handing a key over: where it is, or to whom it is promised now."""
    said = ["It was known to lie in an automat."] if key.automat_id is not None else []
    allocation = promised.allocation
    if work.now < allocation.starts_at:
        before = Window(work.now, allocation.starts_at)
        if not await is_free(work, allocation, before):
            said.append("It is promised to somebody else before that contract begins.")
    if promised.contract.access_schedule is not None:
        zone = await zone_of_place(work, key)
        outside = contradiction(promised.contract, zone, work.now)
        said += [outside] if outside else []
    return " ".join(said) or None

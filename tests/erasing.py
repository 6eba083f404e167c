"""Contracts that are over, and contacts that are erased: for tests of what is left of them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from factories import (
    AINO,
    DAY,
    HOUR,
    make_automat,
    make_entity,
    make_key,
    push,
)
from lives import look_after
from outcomes import key_contract

from models.attachments import StoredFile
from models.base import new_id
from models.contracts import KeyContract
from models.erasures import Erasure
from models.organizations import Contact
from models.reservations import Reservation
from models.times import Window
from resolvers import contracts, organizations
from resolvers.attachments import storing
from resolvers.attachments.storing import Bytes
from resolvers.erasing import contacts
from resolvers.relations import CONTACTS_OF_KEY_CONTRACT
from resolvers.work import Work

RETENTION = 30 * DAY


async def keep_contacts_for(work: Work, retention: timedelta) -> None:
    changes: Any = {"contact_retention": retention}
    await organizations.update_unit(work, work.actor.organization_id, changes)


async def contacts_of(work: Work, contract: KeyContract) -> Sequence[Contact]:
    relation = CONTACTS_OF_KEY_CONTRACT
    ids = relation.statement().where(relation.parent == contract.id)
    rows = await work.rows(ids.with_only_columns(Contact.id), owner=work.actor.organization_id)
    return await work.all(work.own(Contact).where(Contact.id.in_([row.id for row in rows])))


async def contract_with(work: Work, *, hours: int = 1) -> tuple[KeyContract, Contact]:
    """Make a contract by staff that begins now, with one contact."""
    await keep_contacts_for(work, RETENTION)
    key = await make_key(work)
    window = Window(work.now, work.now + hours * HOUR)
    contract = await contracts.create(work, key_ids=[key.id], contacts=[AINO], window=window)
    (contact,) = await contacts_of(work, contract)
    return contract, contact


async def over(work: Work, contract: KeyContract) -> Work:
    """Let the end of a contract come, and the timers see it."""
    return await look_after(work, contract, at=contract.ends_at)


async def erased(work: Work, contact: Contact, reason: str | None = None) -> Erasure:
    _, erasure = await contacts.erase_on_request(work, contact.id, reason=reason)
    assert erasure is not None
    return erasure


async def kept_file(work: Work, content: bytes) -> StoredFile:
    """Write the row of bytes that no test looks at."""
    owner = work.actor.organization_id
    return await storing.keep(work, Bytes(new_id(), owner, content.hex(), len(content), "a/b"))


async def pushed_and_erased(work: Work) -> tuple[Reservation, Any, Work]:
    """Let a stay go by, and its contact be erased; gives also its entity."""
    entity = await make_entity(work)
    await make_key(work, entity, automat=await make_automat(work))
    reservation, _ = await push(work, entity, external_id="stay-1")
    contract = await key_contract(work, reservation)
    (contact,) = await contacts_of(work, contract)
    for moment in (contract.starts_at, contract.ends_at):
        then = await look_after(work, contract, at=moment)
    await erased(then, contact)
    return reservation, entity, then

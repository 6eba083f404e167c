"""Contacts that are known already: what is changed of them, and what that does to contracts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.accounts import Permission
from models.contracts import KeyContract, KeyContractStatus, Verification
from models.errors import InvalidInput
from models.events import EventKind
from models.organizations import Contact
from models.reservations import Reservation
from resolvers.organizations import checked_contact
from resolvers.planning.holdings import held_by
from resolvers.relations import CONTACT_LINKS
from resolvers.signed import effects
from resolvers.signed.processes import withdraw_open
from resolvers.staff_contracts.contacts import contacts_of, details_of
from resolvers.staff_contracts.enforcing import found_for
from resolvers.templates.applying import check_person, with_prefix
from resolvers.templates.effective import together
from resolvers.work import Work

DECIDED_BY_TEMPLATES = {"email", "phone"}


async def update(work: Work, id: UUID | None, changes: dict[str, Any]) -> Contact:
    """Change what is known of a contact.

    Its name stands in what is signed: another one is another content of its contracts (R69).

    Args:
        work: The transaction.
        id: The contact.
        changes: New values of `name`, `email`, `phone` and `language`; what is not in it stays.

    Raises:
        NotAllowed: The actor may not change reservations.
        NotFound: There is no such contact.
        InvalidInput: The name is empty, or the contact was erased (G27).
        Enforced: A template insists on an address or on other numbers for a contract by staff that
            the contact is named in (R56).
    """
    work.require(Permission.EDIT_RESERVATIONS)
    known = await work.get(Contact, id, path=("id",))
    (contact,) = await work.locked(Contact, [known.id])
    if contact.erased_at is not None:
        message = "It was erased: nothing is kept of it any more. Name a new contact instead."
        raise InvalidInput(message, path=("id",))
    before = contact.name
    for name, value in changes.items():
        setattr(contact, name, value)
    contact.name = checked_contact(details_of(contact)).name
    await work.save()
    contracts = await _contracts_of(work, contact)
    await _check_enforced(work, contact, contracts, changes)
    work.record(EventKind.CONTACT_UPDATED, contact, changed=sorted(changes))
    if contact.name != before:
        await _count_anew(work, contracts)
    return contact


async def _contracts_of(work: Work, contact: Contact) -> Sequence[KeyContract]:
    """Lock the contracts that name a contact, behind their reservations; there are few."""
    named = select(CONTACT_LINKS.c.key_contract_id).where(CONTACT_LINKS.c.contact_id == contact.id)
    row = KeyContract
    theirs = work.own(row).where(
        row.id.in_(named),
        row.status.not_in((KeyContractStatus.DRAFT, KeyContractStatus.CANCELLED)),
    )
    reserved = [one.reservation_id for one in await work.all(theirs) if one.reservation_id]
    await work.locked(Reservation, reserved)
    return await work.locking(theirs, row)


async def _count_anew(work: Work, contracts: Sequence[KeyContract]) -> None:
    """Withdraw what was offered with the name before, and count another content of what runs."""
    verified = [one for one in contracts if one.verification is not Verification.NONE]
    await withdraw_open(work, [one.id for one in verified], reason=effects.CHANGED)
    for contract in verified:
        if contract.status not in effects.NOT_RUNNING:
            await effects.changed(work, contract)


async def _check_enforced(
    work: Work, contact: Contact, contracts: Sequence[KeyContract], changes: dict[str, Any]
) -> None:
    """Hold a contact to what templates insist on where staff made its contracts (R56)."""
    changed = DECIDED_BY_TEMPLATES & changes.keys()
    running = [
        one
        for one in contracts
        if one.reservation_id is None and one.status not in effects.NOT_RUNNING
    ]
    if not changed or not running:
        return
    held = await held_by(work, [one.id for one in running])
    for contract in running:
        found = await found_for(work, held[contract.id])
        if "phone" in changed:
            (details,) = with_prefix([details_of(contact)], together(found))
            contact.phone = details.phone
        is_main = "email" in changed and (await contacts_of(work, contract))[0].id == contact.id
        phone = contact.phone if "phone" in changed else None
        check_person(replace(details_of(contact), phone=phone), found, is_main=is_main)
    await work.save()

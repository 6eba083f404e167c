"""Drafts: contracts that are still thought about. They hold no key and no locker."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from models.access_schedules import AccessSchedule
from models.accounts import Permission
from models.agreements import Agreement
from models.automats import Automat
from models.base import Json, new_id
from models.contracts import KeyContract, KeyContractStatus, Verification, new_reference
from models.errors import InvalidInput
from models.events import EventKind
from models.organizations import ContactDetails
from models.templates import ContractTemplate
from resolvers import organizations
from resolvers.agreements import choosing
from resolvers.checks import checked_language
from resolvers.contracts import by_staff
from resolvers.key_names import KeyName, named_keys
from resolvers.planning.writing import write
from resolvers.settings import settings
from resolvers.staff_contracts.asked import Asked
from resolvers.staff_contracts.contacts import contacts_of, details_of, set_contacts
from resolvers.staff_contracts.preparing import (
    PATH,
    Prepared,
    check_in_use,
    checked_words,
    prepare,
)
from resolvers.staff_contracts.references import checked_reference, taken
from resolvers.work import Work

NO_DRAFT = "It is no draft: it holds already, or it was given up."


async def create(work: Work, asked: Asked) -> KeyContract:
    """Keep what somebody asks for as a draft, which may be incomplete.

    Raises:
        NotAllowed: The actor may not make contracts.
        NotFound: There is no such key or ring.
        InvalidInput: What is there makes no sense; a PIN belongs to a contract that holds.
        StartsAfterEnd: It would end before it starts.
        ExternalIdInUse: Another contract has that reference.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    homes = await organizations.top_units(work) if work.is_narrow else []
    contract = KeyContract(
        id=new_id(),
        organization_id=work.actor.organization_id,
        reference=checked_reference(asked.reference) or new_reference(),
        status=KeyContractStatus.DRAFT,
        unit_id=homes[0].id if homes else None,
    )
    await _keep(work, contract, asked)
    await work.add(contract, refusals=taken(asked.reference))
    await _keep_contacts(work, contract, asked)
    work.record(EventKind.KEY_CONTRACT_DRAFT, contract)
    return contract


async def change(work: Work, contract: KeyContract, changes: dict[str, Any]) -> None:
    """Change anything of a draft.

    Args:
        work: The transaction.
        contract: The draft, locked.
        changes: New values of `Asked`; what is not in it stays.

    Raises:
        NotFound: There is no such key or ring.
        InvalidInput: What is there makes no sense.
        StartsAfterEnd: It would end before it starts.
        ExternalIdInUse: Another contract has that reference.
    """
    asked = replace(await asked_of(work, contract), **changes)
    if "key_ids" in changes and "key_ring_ids" not in changes:
        asked = replace(asked, key_ring_ids=())
    reference = checked_reference(asked.reference) or contract.reference
    await _keep(work, contract, asked)
    contract.reference = reference
    await work.save(taken(asked.reference))
    if "contacts" in changes:
        await _keep_contacts(work, contract, asked)
    work.record(
        EventKind.KEY_CONTRACT_UPDATED, contract, changed=sorted(changes.keys() - {"says_end"})
    )


async def activate(work: Work, id: UUID | None, *, pins: dict[UUID, str]) -> KeyContract:
    """Make a draft hold, or wait for its signature, after all that a new contract is asked.

    Args:
        work: The transaction.
        id: The draft.
        pins: PINs that somebody chose, by key (R21).

    Raises:
        LivionKeyError: As `creating.create` says; the draft stays as it is.
        InvalidInput: It is no draft, too.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    contract = await by_staff(work, id)
    _check_draft(contract)
    asked = replace(await asked_of(work, contract), pins=pins)
    prepared = await prepare(work, asked, contract=contract)
    _fill(contract, prepared)
    await write(work, [prepared.plan])
    for contact, person in zip(await contacts_of(work, contract), prepared.people, strict=True):
        contact.phone = person.phone
    by_default = prepared.agreements_by_default
    await choosing.carry(work, contract, prepared.agreement_ids, by_default=by_default)
    return contract


def _check_draft(contract: KeyContract) -> None:
    if contract.status is not KeyContractStatus.DRAFT or contract.draft is None:
        raise InvalidInput(NO_DRAFT, path=("id",))


def _fill(contract: KeyContract, prepared: Prepared) -> None:
    """Write into a draft what it says now that it holds."""
    stay = prepared.plan.stay
    contract.verification = stay.terms.verification
    contract.language = stay.terms.language
    contract.access_schedule = stay.terms.access_schedule
    contract.free_locker_after_fetch = stay.free_locker_after_fetch
    contract.pick_up_information = stay.pick_up_information
    contract.draft = None


async def asked_of(work: Work, contract: KeyContract) -> Asked:
    """Read what a draft asks for."""
    people = [details_of(contact) for contact in await contacts_of(work, contract)]
    return Asked.of_draft(contract.draft or {}, contacts=people, reference=contract.reference)


async def _keep(work: Work, contract: KeyContract, asked: Asked) -> None:
    if asked.pins:
        message = "A draft holds no locker, so it has no PIN; give PINs when it is to hold."
        raise InvalidInput(message, path=("pins",))
    await _check_there(work, asked)
    key_ids = await _key_ids(work, asked)
    window = asked.window(work.now)
    if asked.language is not None:
        checked_language(asked.language, path=("language",))
    contract.starts_at, contract.ends_at = window.starts_at, window.ends_at
    contract.verification = asked.verification or Verification.NONE
    contract.language = asked.language
    contract.free_locker_after_fetch = bool(asked.free_locker_after_fetch)
    contract.pick_up_information = checked_words(asked.pick_up_information)
    contract.access_schedule = _schedule(asked)
    contract.draft = replace(asked, key_ids=key_ids, key_ring_ids=()).kept()


def _schedule(asked: Asked) -> Json | None:
    """Check a schedule; whether the unit lets contracts have one is asked when it is to hold."""
    if asked.access_schedule is None:
        return None
    return AccessSchedule.checked(asked.access_schedule, path=("access_schedule",)).stored()


async def _check_there(work: Work, asked: Asked) -> None:
    if asked.automat_id is not None:
        await work.get(Automat, asked.automat_id, path=("automat_id",))
    if asked.template_id is not None:
        await work.get(ContractTemplate, asked.template_id, path=("template_id",))
    for id in dict.fromkeys(asked.agreement_ids or ()):
        await work.get(Agreement, id, path=("agreement_ids",))


async def _key_ids(work: Work, asked: Asked) -> list[UUID]:
    """List the keys that are wished for, those on rings too; a draft may have none."""
    if not asked.key_ids and not asked.key_ring_ids:
        return []
    names = [KeyName(id=id) for id in asked.key_ids]
    keys = await named_keys(work, names, asked.key_ring_ids, path=PATH)
    check_in_use(keys)
    return [key.id for key in keys]


async def _keep_contacts(work: Work, contract: KeyContract, asked: Asked) -> None:
    people: list[ContactDetails] = []
    if asked.contacts:
        people = organizations.checked_contacts(list(asked.contacts))
    here = await settings(work, work.actor.organization_id)
    await set_contacts(work, contract, people, language=contract.language or here.language)

"""Changes of a contract by staff: anything of a draft, less of one that holds (R69)."""

from typing import Any
from uuid import UUID

from models.accounts import Permission
from models.contracts import KeyContract, KeyContractStatus, Verification
from models.errors import InvalidInput
from models.events import EventKind
from models.templates import ContractValue
from models.times import Window
from resolvers import organizations
from resolvers.checks import checked_language, said_as
from resolvers.contract_changes import move, set_pick_up
from resolvers.contracts import by_staff
from resolvers.planning.existing import unit_of
from resolvers.planning.holdings import Held, held_by
from resolvers.settings import settings
from resolvers.signed import effects
from resolvers.signed.verifications import begins_to_wait
from resolvers.signing.processes import lock_contract
from resolvers.staff_contracts import drafts
from resolvers.staff_contracts.contacts import set_contacts
from resolvers.staff_contracts.enforcing import check_contract, found_for, found_for_any
from resolvers.staff_contracts.preparing import check_verification
from resolvers.staff_contracts.units import unit_of_contract
from resolvers.templates.applying import check_people, with_prefix
from resolvers.templates.effective import together
from resolvers.work import Work

TIMES = {"starts_at", "ends_at", "says_end"}
OF_CONTENT = {"contacts", "language", "pick_up_information"}
ALLOWED = TIMES | OF_CONTENT | {"verification"}
OF_RESERVATIONS = {"verification"}
"""What is changed here of the contracts of reservations too; the rest of them is pushed."""
GIVEN_UP = "It was given up; make a new one."

VALUES = {
    "language": ContractValue.LANGUAGE,
    "pick_up_information": ContractValue.PICK_UP_INFORMATION,
    "starts_at": ContractValue.DURATION,
    "ends_at": ContractValue.DURATION,
    "verification": ContractValue.VERIFICATION,
}


async def change(work: Work, id: UUID | None, changes: dict[str, Any]) -> KeyContract:
    """Change a contract by staff; of that of a reservation, nothing but how it is confirmed.

    Args:
        work: The transaction.
        id: The contract.
        changes: New values, named as in `Asked`; what is not in it stays.

    Raises:
        NotAllowed: The actor may not change contracts.
        NotFound: There is no such contract.
        InvalidInput: It belongs to a reservation and more than its verification would change, it
            holds already so that only a draft could be changed like that, or a value makes no
            sense.
        AlreadySigned: It was signed, so its verification stays (R69).
        KeyOut: A key was fetched, so its start and its verification stay (R69).
        Enforced: It would go against a template (R56).
        LivionKeyError: As `contract_changes.change_end` says.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    locked = lock_contract if changes.keys() == OF_RESERVATIONS else by_staff
    contract = await locked(work, id)
    if contract.status is KeyContractStatus.DRAFT:
        await drafts.change(work, contract, changes)
        return contract
    _check_allowed(contract, changes)
    await _change(work, contract, changes)
    return contract


def _check_allowed(contract: KeyContract, changes: dict[str, Any]) -> None:
    if contract.status is KeyContractStatus.CANCELLED:
        raise InvalidInput(GIVEN_UP, path=("id",))
    refused = sorted(changes.keys() - ALLOWED)
    if refused:
        what = refused[0].replace("_", " ")
        message = f"It holds already: only of a draft the {what} can be changed like that."
        raise InvalidInput(message, path=(refused[0],))


async def _change(work: Work, contract: KeyContract, changes: dict[str, Any]) -> None:
    held = (await held_by(work, [contract.id]))[contract.id]
    if "language" in changes:
        await _set_language(work, contract, changes["language"])
    if "pick_up_information" in changes:
        await set_pick_up(work, contract, held, changes["pick_up_information"])
    if "contacts" in changes:
        await _set_contacts(work, contract, held, changes["contacts"])
    if changes.keys() & TIMES:
        starts_at = changes.get("starts_at") or contract.starts_at
        ends_at = changes.get("ends_at", contract.ends_at)
        with said_as({} if "ends_at" in changes else {"ends_at": "starts_at"}):
            window = Window.checked(starts_at, ends_at)
        await move(work, contract, window)
    if "verification" in changes:
        await _set_verification(work, contract, held, changes["verification"])
    if changes.keys() & OF_CONTENT:
        await effects.changed(work, contract)
    names = {VALUES[name] for name in changes if name in VALUES}
    check_contract(contract, await found_for_any(work, contract, held), names)


async def _set_language(work: Work, contract: KeyContract, language: str | None) -> None:
    if language is not None:
        checked_language(language, path=("language",))
    contract.language = language
    work.record(EventKind.KEY_CONTRACT_UPDATED, contract, changed=["language"])
    await work.save()


async def _set_contacts(work: Work, contract: KeyContract, held: Held, people: list[Any]) -> None:
    found = await found_for(work, held)
    checked = organizations.checked_contacts(with_prefix(people, together(found)))
    check_people(checked, found)
    here = await settings(work, await unit_of(work, [key.key_id for key in held.keys]))
    await set_contacts(work, contract, checked, language=contract.language or here.language)
    work.record(EventKind.KEY_CONTRACT_UPDATED, contract, changed=["contacts"])


async def _set_verification(
    work: Work, contract: KeyContract, held: Held, verification: Verification
) -> None:
    key_ids = [key.key_id for key in held.keys]
    unit_id = await unit_of_contract(work, contract, key_ids)
    await check_verification(work, verification, unit_id)
    await begins_to_wait(work, contract, verification)
    work.record(EventKind.KEY_CONTRACT_UPDATED, contract, changed=["verification"])

"""Key contracts that staff make of certain keys, without a reservation."""

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert

from models.accounts import Permission
from models.automats import Automat
from models.base import new_id
from models.contracts import KeyContract, KeyContractContact, KeyContractStatus
from models.errors import ExternalIdInUse, InvalidInput, KeyOut
from models.jobs import JobKind
from models.keys import KeyStatus
from models.organizations import ContactDetails
from models.reservations import check_start
from models.times import Window
from resolvers import jobs, organizations
from resolvers.checks import required_text
from resolvers.key_names import KeyName, named_keys
from resolvers.planning.existing import unit_of
from resolvers.planning.holdings import held_by
from resolvers.planning.letting_go import let_go
from resolvers.planning.planner import decide
from resolvers.planning.stays import Plan, Stay, Wanted
from resolvers.planning.targets import aim
from resolvers.planning.writing import write
from resolvers.settings import settings
from resolvers.signed.processes import withdraw_open
from resolvers.transitions import move_contract
from resolvers.work import Work, refusing

REFERENCE_TAKEN = "key_contracts_organization_id_reference_key"
PATH = ("key_ids",)
NO_PICK_UP = "The keys lie at a desk and the contract lies ahead: say how they are picked up."


async def create(
    work: Work,
    *,
    key_ids: Sequence[UUID | None] = (),
    key_ring_ids: Sequence[UUID | None] = (),
    contacts: list[ContactDetails],
    window: Window,
    automat_id: UUID | None = None,
    free_locker_after_fetch: bool = False,
    pick_up_information: str | None = None,
    reference: str | None = None,
) -> KeyContract:
    """Promise certain keys to contacts for a time.

    A key in an automat has its locker all the time, however long that is, or until it is fetched
    where that is asked for (R18). Keys at desks are handed over there, unless an automat is named.

    Raises:
        NotAllowed: The actor may not make contracts.
        NotFound: There is no such key, ring or automat.
        InvalidInput: No key, no contact, or a contract of desk keys that lies ahead without
            pick-up information (R78).
        StartsInPast: It would start more than 15 minutes ago.
        KeyTaken: A key is promised to somebody else.
        MixedStorage: Some keys lie in automats and others at desks (R64).
        NoFreeLocker, NoSuitableAutomat: A key cannot be fetched from where it lies.
        ExternalIdInUse: Another contract has that reference.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    check_start(window.starts_at, work.now)
    ids = await _all_keys(work, key_ids, key_ring_ids)
    if automat_id is not None:
        await work.get(Automat, automat_id, path=("automat_id",))
    here = await settings(work, await unit_of(work, ids))
    stay = Stay(
        window=window,
        settings=here,
        wanted=Wanted(automat_id=automat_id, key_ids=ids),
        made_by_staff=True,
        free_locker_after_fetch=free_locker_after_fetch,
        reference=None if reference is None else checked_reference(reference),
        pick_up_information=pick_up_information,
    )
    people = organizations.checked_contacts(contacts)
    plan = await decided(work, stay)
    _check_pick_up(work, plan)
    with refusing({REFERENCE_TAKEN: _taken(reference)}):
        written = await write(work, [plan])
    contract = await work.get(KeyContract, written[plan])
    await _add_contacts(work, contract, people, language=here.language)
    return contract


async def _all_keys(
    work: Work, key_ids: Sequence[UUID | None], ring_ids: Sequence[UUID | None]
) -> list[UUID]:
    """List the keys that are meant, those on rings too: a ring goes as one (G31)."""
    names = [KeyName(id=id) for id in key_ids]
    keys = await named_keys(work, names, ring_ids, path=PATH)
    for key in keys:
        if key.status is KeyStatus.RETIRED:
            raise InvalidInput(f"The key {key.code} is out of use.", path=PATH)
    return [key.id for key in keys]


async def decided(work: Work, stay: Stay) -> Plan:
    """Plan a contract by staff, which is refused where something is missing."""
    (planned,) = await decide(work, [stay])
    if not isinstance(planned, Plan):
        raise planned
    if planned.waits_for is not None:
        raise planned.waits_for
    return planned


def _check_pick_up(work: Work, plan: Plan) -> None:
    stay = plan.stay
    if plan.claims or stay.window.starts_at <= work.now or stay.pick_up_information:
        return
    raise InvalidInput(NO_PICK_UP, path=("pick_up_information",))


def checked_reference(reference: str) -> str:
    """Check what people call a contract (R20).

    Raises:
        InvalidInput: It has other characters than letters, digits, `_`, `/`, `.` and `-`.
    """
    text = required_text(reference, path=("reference",))
    if not re.fullmatch(r"[\w/.-]+", text):
        message = "A reference has letters of any language, digits, and _ / . - in it."
        raise InvalidInput(message, path=("reference",))
    return text


def _taken(reference: str | None) -> ExternalIdInUse:
    message = f"Another key contract has the reference {reference!r}."
    return ExternalIdInUse(message, path=("reference",))


async def _add_contacts(
    work: Work, contract: KeyContract, people: list[ContactDetails], *, language: str
) -> None:
    contacts = await organizations.add_contacts(work, people, language=language)
    links = [
        {
            "id": new_id(),
            "organization_id": contract.organization_id,
            "key_contract_id": contract.id,
            "contact_id": contact.id,
            "place": place,
        }
        for place, contact in enumerate(contacts)
    ]
    await (await work.connection()).execute(insert(KeyContractContact), links)


async def by_staff(work: Work, id: UUID | None) -> KeyContract:
    """Lock a key contract that staff made.

    Raises:
        NotFound: There is no such contract.
        InvalidInput: It belongs to a reservation.
    """
    known = await work.get(KeyContract, id, path=("id",))
    if known.reservation_id is not None:
        message = "It belongs to a reservation: change or cancel that one."
        raise InvalidInput(message, path=("id",))
    return (await work.locked(KeyContract, [known.id]))[0]


async def cancel(work: Work, id: UUID | None) -> KeyContract:
    """Give a contract by staff up, and free all that it held; a second time changes nothing.

    Raises:
        NotAllowed: The actor may not change contracts.
        NotFound: There is no such contract.
        InvalidInput: It belongs to a reservation.
        KeyOut: Somebody has a key (R67).
    """
    work.require(Permission.EDIT_RESERVATIONS)
    contract = await by_staff(work, id)
    if contract.status is not KeyContractStatus.CANCELLED:
        await give_up(work, contract)
    return contract


async def give_up(work: Work, contract: KeyContract) -> None:
    """Let go of all that a key contract holds.

    Raises:
        KeyOut: Somebody has a key.
    """
    held = (await held_by(work, [contract.id]))[contract.id]
    for key in held.keys_out:
        raise KeyOut(f"A key was fetched at {key.fetched_at} and is not back yet.")
    reason = "It was given up."
    if contract.status is not KeyContractStatus.CANCELLED:
        move_contract(work, contract, KeyContractStatus.CANCELLED, reason=reason)
    await work.save()
    await let_go(work, [held], reason=reason)
    await aim(work, [key.key_id for key in held.keys])
    await withdraw_open(work, [contract.id], reason=reason)
    await jobs.forget(work, JobKind.KEY_CONTRACT, [contract.id])

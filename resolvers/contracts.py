"""Key contracts that staff make of certain keys, without a reservation."""

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert

from models.accounts import Permission
from models.base import new_id
from models.contracts import KeyContract, KeyContractContact, KeyContractStatus
from models.errors import ExternalIdInUse, InvalidInput, KeyOut, LivionKeyError
from models.jobs import JobKind
from models.keys import Key, KeyRing, KeyRingKey
from models.organizations import ContactDetails
from models.reservations import check_start
from models.times import Window
from resolvers import jobs, organizations
from resolvers.checks import required_text
from resolvers.planning.existing import stay_by_staff, unit_of
from resolvers.planning.extending import decide_end, write_end
from resolvers.planning.holdings import held_by
from resolvers.planning.letting_go import let_go
from resolvers.planning.planner import decide
from resolvers.planning.stays import Plan, Stay, Wanted
from resolvers.planning.targets import aim
from resolvers.planning.writing import write
from resolvers.settings import settings
from resolvers.transitions import move_contract
from resolvers.work import Work, refusing

REFERENCE_TAKEN = "key_contracts_organization_id_reference_key"
PATH = ("key_ids",)


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
    plan = await _decided(work, stay)
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
    keys = [await work.get(Key, id, path=PATH) for id in key_ids]
    rings = [await work.get(KeyRing, id, path=("key_ring_ids",)) for id in ring_ids]
    on_rings = work.own(KeyRingKey).where(KeyRingKey.key_ring_id.in_([ring.id for ring in rings]))
    ids = [key.id for key in keys] + [one.key_id for one in await work.all(on_rings)]
    if not ids:
        raise InvalidInput("At least one key is needed.", path=PATH)
    return list(dict.fromkeys(ids))


async def _decided(work: Work, stay: Stay) -> Plan:
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
    raise InvalidInput(
        "The keys lie at a desk and the contract lies ahead: say how they are picked up.",
        path=("pick_up_information",),
    )


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


async def _by_staff(work: Work, id: UUID | None) -> KeyContract:
    known = await work.get(KeyContract, id, path=("id",))
    if known.reservation_id is not None:
        message = "It belongs to a reservation: change or cancel that one."
        raise InvalidInput(message, path=("id",))
    return (await work.locked(KeyContract, [known.id]))[0]


async def change_end(work: Work, id: UUID | None, *, window: Window) -> KeyContract:
    """Give a contract by staff another end, before its keys are out or while they are.

    Raises:
        NotAllowed: The actor may not change contracts.
        NotFound: There is no such contract.
        InvalidInput: It belongs to a reservation, it was given up, or its keys are all back.
        KeyTaken: A key is promised to somebody else before the new end.
        NoFreeLocker: No locker is free until then.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    contract = await _by_staff(work, id)
    if contract.status is KeyContractStatus.CANCELLED:
        raise InvalidInput("The key contract was cancelled; make a new one.", path=("id",))
    stay = await stay_by_staff(work, contract)
    if not stay.held.keys:
        message = "It holds no key any more: they are back, or it is over. Make a new one."
        raise InvalidInput(message, path=("id",))
    stay.window = window
    if stay.held.keys_out:
        planned = await decide_end(work, stay)
        if isinstance(planned, LivionKeyError):
            raise planned
        await write_end(work, planned)
    else:
        await write(work, [await _decided(work, stay)])
    return contract


async def cancel(work: Work, id: UUID | None) -> KeyContract:
    """Give a contract by staff up, and free all that it held; a second time changes nothing.

    Raises:
        NotAllowed: The actor may not change contracts.
        NotFound: There is no such contract.
        InvalidInput: It belongs to a reservation.
        KeyOut: Somebody has a key (R67).
    """
    work.require(Permission.EDIT_RESERVATIONS)
    contract = await _by_staff(work, id)
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
    await jobs.forget(work, JobKind.KEY_CONTRACT, [contract.id])

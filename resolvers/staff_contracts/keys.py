"""Keys added to a contract by staff, removed and swapped, while the others stay untouched.

Who has which PIN of the keys that stay does not change: only what comes is planned, and only what
goes is let go. What was removed is kept in the history of the contract.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from models.accounts import Permission
from models.contracts import KeyContract, KeyContractStatus
from models.errors import InvalidInput, KeyOut, MixedStorage, NotFound
from models.events import EventKind
from models.jobs import JobKind
from models.keys import Key
from models.templates import ContractValue
from models.times import Window
from resolvers import jobs
from resolvers.checks import said_as
from resolvers.contracts import by_staff
from resolvers.planning import lockers
from resolvers.planning.holdings import Held, HeldKey, held_by
from resolvers.planning.stays import Stay, Wanted
from resolvers.planning.targets import aim
from resolvers.planning.writing import REFUSALS, allocate
from resolvers.settings import settings
from resolvers.signed import effects
from resolvers.staff_contracts.enforcing import check_contract
from resolvers.staff_contracts.preparing import check_in_use, check_pick_up, decided
from resolvers.staff_contracts.removing import remove
from resolvers.staff_contracts.units import units_of
from resolvers.templates.effective import effective_of_units
from resolvers.work import Work, refusing

OVER = "It holds no key any more: they are back, or it is over. Make a new one."
NO_KEYS_YET = "It is a draft: say its keys in a change of it."
OF_EVERY_KEY = (
    ContractValue.VERIFICATION,
    ContractValue.LANGUAGE,
    ContractValue.FREE_LOCKER_AFTER_FETCH,
)
"""What units may insist on and every key of a contract shares."""


@dataclass(frozen=True, slots=True)
class Swap:
    """One key instead of another one."""

    key_id: UUID | None
    for_key_id: UUID | None


async def change_keys(
    work: Work,
    id: UUID | None,
    *,
    add: Sequence[UUID | None] = (),
    remove_ids: Sequence[UUID | None] = (),
    swaps: Sequence[Swap] = (),
) -> KeyContract:
    """Add keys to a contract, remove some, and swap some for others, all or nothing.

    Args:
        work: The transaction.
        id: The contract.
        add: Keys that come.
        remove_ids: Keys that go.
        swaps: Keys that come instead of others, which go.

    Raises:
        NotAllowed: The actor may not change contracts.
        NotFound: There is no such contract or key, or the contract has no such key.
        InvalidInput: It belongs to a reservation, is a draft, is over, would have no key left, has
            a key already that comes, a key is named twice, or it lies ahead and needs pick-up
            information (R78).
        KeyOut: Somebody has a key that would go.
        KeyTaken: A key that comes is promised to somebody else.
        MixedStorage: Some keys would lie in automats and others at desks (R64).
        NoFreeLocker, NoSuitableAutomat: A key that comes cannot be fetched from where it lies.
        Enforced: A key that comes is of a unit that insists on other values (R56).
    """
    work.require(Permission.EDIT_RESERVATIONS)
    contract = await by_staff(work, id)
    held = (await held_by(work, [contract.id]))[contract.id]
    _check_holds(work, contract, held)
    coming = [*add, *(swap.key_id for swap in swaps)]
    going = [*remove_ids, *(swap.for_key_id for swap in swaps)]
    _check_named_once([*coming, *going])
    with said_as(_said_in_swaps(add, remove_ids)):
        keys = await _locked_keys(work, [*coming, *(key.key_id for key in held.keys)])
        gone = _going(held, going)
        _check_some_left(held, coming, going)
        automat_id = _brought_to(held, keys)
        await remove(work, held, gone)
        if coming:
            come = [keys[one] for one in coming if one]
            staying = [keys[key.key_id] for key in held.keys if key not in gone]
            check_in_use(come, path=("add_key_ids",))
            _check_not_mixed(held, come, staying, automat_id)
            await _add(work, contract, come, automat_id)
    _record(work, contract, coming, going, swaps)
    await effects.changed(work, contract)
    await jobs.schedule(work, JobKind.KEY_CONTRACT, contract.id, work.now)
    return contract


def _said_in_swaps(add: Sequence[UUID | None], remove_ids: Sequence[UUID | None]) -> dict[str, str]:
    """Tell which keys are named in swaps alone."""
    said = {"add_key_ids": add, "remove_key_ids": remove_ids}
    return {name: "swaps" for name, ids in said.items() if not ids}


def _check_holds(work: Work, contract: KeyContract, held: Held) -> None:
    if contract.status is KeyContractStatus.DRAFT:
        raise InvalidInput(NO_KEYS_YET, path=("id",))
    if not held.keys or (contract.ends_at is not None and contract.ends_at <= work.now):
        raise InvalidInput(OVER, path=("id",))


def _check_named_once(ids: Sequence[UUID | None]) -> None:
    if not ids:
        raise InvalidInput("Say which keys come or go.")
    if max(Counter(ids).values()) > 1:
        raise InvalidInput("A key is named twice.")


async def _locked_keys(work: Work, ids: Sequence[UUID | None]) -> dict[UUID, Key]:
    wanted = {id for id in ids if id is not None}
    found = {key.id: key for key in await work.locked(Key, wanted)}
    if found.keys() != set(ids):
        raise NotFound("Your organization has no such key.", path=("add_key_ids",))
    return found


def _going(held: Held, going: Sequence[UUID | None]) -> list[HeldKey]:
    by_id = {key.key_id: key for key in held.keys}
    for id in going:
        key = by_id.get(id) if id else None
        if key is None:
            raise NotFound("The contract has no such key now.", path=("remove_key_ids",))
        if key.is_out:
            message = f"It was fetched at {key.fetched_at} and is not back yet, so it stays."
            raise KeyOut(message, path=("remove_key_ids",))
    return [key for key in held.keys if key.key_id in going]


def _check_some_left(
    held: Held, coming: Sequence[UUID | None], going: Sequence[UUID | None]
) -> None:
    if any(key.key_id in coming for key in held.keys):
        raise InvalidInput("The contract has one of the keys already.", path=("add_key_ids",))
    if len(held.keys) - len(going) + len(coming) < 1:
        message = "A contract keeps at least one key; cancel it instead."
        raise InvalidInput(message, path=("remove_key_ids",))


async def _add(
    work: Work,
    contract: KeyContract,
    coming: Sequence[Key],
    automat_id: UUID | None,
) -> None:
    """Plan keys that come, from now on or from the start on, beside those that stay."""
    unit_ids = await units_of(work, coming)
    check_contract(contract, await effective_of_units(work, unit_ids), OF_EVERY_KEY)
    begins = max(contract.starts_at, work.now)
    stay = Stay(
        window=Window(begins, contract.ends_at),
        settings=await settings(work, unit_ids[0]),
        wanted=Wanted(
            automat_id=automat_id if any(map(_lies_at_desk, coming)) else None,
            key_ids=[key.id for key in coming],
        ),
        made_by_staff=True,
        free_locker_after_fetch=contract.free_locker_after_fetch,
    )
    stay.pick_up_information = contract.pick_up_information
    with said_as({"key_ids": "add_key_ids"}):
        plan = await decided(work, stay)
    check_pick_up(work, plan)
    stay.contract = contract  # from here on: what it holds already was in the way like anybody's
    with refusing(REFUSALS):
        await allocate(work, {plan: contract.id})
        await lockers.write(work, [plan], {plan: contract.id})
    await aim(work, stay.wanted.key_ids)


def _brought_to(held: Held, keys: Mapping[UUID, Key]) -> UUID | None:
    """Tell to which automat a contract has keys of desks brought, also once they are there."""
    of_desks = {id for id, key in keys.items() if _is_of_desk(key)}
    return next((one.automat_id for one in held.lockers if one.key_id in of_desks), None)


def _is_of_desk(key: Key) -> bool:
    return key.manual_storage_id is not None or key.selected_manual_storage_id is not None


def _check_not_mixed(
    held: Held, coming: Sequence[Key], staying: Sequence[Key], automat_id: UUID | None
) -> None:
    """Refuse keys at desks beside keys in automats; those that are brought to one count as there.

    Raises:
        MixedStorage: So they would lie (R64).
    """
    at_desks = {_lies_at_desk(key) and not held.lockers for key in staying}
    at_desks |= {_lies_at_desk(key) and automat_id is None for key in coming}
    if len(at_desks) > 1:
        raise MixedStorage(path=("add_key_ids",))


def _lies_at_desk(key: Key) -> bool:
    """Tell whether a key lies at a desk; one that is out, whether it lives there."""
    if key.is_stored:
        return key.manual_storage_id is not None
    return key.selected_manual_storage_id is not None


def _record(
    work: Work,
    contract: KeyContract,
    coming: Sequence[UUID | None],
    going: Sequence[UUID | None],
    swaps: Sequence[Swap],
) -> None:
    instead_of = {swap.key_id: swap.for_key_id for swap in swaps}
    replaced_by = {swap.for_key_id: swap.key_id for swap in swaps}
    for id in going:
        other = replaced_by.get(id)
        kind = EventKind.KEY_CONTRACT_KEY_REMOVED
        work.record(kind, contract, key_id=id, replaced_by=other)
    for id in coming:
        other = instead_of.get(id)
        work.record(EventKind.KEY_CONTRACT_KEY_ADDED, contract, key_id=id, instead_of=other)

"""Which contracts may say when their keys can be fetched (2.16); `access_hours` is what follows."""

from collections.abc import Collection
from uuid import UUID

from models.access_schedules import AccessSchedule
from models.accounts import Permission
from models.base import Json
from models.contracts import (
    KeyContract,
    KeyContractStatus,
    LockerContract,
    LockerContractKind,
)
from models.dialects.among import among
from models.errors import InvalidInput
from models.events import EventKind
from models.keys import Key, KeyKind
from models.organizations import OrganizationUnit
from models.templates import ContractValue
from resolvers import codes
from resolvers.planning.holdings import Held, held_by
from resolvers.planning.letting_go import synced
from resolvers.settings import settings
from resolvers.signed import effects
from resolvers.staff_contracts.enforcing import check_contract, found_for_any
from resolvers.staff_contracts.units import unit_of_contract
from resolvers.work import Reading, Work

PATH = ("access_schedule",)
CHANGED = "Its access schedule was changed."
OVER = {KeyContractStatus.ENDED, KeyContractStatus.CANCELLED}


async def checked_schedule(
    reading: Reading, unit_id: UUID, written: Json, *, path: tuple[str, ...] = PATH
) -> Json:
    """Check a schedule that a contract is to have; gives it as it is kept.

    Args:
        reading: Who asks.
        unit_id: The unit whose settings hold for the contract.
        written: The schedule, as `AccessSchedule.checked` takes it.
        path: The way to it, for a refusal.

    Raises:
        InvalidInput: It makes no sense, or the unit does not let contracts have one (2.16).
    """
    schedule = AccessSchedule.checked(written, path=path)
    if not (await settings(reading, unit_id)).access_schedules:
        unit = await reading.get(OrganizationUnit, unit_id)
        message = (
            f"Contracts of {unit.name} cannot have an access schedule: turn its setting "
            "`accessSchedules` on, or that of a unit above it."
        )
        raise InvalidInput(message, path=path)
    return schedule.stored()


def check_fits(
    key_kinds: Collection[KeyKind],
    locker_kinds: Collection[LockerContractKind],
    *,
    path: tuple[str, ...] = PATH,
) -> None:
    """Refuse a schedule for keys with electronics of a contract that holds no locker all the time.

    Args:
        key_kinds: The kinds of the contract's keys.
        locker_kinds: For what its lockers are held; none at desks.
        path: The way to the schedule.

    Raises:
        InvalidInput: It is such a contract (2.16).
    """
    all_the_time = set(locker_kinds) <= {LockerContractKind.DEFAULT}
    if all_the_time or KeyKind.ELECTROMECHANICAL not in key_kinds:
        return
    message = (
        "An access schedule is for mechanical keys, or for contracts that hold one locker all the "
        "time: this one has electromechanical keys and holds a locker for the fetch alone."
    )
    raise InvalidInput(message, path=path)


async def set_schedule(work: Work, id: UUID | None, written: Json | None) -> KeyContract:
    """Say when the keys of a contract may be fetched, or that they may be at any time.

    It is kept when the contract goes on at another automat or desk. Another one is another content,
    which has to be signed anew (R69).

    Args:
        work: The transaction.
        id: The contract, of a reservation or by staff.
        written: The schedule, as `AccessSchedule.checked` takes it; None for none.

    Raises:
        NotAllowed: The actor may not change contracts.
        NotFound: There is no such contract.
        InvalidInput: The contract is a draft or over, its unit does not let it have a schedule, it
            makes no sense, or does not fit the keys.
        Enforced: A template insists on another one (R56).
    """
    work.require(Permission.EDIT_RESERVATIONS)
    known = await work.get(KeyContract, id, path=("id",))
    (contract,) = await work.locked(KeyContract, [known.id])
    _check_holds(contract)
    held = (await held_by(work, [contract.id]))[contract.id]
    if written is not None:
        written = await _checked_for(work, contract, held, written)
    if contract.access_schedule != written:
        contract.access_schedule = written
        found = await found_for_any(work, contract, held)
        check_contract(contract, found, {ContractValue.ACCESS_SCHEDULE})
        work.record(EventKind.KEY_CONTRACT_UPDATED, contract, changed=["access_schedule"])
        await effects.changed(work, contract)
        await _let_automats_learn(work, held)
    return contract


async def _let_automats_learn(work: Work, held: Held) -> None:
    """Let automats know other hours: they hold to them by themselves, see `access_hours`."""
    known = await work.locked(LockerContract, synced(held.lockers))
    await codes.renew(work, [one.id for one in known], reason=CHANGED)


def _check_holds(contract: KeyContract) -> None:
    if contract.status is KeyContractStatus.DRAFT:
        message = "It is a draft: change its schedule with it, by `keyContractUpdate`."
        raise InvalidInput(message, path=("id",))
    if contract.status in OVER:
        message = f"It is {contract.status.name}: nothing is fetched under it any more."
        raise InvalidInput(message, path=("id",))


async def _checked_for(work: Work, contract: KeyContract, held: Held, written: Json) -> Json:
    key_ids = [key.key_id for key in held.keys]
    keys = await work.all(work.own(Key).where(among(Key.id, key_ids)))
    check_fits([key.kind for key in keys], [one.kind for one in held.lockers])
    return await checked_schedule(work, await unit_of_contract(work, contract, key_ids), written)

"""What templates insist on, asked of contracts that are there already and are changed (R56)."""

from collections.abc import Collection, Sequence

from models.contracts import KeyContract
from models.dialects.among import among
from models.keys import Key
from models.templates import ContractValue
from resolvers.planning.holdings import Held
from resolvers.staff_contracts.units import unit_of_contract, units_of
from resolvers.templates.applying import Values, check_values, duration_of
from resolvers.templates.effective import Effective, effective_of_units
from resolvers.work import Work


async def found_for(work: Work, held: Held) -> list[Effective]:
    """Tell what templates say where the keys live that a contract holds."""
    ids = [key.key_id for key in held.keys]
    keys = await work.all(work.own(Key).where(among(Key.id, ids)).order_by(Key.id))
    return await effective_of_units(work, await units_of(work, keys))


async def found_for_any(work: Work, contract: KeyContract, held: Held) -> list[Effective]:
    """Tell what templates say of a contract: where what is reserved is, or where its keys live."""
    if contract.reservation_id is None:
        return await found_for(work, held)
    return await effective_of_units(work, [await unit_of_contract(work, contract, [])])


def check_contract(
    contract: KeyContract, found: Sequence[Effective], names: Collection[ContractValue]
) -> None:
    """Refuse values of a contract as they are now that differ from what a template insists on.

    Raises:
        Enforced: With the value, the template and its unit.
    """
    values = _values_of(contract)
    check_values({name: values[name] for name in names}, found)


def _values_of(contract: KeyContract) -> Values:
    return {
        ContractValue.VERIFICATION: contract.verification.value,
        ContractValue.LANGUAGE: contract.language,
        ContractValue.DURATION: duration_of(contract.starts_at, contract.ends_at),
        ContractValue.FREE_LOCKER_AFTER_FETCH: contract.free_locker_after_fetch,
        ContractValue.PICK_UP_INFORMATION: contract.pick_up_information,
        ContractValue.ACCESS_SCHEDULE: contract.access_schedule,
    }

"""Which agreements key contracts carry: by the units of their keys, and by choice (R80, R81).

The units of a key are that of the place where it lives and those of the entities that it opens;
those above pass down what is inherited. Without a key it is the organization itself.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, bindparam, exists, select, union

from models.agreements import Agreement, AgreementVersion, ContractAgreement
from models.automats import Automat
from models.contracts import KeyAllocation, KeyContract, Verification
from models.dialects.among import among, ids_later
from models.entities import ReservableEntity
from models.keys import EntityKey, Key, ManualStorage
from models.organizations import OrganizationUnit
from models.reservations import Reservation
from resolvers.settings import lines
from resolvers.work import Reading, owned

Lines = Sequence[Sequence[OrganizationUnit]]
"""Units, each with all above it, nearest first."""


async def carried_by(reading: Reading, contract_ids: Sequence[UUID]) -> list[list[Any]]:
    """List the agreements that each of several key contracts carries, in their order.

    Mandatory ones where it is verified, outermost unit first, then those that were chosen for it.
    None that is retired or was never published, and none that does not hold for its keys.
    """
    contracts = await _contracts(reading, contract_ids)
    holding = await holding_for(reading, contract_ids)
    chosen = await _chosen(reading, contract_ids)
    return [
        _carried(contracts.get(id), there, chosen[id])
        for id, there in zip(contract_ids, holding, strict=True)
    ]


def _carried(contract: Any, holding: Sequence[Any], chosen: Sequence[UUID]) -> list[Any]:
    by_id = {agreement.id: agreement for agreement in holding}
    is_verified = contract is not None and contract.verification is not Verification.NONE
    by_themselves = [one.id for one in holding if one.mandatory and is_verified]
    wanted = dict.fromkeys([*by_themselves, *chosen])
    return [by_id[id] for id in wanted if id in by_id]


async def holding_for(reading: Reading, contract_ids: Sequence[UUID]) -> list[list[Any]]:
    """List the agreements that hold for the keys of each of several key contracts."""
    units = await _units_of(reading, contract_ids)
    every = list({unit_id for unit_ids in units.values() for unit_id in unit_ids})
    found = await lines(reading, [(unit_id, None) for unit_id in every])
    upwards = {id: line.units for id, line in zip(every, found, strict=True)}
    agreements = await _of_units(reading, [unit.id for line in upwards.values() for unit in line])
    return [_reaching([upwards[one] for one in units[id]], agreements) for id in contract_ids]


async def reaching(reading: Reading, unit_id: UUID) -> ColumnElement[bool]:
    """Give the condition of the agreements of a unit: its own, and those that it inherits."""
    (line,) = await lines(reading, [(unit_id, None)])
    above = among(Agreement.organization_unit_id, [unit.id for unit in line.units])
    return (Agreement.organization_unit_id == unit_id) | (Agreement.inherited & above)


def _reaching(upwards: Lines, agreements: Sequence[Any]) -> list[Any]:
    """Choose the agreements that reach the first unit of a line, outermost unit first."""
    depths: dict[UUID, int] = {}
    own = {line[0].id for line in upwards if line}
    for line in upwards:
        depths |= {unit.id: depth for depth, unit in enumerate(reversed(line))}
    reaching = [
        one
        for one in agreements
        if one.organization_unit_id in own or (one.inherited and one.organization_unit_id in depths)
    ]
    return sorted(reaching, key=lambda one: (depths[one.organization_unit_id], one.id))


async def _contracts(reading: Reading, ids: Sequence[UUID]) -> Mapping[UUID, Any]:
    found = await reading.all(_of_ids(), owner=reading.actor.organization_id, ids=ids)
    return {contract.id: contract for contract in found}


async def _units_of(reading: Reading, contract_ids: Sequence[UUID]) -> Mapping[UUID, list[UUID]]:
    told = {"owner": reading.actor.organization_id, "contracts": contract_ids}
    units: dict[UUID, list[UUID]] = defaultdict(list)
    for contract_id, unit_id in await reading.rows(_units(), **told):
        units[contract_id].append(unit_id)
    return {id: units[id] or [reading.actor.organization_id] for id in contract_ids}


async def _of_units(reading: Reading, unit_ids: Sequence[UUID]) -> Sequence[Any]:
    told = {"owner": reading.actor.organization_id, "units": list(set(unit_ids))}
    return await reading.all(_in_use(), **told)


async def _chosen(reading: Reading, contract_ids: Sequence[UUID]) -> Mapping[UUID, list[UUID]]:
    found = await reading.all(
        _choices(), owner=reading.actor.organization_id, contracts=contract_ids
    )
    chosen: dict[UUID, list[UUID]] = defaultdict(list)
    for choice in found:
        chosen[choice.key_contract_id].append(choice.agreement_id)
    return chosen


@cache
def _of_ids() -> Select[KeyContract]:
    return owned(KeyContract).where(among(KeyContract.id, ids_later("ids")))


@cache
def _choices() -> Select[ContractAgreement]:
    row = ContractAgreement
    of_these = among(row.key_contract_id, ids_later("contracts"))
    return owned(row).where(of_these).order_by(row.place)


@cache
def _in_use() -> Select[Agreement]:
    version = AgreementVersion
    published = exists().where(
        version.agreement_id == Agreement.id, version.published_at.is_not(None)
    )
    return owned(Agreement).where(
        among(Agreement.organization_unit_id, ids_later("units")),
        Agreement.retired_at.is_(None),
        published,
    )


@cache
def _units() -> CompoundSelect[Any]:
    """Select key contracts with the units of their keys, and of what was reserved."""
    allocation = KeyAllocation
    of_keys = (
        select(allocation.key_contract_id)
        .join(Key, Key.id == allocation.key_id)
        .where(
            allocation.organization_id == bindparam("owner"),
            among(allocation.key_contract_id, ids_later("contracts")),
            allocation.removed_at.is_(None),
        )
    )
    in_automats = of_keys.add_columns(Automat.unit_id).join(
        Automat, Automat.id == Key.selected_automat_id
    )
    at_desks = of_keys.add_columns(ManualStorage.unit_id).join(
        ManualStorage, ManualStorage.id == Key.selected_manual_storage_id
    )
    opened = (
        of_keys.add_columns(ReservableEntity.unit_id)
        .join(EntityKey, EntityKey.key_id == Key.id)
        .join(ReservableEntity, ReservableEntity.id == EntityKey.entity_id)
    )
    reserved = (
        select(KeyContract.id, ReservableEntity.unit_id)
        .join(Reservation, Reservation.id == KeyContract.reservation_id)
        .join(ReservableEntity, ReservableEntity.id == Reservation.entity_id)
        .where(
            KeyContract.organization_id == bindparam("owner"),
            among(KeyContract.id, ids_later("contracts")),
        )
    )
    return union(in_automats, at_desks, opened, reserved)

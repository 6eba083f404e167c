"""The optional agreements of a key contract, beyond the mandatory ones (R81)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete

from models.accounts import Permission
from models.agreements import Agreement, ContractAgreement
from models.contracts import KeyContract, KeyContractStatus
from models.errors import InvalidInput
from models.events import EventKind
from models.templates import ContractValue
from resolvers.agreements.applying import holding_for
from resolvers.planning.holdings import held_by
from resolvers.signed.effects import changed
from resolvers.staff_contracts.enforcing import found_for_any
from resolvers.templates.applying import check_values
from resolvers.work import Work

PATH = ("agreement_ids",)
OVER = {KeyContractStatus.ENDED, KeyContractStatus.CANCELLED}


async def choose(
    work: Work, contract_id: UUID | None, agreement_ids: Sequence[UUID | None]
) -> KeyContract:
    """Let a key contract carry these agreements, in their order, and no other optional ones.

    The same ones again change nothing. Others are another content, which has to be signed anew.

    Raises:
        NotAllowed: The actor may not change contracts.
        NotFound: There is no such contract or agreement.
        InvalidInput: One is named twice, does not hold for the contract's keys, is retired or was
            never published; or the contract is a draft, or over.
        Enforced: A template insists on others (R56).
    """
    work.require(Permission.EDIT_RESERVATIONS)
    known = await work.get(KeyContract, contract_id, path=("key_contract_id",))
    (contract,) = await work.locked(KeyContract, [known.id])
    if contract.status is KeyContractStatus.DRAFT:
        message = "It is a draft: change its agreements with it, by `keyContractUpdate`."
        raise InvalidInput(message, path=("key_contract_id",))
    if contract.status in OVER:
        raise InvalidInput("The contract is over.", path=("key_contract_id",))
    chosen = await checked(work, contract.id, agreement_ids)
    if chosen != await chosen_for(work, contract.id):
        await _check_enforced(work, contract, chosen)
        await _write(work, contract, chosen)
    return contract


async def _check_enforced(work: Work, contract: KeyContract, chosen: Sequence[UUID]) -> None:
    held = (await held_by(work, [contract.id]))[contract.id]
    found = await found_for_any(work, contract, held)
    check_values({ContractValue.AGREEMENTS: [id.hex for id in chosen]}, found)


async def checked(
    work: Work, contract_id: UUID, agreement_ids: Sequence[UUID | None]
) -> list[UUID]:
    """Check that agreements can be chosen for a contract."""
    (holding,) = await holding_for(work, [contract_id])
    offered = {agreement.id: agreement for agreement in holding}
    chosen: dict[UUID, Agreement] = {}
    for id in agreement_ids:
        found = offered.get(id) if id else None
        if found is None:
            name = (await work.get(Agreement, id, path=PATH)).name
            message = (
                f"The agreement {name!r} cannot be chosen: it does not hold for the contract's "
                "keys, is retired, or has no published version."
            )
            raise InvalidInput(message, path=PATH)
        if found.id in chosen:
            raise InvalidInput(f"The agreement {found.name!r} is named twice.", path=PATH)
        chosen[found.id] = found
    return list(chosen)


async def chosen_for(work: Work, contract_id: UUID) -> list[UUID]:
    """List the agreements that were chosen for a contract."""
    row = ContractAgreement
    of_contract = work.own(row).where(row.key_contract_id == contract_id).order_by(row.place)
    return [choice.agreement_id for choice in await work.all(of_contract)]


async def carry(
    work: Work,
    contract: KeyContract,
    agreement_ids: Sequence[UUID | None],
    *,
    by_default: bool = False,
) -> None:
    """Let a contract that is just made carry agreements beside the mandatory ones.

    Args:
        work: The transaction.
        contract: The contract, with its keys.
        agreement_ids: The agreements, in their order.
        by_default: Whether a template filled them in and does not insist on them: those that do
            not hold, are retired or have no published version are left out then (R56).

    Raises:
        NotFound, InvalidInput: As `choose` says.
    """
    if by_default and agreement_ids:
        (holding,) = await holding_for(work, [contract.id])
        there = {agreement.id for agreement in holding}
        agreement_ids = [id for id in agreement_ids if id in there]
    if agreement_ids:
        await _put(work, contract, await checked(work, contract.id, agreement_ids))


async def _write(work: Work, contract: KeyContract, chosen: Sequence[UUID]) -> None:
    await _put(work, contract, chosen)
    work.record(EventKind.CONTRACT_AGREEMENTS_CHANGED, contract, agreements=list(chosen))
    await changed(work, contract)


async def _put(work: Work, contract: KeyContract, chosen: Sequence[UUID]) -> None:
    row = ContractAgreement
    await (await work.connection()).execute(delete(row).where(row.key_contract_id == contract.id))
    await work.add(
        *(
            row(
                organization_id=contract.organization_id,
                key_contract_id=contract.id,
                agreement_id=id,
                place=place,
            )
            for place, id in enumerate(chosen)
        )
    )

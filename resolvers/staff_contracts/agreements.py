"""Agreements that a key contract carries beyond the mandatory ones (R80, R81)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, insert

from models.agreements import Agreement, ContractAgreement
from models.base import new_id
from models.contracts import KeyContract
from models.errors import InvalidInput
from resolvers.settings import lines
from resolvers.work import Work

PATH = ("agreement_ids",)


async def check(
    work: Work, agreement_ids: Sequence[UUID | None], unit_ids: Sequence[UUID]
) -> list[Agreement]:
    """Read agreements that somebody chose for a contract of keys of certain units, each once.

    Raises:
        NotFound: There is no such agreement.
        InvalidInput: It is asked for no more, or not in any of the units or above them.
    """
    if not agreement_ids:
        return []
    found = [await work.get(Agreement, id, path=PATH) for id in dict.fromkeys(agreement_ids)]
    above = await lines(work, [(id, None) for id in unit_ids])
    around = {unit.id for line in above for unit in line.units}
    for agreement in found:
        _check_one(agreement, unit_ids, around)
    return found


def _check_one(agreement: Agreement, unit_ids: Sequence[UUID], around: Collection[UUID]) -> None:
    if agreement.retired_at is not None:
        raise InvalidInput(f"The agreement {agreement.name!r} is asked for no more.", path=PATH)
    where = around if agreement.inherited else unit_ids
    if agreement.organization_unit_id not in where:
        message = f"The agreement {agreement.name!r} does not hold where the keys live."
        raise InvalidInput(message, path=PATH)


async def carry(work: Work, contract: KeyContract, agreements: Sequence[Agreement]) -> None:
    """Let a contract carry these agreements beside the mandatory ones, and no others."""
    connection = await work.connection()
    row = ContractAgreement
    await connection.execute(delete(row).where(row.key_contract_id == contract.id))
    rows = [
        {
            "id": new_id(),
            "organization_id": contract.organization_id,
            "key_contract_id": contract.id,
            "agreement_id": agreement.id,
            "place": place,
        }
        for place, agreement in enumerate(agreements)
    ]
    if rows:
        await connection.execute(insert(row), rows)

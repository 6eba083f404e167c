"""What standard templates say of the key contracts of reservations (R56, R81, R82).

They fill in how a contract is confirmed, in which language, and which agreements it carries; the
rest of a reservation's contract is what was pushed. It costs one statement for all of a batch where
the organization has no standard template, and two where it has.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from models.agreements import ContractAgreement
from models.base import new_id
from models.contracts import Verification
from models.templates import ContractValue
from resolvers.planning.stays import NO_TERMS, Plan, Stay, Terms
from resolvers.templates.effective import Effective, effective_by_standard
from resolvers.work import Work


async def fill_in(work: Work, plans: Sequence[Plan]) -> None:
    """Fill in the terms of stays of reservations that get their first key contract now."""
    new = {
        plan.stay: plan.stay.entity.unit_id
        for plan in plans
        if plan.stay.entity is not None and _is_first(plan)
    }
    if not new:
        return
    found = await effective_by_standard(work, set(new.values()))
    for stay, unit_id in new.items():
        stay.terms = _terms(stay, found.get(unit_id, {}))


def _is_first(plan: Plan) -> bool:
    stay = plan.stay
    return stay.contract is None and stay.reservation is not None and plan.waits_for is None


def _terms(stay: Stay, effective: Effective) -> Terms:
    """Give what templates say; a signature where strong authentication is not let (R86)."""
    if not effective:
        return NO_TERMS
    values: dict[ContractValue, Any] = {name: said.value for name, said in effective.items()}
    verification = Verification(values.get(ContractValue.VERIFICATION, Verification.NONE))
    if verification is Verification.STRONG and not stay.settings.strong_authentication:
        verification = Verification.SIGNATURE
    ids = [UUID(id) for id in values.get(ContractValue.AGREEMENTS, ())]
    return Terms(verification, values.get(ContractValue.LANGUAGE), agreement_ids=ids)


async def carry_agreements(work: Work, contract_ids: dict[Plan, UUID]) -> None:
    """Let new key contracts carry the agreements of their terms."""
    rows = [
        {
            "id": new_id(),
            "organization_id": work.actor.organization_id,
            "key_contract_id": contract_id,
            "agreement_id": agreement_id,
            "place": place,
        }
        for plan, contract_id in contract_ids.items()
        if plan.stay.contract is None
        for place, agreement_id in enumerate(plan.stay.terms.agreement_ids)
    ]
    if rows:
        await (await work.connection()).execute(insert(ContractAgreement), rows)

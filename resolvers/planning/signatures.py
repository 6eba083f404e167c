"""How plans come to wait for a signature, and what they keep back then (R82, R69, G34)."""

from collections.abc import Sequence
from uuid import UUID

from models.awaiting import is_unsigned
from models.contracts import KeyContract, KeyContractStatus, Verification
from models.events import EventKind
from resolvers.planning.stays import Claim, Plan
from resolvers.work import Work


def is_other(contract: KeyContract, plan: Plan) -> bool:
    """Tell whether a plan is another content than its key contract had: window, keys, or else.

    Asked before the plan is written.
    """
    window = plan.stay.window
    keys = {option.key.id for option in plan.keys}
    before = {key.key_id for key in plan.stay.held.keys}
    times = (contract.starts_at, contract.ends_at) != (window.starts_at, window.ends_at)
    return plan.stay.is_other or times or keys != before


def outdated(plans: Sequence[Plan]) -> list[UUID]:
    """List the key contracts of which something else was offered to be signed than is planned now.

    Asked before the plans are written.
    """
    contracts = [(plan.stay.contract, plan) for plan in plans]
    return [
        contract.id
        for contract, plan in contracts
        if contract is not None
        and contract.verification is not Verification.NONE
        and (plan.waits_for is not None or is_other(contract, plan))
    ]


def is_kept_back(plan: Plan, claim: Claim) -> bool:
    """Tell whether the PIN of a claim may not go to its automat before somebody has signed.

    That for a key which is out all the same may: it has to come back.
    """
    contract = plan.stay.contract
    if contract is None:
        return plan.stay.awaits_signature
    out = {key.key_id for key in plan.stay.held.keys_out}
    return is_unsigned(contract) and claim.option.key.id not in out


def tell_if_unsigned(work: Work, contract: KeyContract) -> None:
    """Tell people of a contract that goes on although its last change is not signed.

    Not of one that waits: it is going to be signed as it is then.
    """
    waits = contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE
    if waits or contract.verification is Verification.NONE:
        return
    work.record(
        EventKind.KEY_CONTRACT_NOT_SIGNED,
        contract,
        notice=f"The key contract {contract.reference} was changed, and that is not signed. It "
        "goes on as it is now; have it signed anew.",
        revision=contract.revision,
        signed_revision=contract.signed_revision,
    )

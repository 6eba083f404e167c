"""Signing processes and signatures as rows, for tests of what is kept of them."""

from typing import Any
from uuid import UUID

from models.base import new_id
from models.contracts import KeyContract, Verification
from models.public_links import ContractLink
from models.signing import (
    Identification,
    Signature,
    SigningMethod,
    SigningProcess,
    SigningPurpose,
    SigningState,
)
from resolvers.work import Work


async def make_process(
    work: Work,
    contract: KeyContract,
    contact_id: UUID,
    state: SigningState = SigningState.OFFERED,
    **given: Any,
) -> SigningProcess:
    """Make a signing process whose content names the contact."""
    process = SigningProcess(
        organization_id=work.actor.organization_id,
        key_contract_id=contract.id,
        revision=1,
        purpose=SigningPurpose.HANDOVER,
        method=SigningMethod.LINK,
        verification=Verification.SIGNATURE,
        state=state,
        contact_id=contact_id,
        language="fi",
        secret_digest=new_id().hex,
        created_at=work.now,
        expires_at=work.now,
        content={"contract": {"contacts": ["Aino Virtanen"]}},
        content_digest="0",
        **given,
    )
    await work.add(process)
    return process


async def make_identification(work: Work, process: SigningProcess) -> None:
    """Let a contact have identified themselves for a process."""
    await work.add(
        Identification(
            organization_id=work.actor.organization_id,
            process_id=process.id,
            state_digest=new_id().hex,
            created_at=work.now,
            expires_at=work.now,
            identity={"name": "Aino Virtanen"},
        )
    )


async def make_signature(
    work: Work, process: SigningProcess, *, sealed_file_id: UUID | None = None
) -> Signature:
    """Let a contact have signed."""
    process.state = SigningState.SIGNED
    signature = Signature(
        organization_id=work.actor.organization_id,
        process_id=process.id,
        key_contract_id=process.key_contract_id,
        contact_id=process.contact_id,
        purpose=process.purpose,
        revision=1,
        method=process.method,
        signer_name="Aino Virtanen",
        signed_at=work.now,
        offer_digest="0",
        address="192.0.2.1",
        device="Aino's telephone",
        identity={"name": "Aino Virtanen"},
        sealed_file_id=sealed_file_id,
        sealed_at=work.now if sealed_file_id else None,
    )
    await work.add(signature)
    return signature


async def make_link(work: Work, contract: KeyContract, contact_id: UUID) -> ContractLink:
    """Give a contact a link to a contract."""
    link = ContractLink(
        organization_id=work.actor.organization_id,
        key_contract_id=contract.id,
        contact_id=contact_id,
        secret_digest=new_id().hex,
        created_at=work.now,
    )
    await work.add(link)
    return link

"""Signatures of contacts: evidence that is kept for a while, and then goes too.

Whoever signed a contract may dispute it for as long as claims from it can be made, so the law lets
one keep the signature and the sealed document (GDPR art. 17 (3) e): here until the end of the
contract, and for as long after it as its unit keeps contacts. What another contact of the contract
signed names the erased one too, and goes at the same time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_

from models.contracts import KeyContract
from models.dialects.among import among
from models.signing import Signature, SigningProcess
from models.times import after
from resolvers.attachments.removing import let_go
from resolvers.retention import OVER, ended_at, settings_of
from resolvers.work import Work

AGAIN = timedelta(days=30)
"""How soon a contact whose time is not over is looked at again: settings and contracts change."""
GROUND = "GDPR art. 17 (3) e: to establish, exercise or defend legal claims"
NOBODY = "Erased contact"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signature that names a contact, with its contract and until when it may be kept.

    Args:
        signature: The signature.
        contract: What was signed.
        until: Until when; None while the contract is not over.
        is_own: Whether the contact signed; otherwise another one did, in a document that names it.
    """

    signature: Signature
    contract: KeyContract
    until: datetime | None
    is_own: bool

    def as_kept(self) -> dict[str, Any]:
        """Write down for a receipt that it is kept, until when and why."""
        return {
            "what": "signature" if self.is_own else "document of another signer",
            "keyContract": self.contract.reference,
            "until": self.until.isoformat() if self.until else None,
            "ground": GROUND,
        }


async def evidence_of(
    work: Work, contact_id: UUID, contracts: Sequence[KeyContract]
) -> list[Evidence]:
    """List the signatures of a contact, and of others in its contracts, of which something is kept.

    Args:
        work: The transaction.
        contact_id: The contact.
        contracts: What it is named in.
    """
    row = Signature
    naming = or_(
        (row.contact_id == contact_id) & (row.signer_name != NOBODY),
        (row.contact_id != contact_id) & among(row.key_contract_id, [one.id for one in contracts]),
    )
    signatures = await work.all(work.own(row).where(naming).order_by(row.id))
    emptied = await _emptied(work, signatures)
    kept = [
        one for one in signatures if one.contact_id == contact_id or one.process_id not in emptied
    ]
    return await _judged(work, contact_id, kept)


async def _emptied(work: Work, signatures: Sequence[Signature]) -> set[UUID]:
    """Tell of which signing processes nothing is left of what was shown."""
    row = SigningProcess
    shown = work.own(row).where(among(row.id, [one.process_id for one in signatures]))
    return {one.id for one in await work.all(shown) if not one.content}


async def _judged(work: Work, contact_id: UUID, signatures: Sequence[Signature]) -> list[Evidence]:
    contracts = {
        one.id: one
        for one in await work.all(
            work.own(KeyContract).where(
                among(KeyContract.id, {one.key_contract_id for one in signatures})
            )
        )
    }
    return [
        Evidence(
            signature=one,
            contract=contracts[one.key_contract_id],
            until=await kept_until(work, contracts[one.key_contract_id]),
            is_own=one.contact_id == contact_id,
        )
        for one in signatures
    ]


async def kept_until(work: Work, contract: KeyContract) -> datetime | None:
    """Tell until when signatures of a contract are kept; None while it is not over."""
    if contract.status not in OVER:
        return None
    here = await settings_of(work, contract)
    return after(await ended_at(work, contract), here.contact_retention)


async def remove(work: Work, evidence: Sequence[Evidence]) -> None:
    """Remove what signatures say of a contact, with their pictures and documents.

    Of those that others gave only the documents go.
    """
    signatures = [one.signature for one in evidence]
    processes = await work.locked(SigningProcess, [one.process_id for one in signatures])
    own = [one.signature for one in evidence if one.is_own]
    files = list(_files(signatures, own, processes))
    for one in signatures:
        one.sealed_file_id = None
    for one in own:
        one.signer_name = NOBODY
        one.address = one.device = one.identity = None
        one.picture_file_id = None
    for process in processes:
        process.content, process.offer_file_id = {}, None
    await work.save()
    for file_id in files:
        await let_go(work, file_id)


def _files(
    signatures: Sequence[Signature], own: Sequence[Signature], processes: Sequence[SigningProcess]
) -> Iterator[UUID]:
    """List the files that go, in an order that everybody locks them in."""
    found = {one.picture_file_id for one in own}
    found |= {one.sealed_file_id for one in signatures}
    found |= {one.offer_file_id for one in processes}
    yield from sorted(id for id in found if id is not None)

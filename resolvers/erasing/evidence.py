"""Signatures of contacts: evidence that is kept for a while, and then goes too.

Whoever signed a contract may dispute it for as long as claims from it can be made, so the law lets
one keep the signature and the sealed document (GDPR art. 17 (3) e): here until the end of the
contract, and for as long after it as its unit keeps contacts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models.contracts import KeyContract
from models.dialects.among import among
from models.signing import Signature, SigningProcess
from models.times import after
from resolvers.attachments.removing import let_go
from resolvers.retention import OVER, ended_at, settings_of
from resolvers.work import Work

GROUND = "GDPR art. 17 (3) e: to establish, exercise or defend legal claims"
NOBODY = "Erased contact"
AGAIN = timedelta(days=30)
"""How soon what cannot be judged yet is looked at again: settings and contracts change."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signature of a contact, with its contract and until when it may be kept.

    Args:
        signature: The signature.
        contract: What was signed.
        until: Until when; None while the contract is not over.
    """

    signature: Signature
    contract: KeyContract
    until: datetime | None

    def as_kept(self) -> dict[str, Any]:
        """Write down for a receipt that it is kept, until when and why."""
        return {
            "what": "signature",
            "keyContract": self.contract.reference,
            "until": self.until.isoformat() if self.until else None,
            "ground": GROUND,
        }


def looked_at_again(kept: Iterable[Evidence], now: datetime) -> datetime | None:
    """Tell when to look again at what is kept; None when nothing is.

    A contract that still runs has no end that one could wait for, so it is looked at from time to
    time.
    """
    return min((one.until or now + AGAIN for one in kept), default=None)


async def evidence_of(work: Work, contact_id: UUID) -> list[Evidence]:
    """List the signatures of a contact of which something is kept."""
    row = Signature
    theirs = work.own(row).where(row.contact_id == contact_id, row.signer_name != NOBODY)
    signatures = await work.all(theirs.order_by(row.id))
    contracts = {
        one.id: one
        for one in await work.all(
            work.own(KeyContract).where(
                among(KeyContract.id, {one.key_contract_id for one in signatures})
            )
        )
    }
    return [
        Evidence(one, contracts[one.key_contract_id], await kept_until(work, contracts, one))
        for one in signatures
    ]


async def kept_until(
    work: Work, contracts: dict[UUID, KeyContract], signature: Signature
) -> datetime | None:
    """Tell until when a signature is kept; None while its contract is not over."""
    contract = contracts[signature.key_contract_id]
    if contract.status not in OVER:
        return None
    here = await settings_of(work, contract)
    return after(await ended_at(work, contract), here.contact_retention)


async def remove(work: Work, evidence: Sequence[Evidence]) -> None:
    """Remove what signatures say of a person, with their pictures and documents."""
    signatures = [one.signature for one in evidence]
    processes = await work.locked(SigningProcess, [one.process_id for one in signatures])
    files = list(_files(signatures, processes))
    for one in signatures:
        one.signer_name = NOBODY
        one.address = one.device = one.identity = None
        one.picture_file_id = one.sealed_file_id = None
    for process in processes:
        process.content, process.offer_file_id = {}, None
    await work.save()
    for file_id in files:
        await let_go(work, file_id)


def _files(signatures: Sequence[Signature], processes: Sequence[SigningProcess]) -> Iterator[UUID]:
    """List the files of signatures and processes, in an order that everybody locks them in."""
    found = {one.picture_file_id for one in signatures}
    found |= {one.sealed_file_id for one in signatures}
    found |= {one.offer_file_id for one in processes}
    yield from sorted(id for id in found if id is not None)

"""Links to bundles of evidence: good for a few minutes; and what documents are called."""

from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from models.contracts import KeyContract
from models.errors import LinkNotValid
from models.signing import SigningPurpose
from resolvers.outside.ports import Outside

EVIDENCE = "evidence"
LIVES = timedelta(minutes=10)


def evidence_url(
    outside: Outside, contract_id: UUID, now: datetime, *, token_id: UUID | None = None
) -> str:
    """Make the address at which a contract's evidence can be fetched, by whoever has it.

    Args:
        outside: Signs it, and knows how people reach this server.
        contract_id: The key contract.
        now: The moment that counts as now.
        token_id: For whom it is made, which the trail tells when it is used; None for the system.
    """
    expires = int((now + LIVES).timestamp())
    by = token_id.hex if token_id else ""
    signature = outside.secret.signature(EVIDENCE, _signed(contract_id, expires, by))
    query = urlencode({"expires": expires, "by": by, "signature": signature})
    return f"{outside.public_url}/evidence/{contract_id.hex}?{query}"


def check_evidence_link(
    outside: Outside, contract_id: UUID, *, expires: int, by: str, signature: str, now: datetime
) -> UUID | None:
    """Go on only with an address that we made and whose time has not passed; tells for whom.

    Raises:
        LinkNotValid: It is another one.
    """
    ours = outside.secret.is_signature(EVIDENCE, _signed(contract_id, expires, by), signature)
    if not ours or expires <= now.timestamp():
        raise LinkNotValid
    return UUID(by) if by else None


def document_name(contract: KeyContract, purpose: SigningPurpose, *, is_signed: bool) -> str:
    """Say what a document of a contract is called where it is saved."""
    what = "signed" if is_signed else "offer"
    return f"{contract.reference}-{SigningPurpose(purpose).value}-{what}.pdf"


def _signed(contract_id: UUID, expires: int, by: str) -> str:
    return f"{contract_id.hex}\n{expires}\n{by}"

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


def evidence_url(outside: Outside, contract_id: UUID, now: datetime) -> str:
    """Make the address at which a contract's evidence can be fetched, by whoever has it.

    Args:
        outside: Signs it, and knows how people reach this server.
        contract_id: The key contract.
        now: The moment that counts as now.
    """
    expires = int((now + LIVES).timestamp())
    signature = outside.secret.signature(EVIDENCE, _signed(contract_id, expires))
    query = urlencode({"expires": expires, "signature": signature})
    return f"{outside.public_url}/evidence/{contract_id.hex}?{query}"


def check_evidence_link(
    outside: Outside, contract_id: UUID, *, expires: int, signature: str, now: datetime
) -> None:
    """Go on only with an address that we made and whose time has not passed.

    Raises:
        LinkNotValid: It is another one.
    """
    ours = outside.secret.is_signature(EVIDENCE, _signed(contract_id, expires), signature)
    if not ours or expires <= now.timestamp():
        raise LinkNotValid


def document_name(contract: KeyContract, purpose: SigningPurpose, *, is_signed: bool) -> str:
    """Say what a document of a contract is called where it is saved."""
    what = "signed" if is_signed else "offer"
    return f"{contract.reference}-{SigningPurpose(purpose).value}-{what}.pdf"


def _signed(contract_id: UUID, expires: int) -> str:
    return f"{contract_id.hex}\n{expires}"

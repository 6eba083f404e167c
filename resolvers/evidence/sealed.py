"""Whether a signature of the records is the one in its sealed document.

The records are only as good as the server that wrote them; what proves a signature is the document
into which it was put, with a time stamp, when it was given.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from models.base import Json
from models.signing import SigningPurpose
from resolvers.evidence.offering import field_of
from resolvers.outside.findings import Finding
from resolvers.outside.said import Said, revisions_in, said_in

CLOCKS_DIFFER = timedelta(minutes=5)
"""How much the clocks of a server and of a time-stamping service may differ."""


def check_sealed(signature: Json, process: Json, read: Callable[[str], bytes]) -> Iterator[Finding]:
    """Check that a signature is in its document, with the same name, time and network address.

    Nothing is said of one whose document was removed as its contact was erased.

    Args:
        signature: Of the records.
        process: The signing that it belongs to.
        read: Reads a file of the bundle.
    """
    offer, document = process["offer"], signature["document"]
    if (offer, document, process["content"]) == (None, None, {}):
        return
    if offer is None or document is None:
        found = ["it is in no sealed document, so nothing but the records says that it was given"]
    else:
        found = _problems(signature, read(offer), read(document))
    words = "; ".join(found) or "says the same: who, when, and from where"
    what = f"signature {signature['id']} in its document"
    yield Finding(what, is_good=not found, words=words)


def _problems(signature: Json, offer: bytes, document: bytes) -> list[str]:
    field = field_of(SigningPurpose(signature["purpose"]))
    filled = [one for one in said_in(document) if one.field == field]
    if len(filled) != 1:
        return [f"the field {field} of the document is not signed"]
    (said,) = filled
    signed_at = datetime.fromisoformat(signature["signed_at"])
    problems = {
        "it is not what was put into the offered document next": said.revision
        != revisions_in(offer),
        "the document names somebody else": said.name != signature["signer_name"],
        "the document tells another network address": said.address != signature["address"],
        "the document tells another time, address or offer": not _is_reason(said, signature),
        "the document was sealed before that time": said.stamped_at is None
        or said.stamped_at < signed_at - CLOCKS_DIFFER,
    }
    return [words for words, is_so in problems.items() if is_so]


def _is_reason(said: Said, signature: Json) -> bool:
    """Tell whether a document says of a signature what `sealing.reason_of` says of it."""
    where = f" from {signature['address']}" if signature["address"] else ""
    at = datetime.fromisoformat(signature["signed_at"]).isoformat()
    words = f"Signed by {signature['signer_name']} at {at}{where}; shown sha256 "
    words += signature["offer_digest"]
    return said.reason == words or (said.reason or "").startswith(f"{words}; ")

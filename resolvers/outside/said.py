"""What the signatures in a document say of themselves; whether that is true `verifying` tells."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature

from resolvers.outside.verifying import BROKEN, stamped_at


@dataclass(frozen=True, slots=True)
class Said:
    """What a signature in a document says of itself.

    Args:
        field: The field that it fills.
        revision: Which revision of the document it signs, from 0.
        name: Who signed.
        reason: What was signed.
        address: From where.
        stamped_at: When it was stamped.
    """

    field: str
    revision: int
    name: str | None
    reason: str | None
    address: str | None
    stamped_at: datetime | None


def said_in(content: bytes) -> list[Said]:
    """Read what the signatures in a PDF say of themselves; none of one that cannot be read."""
    try:
        reader = PdfFileReader(BytesIO(content))
        return [_said(one) for one in reader.embedded_regular_signatures]
    except BROKEN:
        return []


def _said(signature: EmbeddedPdfSignature) -> Said:
    signed = signature.sig_object
    name, reason, address = (
        str(signed[key]) if key in signed else None for key in ("/Name", "/Reason", "/Location")
    )
    return Said(
        field=signature.field_name,
        revision=signature.signed_revision,
        name=name,
        reason=reason,
        address=address,
        stamped_at=stamped_at(signature.signed_data, is_stamp=False),
    )


def revisions_in(content: bytes) -> int:
    """Count the revisions of a PDF; none of one that cannot be read."""
    try:
        return int(PdfFileReader(BytesIO(content)).xrefs.total_revisions)
    except BROKEN:
        return 0

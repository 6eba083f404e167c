"""Checking sealed documents and signatures beside files, with nothing but them and their roots.

Each is judged as of the moment that its own time stamp proves, with the certificates and lists of
revoked ones that it brings along: so it can be checked years later, and without a network.
"""

import asyncio
import logging
import zlib
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, TypeVar

from asn1crypto import cms, crl, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    EmbeddedPdfSignature,
    async_validate_detached_cms,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from resolvers.outside.findings import Finding

for name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(name).setLevel(logging.CRITICAL)  # what it finds is in the findings

Done = TypeVar("Done")
BROKEN = (
    *(PdfError, PathError, ValidationError, zlib.error),
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError),
    *(NotImplementedError, RecursionError, EOFError, AssertionError),
)
"""What reading a document that somebody has changed may end with; more than one can count."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """Whom whoever checks trusts, and what they know besides.

    Args:
        roots: Certificates, DER.
        revoked: Lists of revoked certificates, DER.
    """

    roots: Sequence[bytes]
    revoked: Sequence[bytes] = ()

    def known(self, moment: datetime) -> dict[str, Any]:
        """Say it to pyHanko, for a judgment as of a moment."""
        return {
            "trust_roots": [x509.Certificate.load(one) for one in self.roots],
            "crls": [crl.CertificateList.load(one) for one in self.revoked],
            "moment": moment,
            "retroactive_revinfo": True,
            "revocation_mode": "soft-fail",
        }


def check_document(content: bytes, trusted: Trusted) -> list[Finding]:
    """Check every signature and time stamp of a PDF; in a thread without an event loop.

    Args:
        content: The document.
        trusted: Whom to trust.
    """
    try:
        return _finished(_documented(content, trusted))
    except BROKEN as error:
        return [
            Finding("document", is_good=False, words=f"cannot be read ({type(error).__name__})")
        ]


def check_detached(content: bytes, signature: bytes, trusted: Trusted) -> Finding:
    """Check a signature that stands beside what it signs; in a thread without an event loop.

    Args:
        content: What is signed.
        signature: CMS (RFC 5652), DER.
        trusted: Whom to trust.
    """
    try:
        return _finished(_beside(content, signature, trusted))
    except BROKEN as error:
        words = f"cannot be read ({type(error).__name__})"
        return Finding("signature", is_good=False, words=words)


def roots_in(content: bytes) -> list[bytes]:
    """Give the roots that a sealed PDF brings along, DER."""
    try:
        store = DocumentSecurityStore.read_dss(PdfFileReader(BytesIO(content)))
        return [one.dump() for one in store.load_certs() if one.self_issued]
    except BROKEN:
        return []


async def _documented(content: bytes, trusted: Trusted) -> list[Finding]:
    reader = PdfFileReader(BytesIO(content))
    signatures = reader.embedded_signatures
    if not signatures:
        return [Finding("document", is_good=False, words="is not signed")]
    return [await _embedded(reader, one, trusted) for one in signatures]


async def _embedded(
    reader: PdfFileReader, signature: EmbeddedPdfSignature, trusted: Trusted
) -> Finding:
    is_stamp = signature.sig_object_type == "/DocTimeStamp"
    moment = stamped_at(signature.signed_data, is_stamp=is_stamp)
    if moment is None:
        return Finding(signature.field_name, is_good=False, words="has no time stamp")
    context = _context(reader, trusted.known(moment))
    if is_stamp:
        stamp = await async_validate_pdf_timestamp(signature, context)
        return _judged("time stamp", stamp, moment)
    status = await async_validate_pdf_signature(signature, context, context)
    return _judged(signature.field_name, status, moment)


def _context(reader: PdfFileReader, known: dict[str, Any]) -> ValidationContext:
    try:
        return DocumentSecurityStore.read_dss(reader).as_validation_context(known)
    except NoDSSFoundError:
        return ValidationContext(**known)


async def _beside(content: bytes, signature: bytes, trusted: Trusted) -> Finding:
    signed = cms.ContentInfo.load(signature, strict=True)["content"]
    moment = stamped_at(signed, is_stamp=False)
    if moment is None:
        return Finding("signature", is_good=False, words="has no time stamp")
    known = trusted.known(moment)
    status = await async_validate_detached_cms(
        content,
        signed,
        signer_validation_context=ValidationContext(**known),
        ts_validation_context=ValidationContext(**known),
    )
    return _judged("signature", status, moment)


def stamped_at(signed: cms.SignedData, *, is_stamp: bool) -> datetime | None:
    """Read when a signature was stamped; None when it was not."""
    tokens = [signed] if is_stamp else _tokens(signed)
    for token in tokens:
        at = token["encap_content_info"]["content"].parsed["gen_time"].native
        return at if isinstance(at, datetime) else None
    return None


def _tokens(signed: cms.SignedData) -> list[cms.SignedData]:
    (signer,) = signed["signer_infos"]
    return list(extract_tst_data_iter(signer, signed=False))


def _judged(what: str, status: Any, moment: datetime) -> Finding:
    """Say what was found of a signature or a time stamp."""
    stamp = getattr(status, "timestamp_validity", status)
    changes = getattr(status, "modification_level", None)
    problems = {
        "what it covers was changed": not (status.intact and status.valid),
        "its certificate is not trusted": not status.trusted,
        "its certificate was revoked": status.revoked,
        "its time stamp is not good": stamp is None or not stamp.trusted,
        "more was changed afterwards than may be": changes is ModificationLevel.OTHER,
        "it is not valid": not getattr(status, "bottom_line", True),
    }
    found = [words for words, is_so in problems.items() if is_so]
    subject = status.signing_cert.subject.human_friendly
    when = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    words = "; ".join(found) or f"is good: {subject}, {when}"
    return Finding(what, is_good=not found, words=words)


def _finished(coroutine: Coroutine[Any, Any, Done]) -> Done:
    """Run to the end in this thread."""
    return asyncio.run(coroutine)

"""Sealing documents: PAdES signatures (ETSI EN 319 142) of the organization, with time stamps.

An offer is certified: only signatures may follow (DocMDP, ISO 32000 12.8.2.2). Each signature of a
contact is a revision that says who, when, from where, and what was shown. Both carry all that is
needed to check them later: certificates, revocations, time stamps (B-LT, B-LTA).

A sealed document keeps its tags, and says as before that it is PDF/A-2a and PDF/UA-1. Not all of
what is added lives up to that: pyHanko writes version 2.0 into the catalog, and the fields of
signatures, with the stamp in them, are not in the structure tree (PDF/UA-1, 7.18), so that a
strict checker may object to them. What the stamp shows is told by the signature itself, in words.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.ades.api import CAdESSignedAttrSpec
from pyhanko.sign.fields import (
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
)
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.stamp import StaticStampStyle

from resolvers.outside.credentials import Credentials, Keyring, Source
from resolvers.outside.rendering import FIELD, Stamp, stamp
from resolvers.outside.seals import Chosen
from resolvers.outside.verifying import roots_in

Done = TypeVar("Done")
FIELD_OF_SEAL = "Seal"
DIGEST = "sha256"
THREADS = ThreadPoolExecutor(4, thread_name_prefix="seal")
"""Threads of our own: a service that hangs makes nobody wait but those who seal."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """What whoever checks our documents may need besides them, all DER.

    Args:
        roots: The ends of the chains of seal and time stamps.
        revoked: What the local authority revoked.
    """

    roots: list[bytes]
    revoked: list[bytes]


class Seal:
    """Seals documents in threads of their own: it is hard work, and may wait for a service.

    Args:
        source: Gives what to seal with.
        clock: Tells the time.
    """

    def __init__(self, source: Source, clock: Callable[[], Any]) -> None:
        self._source = source
        self._clock = clock

    async def offer(self, document: bytes, *, organization: str, field: str) -> bytes:
        """Certify a document, with an empty field for the signature that may follow.

        Args:
            document: A PDF of `rendering.agreement`.
            organization: Who offers it.
            field: What the field is called.

        Raises:
            OSError: The time-stamping service does not answer in time, or refuses.
        """
        return await in_a_thread(self._offer(document, organization, field))

    async def sign(self, document: bytes, shown: Stamp, *, field: str) -> bytes:
        """Put a signature into its field, as a revision of its own.

        Args:
            document: A sealed offer.
            shown: Who signed, when, from where, and what was shown.
            field: Which field.

        Raises:
            OSError: The time-stamping service does not answer in time, or refuses.
        """
        return await in_a_thread(self._sign(document, shown, field))

    async def detached(self, content: bytes) -> bytes:
        """Sign bytes, with a time stamp; the signature stands beside them (CMS, RFC 5652).

        Raises:
            OSError: The time-stamping service does not answer in time, or refuses.
        """
        return await in_a_thread(self._detached(content))

    async def certificates(self) -> Certificates:
        """Give what whoever checks our documents may need besides them.

        Raises:
            OSError: The time-stamping service does not answer in time, or refuses.
        """
        return await in_a_thread(self._certificates())

    def roots_in(self, document: bytes) -> list[bytes]:
        """Give the roots that a sealed document brings along, DER."""
        return roots_in(document)

    async def _offer(self, document: bytes, organization: str, field: str) -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(document))
        last = int(writer.root["/Pages"]["/Count"]) - 1
        append_signature_field(
            writer,
            SigFieldSpec(field, on_page=last, box=FIELD, empty_field_appearance=True),
        )
        async with self._source() as credentials:
            described = metadata(
                credentials,
                FIELD_OF_SEAL,
                certify=True,
                docmdp_permissions=MDPPerm.FILL_FORMS,
                name=organization,
            )
            signer = PdfSigner(
                described,
                credentials.signer,
                timestamper=credentials.stamper,
                new_field_spec=SigFieldSpec(FIELD_OF_SEAL),
            )
            return bytes((await signer.async_sign_pdf(writer)).getvalue())

    async def _sign(self, document: bytes, shown: Stamp, field: str) -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(document))
        with stamped(shown) as style:
            async with self._source() as credentials:
                described = metadata(
                    credentials,
                    field,
                    name=shown.name,
                    reason=reason_of(shown),
                    location=shown.address,
                    use_pades_lta=True,
                )
                signer = PdfSigner(
                    described,
                    credentials.signer,
                    timestamper=credentials.stamper,
                    stamp_style=style,
                )
                signed = await signer.async_sign_pdf(writer, existing_fields_only=True)
        return bytes(signed.getvalue())

    async def _detached(self, content: bytes) -> bytes:
        async with self._source() as credentials:
            signed = await credentials.signer.async_sign_general_data(
                content,
                DIGEST,
                use_cades=True,
                timestamper=credentials.stamper,
                signed_attr_settings=PdfCMSSignedAttributes(
                    signing_time=self._clock(), cades_signed_attrs=CAdESSignedAttrSpec()
                ),
            )
        return bytes(signed.dump())

    async def _certificates(self) -> Certificates:
        async with self._source() as credentials:
            roots = {one.dump(): one for one in credentials.roots}
            return Certificates(list(roots), [one.dump() for one in credentials.revoked])


def open_seal(chosen: Chosen) -> Seal:
    """Open the seal that was chosen.

    Raises:
        InvalidInput: A setting about it makes no sense.
    """
    return Seal(Keyring(chosen), chosen.clock)


def metadata(credentials: Credentials, field: str, **given: Any) -> PdfSignatureMetadata:
    """Say what both kinds of signatures have in common: PAdES, with what checking needs later."""
    return PdfSignatureMetadata(
        field_name=field,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=True,
        validation_context=credentials.context(),
        **given,
    )


@contextmanager
def stamped(shown: Stamp) -> Iterator[StaticStampStyle]:
    """Draw what is seen of a signature; its file is read while the document is signed."""
    with NamedTemporaryFile(suffix=".pdf") as page:
        page.write(stamp(shown))
        page.flush()
        yield StaticStampStyle.from_pdf_file(page.name, border_width=0)


def reason_of(shown: Stamp) -> str:
    """Say in the signature itself what was signed, and which agreements were accepted."""
    where = f" from {shown.address}" if shown.address else ""
    words = f"Signed by {shown.name} at {shown.at.isoformat()}{where}; shown sha256 {shown.digest}"
    return words + accepted_in(shown)


def accepted_in(shown: Stamp) -> str:
    """Say which agreements of a document were accepted; nothing where there are none in it."""
    if not shown.agreements:
        return ""
    accepted = ", ".join(str(place) for place in shown.accepted) or "none"
    return f"; accepted agreements {accepted} of {shown.agreements}"


async def in_a_thread(coroutine: Coroutine[Any, Any, Done]) -> Done:
    """Run a coroutine in a thread with an event loop of its own."""
    return await asyncio.get_running_loop().run_in_executor(THREADS, asyncio.run, coroutine)

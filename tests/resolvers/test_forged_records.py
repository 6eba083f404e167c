"""Records of signatures that somebody has changed in the database: the sealed document says no."""

from datetime import timedelta
from io import BytesIO

import pytest
from bundles import broken, bundle_for
from evidencing import again, content_of_file, in_thread, offered, run, sealed_contract, signed
from factories import HOUR
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from talking import Client

from models.contracts import KeyContract
from models.signing import Signature, SigningProcess, SigningPurpose
from resolvers.evidence.sealed import check_sealed
from resolvers.evidence.sealing import Sealing
from resolvers.outside.rendering import Stamp
from resolvers.work import Work

SECOND = timedelta(seconds=1)
FORGED = ("sealed_file_id", "purpose", "signer_name", "signed_at", "address")


async def words_for(client: Client, contract: KeyContract) -> str:
    """Check the evidence of a contract with one signature; gives what was found of that, if bad."""
    made = await bundle_for(client, contract)
    findings = await in_thread(made.check)
    (signature,) = made.record("signatures.json")["signatures"]
    what = f"signature {signature['id']} in its document"
    assert broken(findings) <= {what}
    (found,) = [one for one in findings if one.what == what]
    return "" if found.is_good else found.words


async def signature_of(work: Work, contract: KeyContract) -> Signature:
    (signature,) = await work.all(
        work.own(Signature).where(Signature.key_contract_id == contract.id)
    )
    return signature


async def without_a_document(_work: Work, signature: Signature) -> None:
    signature.sealed_file_id = None


async def with_the_offer_as_its_document(work: Work, signature: Signature) -> None:
    process = await work.get(SigningProcess, signature.process_id)
    signature.sealed_file_id = process.offer_file_id


async def for_another_purpose(_work: Work, signature: Signature) -> None:
    signature.purpose = SigningPurpose.RETURN


async def by_somebody_else(_work: Work, signature: Signature) -> None:
    signature.signer_name = "Veikko Virtanen"


async def a_second_later(_work: Work, signature: Signature) -> None:
    signature.signed_at += SECOND


async def an_hour_later(_work: Work, signature: Signature) -> None:
    signature.signed_at += HOUR


async def from_elsewhere(_work: Work, signature: Signature) -> None:
    signature.address = "192.0.2.7"


async def from_nowhere(_work: Work, signature: Signature) -> None:
    signature.address = None


FORGERIES = [
    (without_a_document, "it is in no sealed document"),
    (with_the_offer_as_its_document, "the field Handover of the document is not signed"),
    (for_another_purpose, "the field Return of the document is not signed"),
    (by_somebody_else, "the document names somebody else"),
    (a_second_later, "the document tells another time, address or offer"),
    (an_hour_later, "the document was sealed before that time"),
    (from_elsewhere, "the document tells another network address"),
    (from_nowhere, "the document tells another network address"),
]


async def test_a_row_that_is_not_as_its_sealed_document_says_is_not_good(client: Client) -> None:
    contract = await sealed_contract(client)  # takes seconds, so that all forgeries share it
    assert await words_for(client, contract) == ""

    for forge, words in FORGERIES:
        async with client.working() as work:
            signature = await signature_of(work, contract)
            before = {name: getattr(signature, name) for name in FORGED}
            await forge(work, signature)

        assert words in await words_for(client, contract), forge

        async with client.working() as work:
            signature = await signature_of(work, contract)
            for name, value in before.items():
                setattr(signature, name, value)


@pytest.mark.parametrize("name", ["李明 😀", "Zoë (\\) M", "\u05d3\u05d5\u05d3 ben", "a" * 200])
async def test_a_signature_is_found_in_its_document_whatever_letters_a_name_has(
    name: str, client: Client
) -> None:
    process = await offered(client)
    signature = await signed(client, process, name=name)
    await run(client, Sealing(), signature.id)

    contract = await again(client, KeyContract, process.key_contract_id)

    assert await words_for(client, contract) == ""


async def test_a_signature_after_another_revision_of_the_offer_is_not_good(client: Client) -> None:
    process = await offered(client)
    row = await signed(client, process)
    offer = await content_of_file(client, process.offer_file_id)
    between = IncrementalPdfFileWriter(BytesIO(offer))
    between.add_object(pdf_string("between"))
    changed = BytesIO()
    between.write(changed)
    stamp = Stamp("fi", row.signer_name, row.signed_at, row.address, row.offer_digest, None)
    seal = await client.outside.seal.opened()
    document = await seal.sign(changed.getvalue(), stamp, field="Handover")
    names = ("id", "signer_name", "address", "offer_digest")
    signature = {
        **{name: getattr(row, name) for name in names},
        "purpose": "handover",
        "document": "signed",
        "signed_at": row.signed_at.isoformat(),
    }
    files = {"offer": offer, "signed": document}

    (found,) = check_sealed(signature, {"offer": "offer", "content": {}}, files.__getitem__)

    assert document.startswith(offer)
    assert found.words == "it is not what was put into the offered document next"

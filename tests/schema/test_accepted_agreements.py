"""Which agreements were accepted: kept with the signature, and told wherever it is told."""

from io import BytesIO
from typing import Any
from uuid import UUID

from agreeing import make_agreement, make_contract, make_version
from bundles import broken, bundle_for
from evidencing import again, content_of_file, in_thread, offer_of, run
from pyhanko.pdf_utils.reader import PdfFileReader
from signing import begun
from talking import Client

from models.agreements import Agreement
from models.contracts import KeyContract
from models.signing import Signature, SigningProcess
from resolvers.agreements import choosing
from resolvers.evidence.offering import Offering
from resolvers.evidence.records import check_records
from resolvers.evidence.sealing import Sealing
from resolvers.signed import effects
from resolvers.signing import signatures
from resolvers.signing.signatures import Asked
from schema.scalars import to_id

OFFERED = """query($id: ID!) { node(id: $id) { ... on KeyContract { signings {
  agreements { name version language digest }
} } } }"""
ACCEPTED = """query($id: ID!) { node(id: $id) { ... on KeyContract { signatures {
  acceptedAgreements { name version language digest }
} } } }"""


async def offered_with_three(client: Client) -> SigningProcess:
    """Offer a contract under a mandatory agreement and two that may be left out."""
    async with client.working() as work:
        await make_agreement(work, name="House rules", mandatory=True)
        chosen = [(await make_agreement(work, name=name)).id for name in ("Sauna", "Parking")]
        contract = await make_contract(work, language="en")
        await choosing.choose(work, contract.id, chosen)
        await effects.wait(work, contract, reason="It has to be signed.")
        process = (await begun(work, contract)).process
    await run(client, Offering(), process.id)
    return await again(client, SigningProcess, process.id)


def places_of(process: SigningProcess, *names: str) -> list[int]:
    shown = [one["name"] for one in process.content["agreements"]]
    return [shown.index(name) for name in names]


async def signed_and_sealed(client: Client, process: SigningProcess, *names: str) -> Signature:
    """Sign with some agreements accepted, and put that into the document."""
    digest = (await offer_of(client, process)).digest
    asked = Asked(digest, "Aino Virtanen", places_of(process, *names))
    async with client.working() as work:
        signature = await signatures.sign(work, process.id, asked, None)
    await run(client, Sealing(), signature.id)
    return await again(client, Signature, signature.id)


async def test_an_optional_agreement_that_was_left_out_is_not_among_the_accepted(
    client: Client,
) -> None:
    process = await offered_with_three(client)

    signature = await signed_and_sealed(client, process, "House rules", "Parking")

    wanted = [
        process.agreements[place] for place in sorted(places_of(process, "House rules", "Parking"))
    ]
    assert signature.accepted == wanted
    assert {one["name"] for one in signature.accepted} == {"House rules", "Parking"}


async def test_the_offered_agreements_are_seen_as_they_were_whatever_is_published_later(
    client: Client,
) -> None:
    process = await offered_with_three(client)
    async with client.working() as work:
        rules = await work.get(Agreement, UUID(process.agreements[0]["agreementId"]))
        await make_version(work, rules, {"en": "Other words."})

    answer = await client.ask(OFFERED, id=to_id(KeyContract, process.key_contract_id))

    (signing,) = answer["node"]["signings"]
    names = ("name", "version", "language", "digest")
    assert [one["version"] for one in signing["agreements"]] == [1, 1, 1]
    assert [tuple(one[name] for name in names) for one in signing["agreements"]] == [
        (one["name"], one["number"], one["language"], one["digest"]) for one in process.agreements
    ]


async def test_the_accepted_agreements_are_seen_by_clients(client: Client) -> None:
    process = await offered_with_three(client)
    await signed_and_sealed(client, process, "House rules")

    answer = await client.ask(ACCEPTED, id=to_id(KeyContract, process.key_contract_id))

    (place,) = places_of(process, "House rules")
    (signature,) = answer["node"]["signatures"]
    assert signature["acceptedAgreements"] == [
        {
            "name": "House rules",
            "version": 1,
            "language": "en",
            "digest": process.agreements[place]["digest"],
        }
    ]


async def test_the_sealed_document_says_which_agreements_were_accepted(client: Client) -> None:
    process = await offered_with_three(client)

    signature = await signed_and_sealed(client, process, "Parking", "House rules")

    content = await content_of_file(client, signature.sealed_file_id)
    reason = await in_thread(reason_in, content)
    assert reason.endswith("; accepted agreements 1, 3 of 3")


def reason_in(content: bytes) -> str:
    (_, signed) = PdfFileReader(BytesIO(content)).embedded_regular_signatures
    return str(signed.sig_object["/Reason"])


async def test_evidence_tells_which_agreements_were_accepted(client: Client) -> None:
    process = await offered_with_three(client)
    signature = await signed_and_sealed(client, process, "House rules")

    contract = await again(client, KeyContract, process.key_contract_id)
    bundle = await bundle_for(client, contract)

    told = bundle.record("signatures.json")
    assert told["signatures"][0]["accepted"] == signature.accepted
    assert broken(await in_thread(bundle.check)) == set()


async def test_evidence_in_which_something_was_accepted_that_was_not_offered_is_broken(
    client: Client,
) -> None:
    process = await offered_with_three(client)
    await signed_and_sealed(client, process, "House rules")
    contract = await again(client, KeyContract, process.key_contract_id)
    bundle = await bundle_for(client, contract)
    records: dict[str, Any] = {
        name: bundle.record(name)
        for name in bundle.names
        if name.endswith(".json") and name != "manifest.json"
    }
    records["signatures.json"]["signatures"][0]["accepted"][0]["number"] = 2

    digests = dict.fromkeys(bundle.names, "")
    found = list(check_records(records, digests, bundle.read))

    assert any("accepted that was not offered" in one.words for one in found)

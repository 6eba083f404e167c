"""Evidence of contracts whose contacts were erased: it says so, and what is left of it is whole."""

from datetime import timedelta
from typing import Any

from bundles import Bundle, broken, bundle_for
from erasing import contacts_of, erased
from evidencing import again, in_thread, offered, sealed_contract
from talking import Client

from models.contracts import KeyContract
from models.signing import SigningProcess
from resolvers import contracts, organizations
from resolvers.evidence.records import is_erased
from resolvers.signing import ending


async def keep_evidence_for(client: Client, retention: timedelta) -> None:
    async with client.working() as work:
        changes: Any = {"contact_retention": retention}
        await organizations.update_unit(work, client.organization_id, changes)


async def erased_contract(client: Client, contract_id: Any) -> Bundle:
    """Cancel a contract, erase its contact, and give the evidence that is left."""
    async with client.working() as work:
        contract = await contracts.cancel(work, contract_id)
        (contact,) = await contacts_of(work, contract)
        await erased(work, contact)
    return await bundle_for(client, await again(client, KeyContract, contract_id))


async def declined(client: Client) -> SigningProcess:
    process = await offered(client)
    async with client.working() as work:
        return await ending.decline(work, process.id, reason="I, Aino, will not.")


async def test_a_document_that_was_not_signed_and_is_erased_does_not_break_evidence(
    client: Client,
) -> None:
    process = await declined(client)

    bundle = await erased_contract(client, process.key_contract_id)

    found = await in_thread(bundle.check)
    assert broken(found) == set()
    words = {one.what: one.words for one in found}
    assert words[f"signing {process.id}"] == "handover, declined, erased"
    assert b"Aino" not in bundle.content


async def test_a_signature_whose_time_is_over_is_erased_and_does_not_break_evidence(
    client: Client,
) -> None:
    await keep_evidence_for(client, timedelta(0))
    contract = await sealed_contract(client)

    bundle = await erased_contract(client, contract.id)

    found = await in_thread(bundle.check)
    assert broken(found) == set()
    (about,) = [one for one in found if one.what.startswith("signature ")]
    assert about.words.startswith("Erased contact at ")
    assert about.words.endswith("for the handover, erased")
    assert b"Aino" not in bundle.content


async def test_a_signature_that_is_kept_after_an_erasure_is_whole(client: Client) -> None:
    contract = await sealed_contract(client)

    bundle = await erased_contract(client, contract.id)

    found = await in_thread(bundle.check)
    assert broken(found) == set()
    assert "documents/01-handover-signed.pdf" in bundle.names
    assert not any("erased" in one.words for one in found)


def test_what_was_emptied_while_its_document_is_there_is_not_called_erased() -> None:
    assert is_erased({"content": {}, "offer": None})
    assert not is_erased({"content": {}, "offer": "documents/01-handover-offer.pdf"})
    assert not is_erased({"content": {"title": "Handover"}, "offer": None})

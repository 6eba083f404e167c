"""The documents of signings: fetched by links from the API, and by the contact from their page."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from evidencing import content_of_file, offered, prepared, sealed_contract, signed
from linking import make_link, shown
from talking import Client

from models.accounts import Role
from models.contracts import KeyContract
from models.organizations import Contact
from models.signing import Signature, SigningProcess
from schema.scalars import to_id

DOCUMENTS = """query($id: ID!) { node(id: $id) { ... on KeyContract {
  signings { documentUrl signature { documentUrl } }
} } }"""


async def documents_of(
    client: Client, contract_id: Any, role: Role = Role.ADMIN
) -> tuple[str | None, str | None]:
    """Ask for the address of a contract's offer, and of what was signed."""
    answer = await client.ask(DOCUMENTS, role, id=to_id(KeyContract, contract_id))
    (signing,) = answer["node"]["signings"]
    return signing["documentUrl"], (signing["signature"] or {}).get("documentUrl")


async def fetched(client: Client, url: str | None) -> Any:
    assert url is not None
    parts = urlsplit(url)
    return await client.http.get(f"{parts.path}?{parts.query}")


async def rows_of(client: Client) -> tuple[SigningProcess, Signature]:
    async with client.working() as work:
        (process,) = await work.all(work.own(SigningProcess))
        (signature,) = await work.all(work.own(Signature))
    return process, signature


async def link_to(client: Client, contract: KeyContract, **given: Any) -> str:
    async with client.working() as work:
        _, secret = await make_link(work, contract, **given)
    return secret


@pytest.mark.parametrize("role", [Role.ADMIN, Role.USER, Role.PARTNER, Role.VIEWER])
async def test_who_may_see_contracts_fetches_what_was_offered_and_what_was_signed(
    client: Client, role: Role
) -> None:
    contract = await sealed_contract(client)
    process, signature = await rows_of(client)

    offer, sealed = await documents_of(client, contract.id, role)

    for url, file_id, what in (
        (offer, process.offer_file_id, "offer"),
        (sealed, signature.sealed_file_id, "signed"),
    ):
        answer = await fetched(client, url)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/pdf"
        disposition = answer.headers["content-disposition"]
        assert disposition.startswith("attachment")
        assert f"{contract.reference}-handover-{what}.pdf" in disposition
        assert answer.content == await content_of_file(client, file_id)


async def test_there_is_no_document_before_it_is_made(client: Client) -> None:
    preparing = await prepared(client)
    process = await offered(client)
    await signed(client, process)

    before = await documents_of(client, preparing.key_contract_id)
    offer, sealed = await documents_of(client, process.key_contract_id)

    assert before == (None, None)
    assert offer is not None
    assert sealed is None


async def test_a_contact_fetches_what_they_signed_from_their_page(client: Client) -> None:
    contract = await sealed_contract(client)
    _, signature = await rows_of(client)
    secret = await link_to(client, contract)

    url = (await shown(client, secret)).json()["signedDocument"]

    answer = await fetched(client, url)
    assert answer.content == await content_of_file(client, signature.sealed_file_id)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert contract.reference in answer.headers["content-disposition"]


async def test_a_page_has_no_document_that_is_not_sealed_or_of_another_contact(
    client: Client,
) -> None:
    process = await offered(client)
    async with client.working() as work:
        contract = await work.get(KeyContract, process.key_contract_id)
    secret = await link_to(client, contract)
    unsigned = (await shown(client, secret)).json()["signedDocument"]
    signature = await signed(client, process)
    unsealed = (await shown(client, secret)).json()["signedDocument"]

    async with client.working() as work:
        other = Contact(organization_id=client.organization_id, name="Veikko", language="fi")
        await work.add(other)
        (row,) = await work.locked(Signature, [signature.id])
        row.contact_id, row.sealed_file_id = other.id, process.offer_file_id
    of_another = (await shown(client, secret)).json()["signedDocument"]

    assert (unsigned, unsealed, of_another) == (None, None, None)

"""Signatures that are refused: which code and status each has, and that nothing is kept of them."""

from typing import Any

import pytest
from PIL import Image
from racing import at_once
from signing import (
    DRAWN,
    Signer,
    begun,
    contract_of,
    data_url,
    identified,
    keeping,
    offered,
    picture,
    png,
    refetched,
    signer_of,
    store_offer,
    waiting,
)
from sqlalchemy import func, select
from talking import Client

from models.contracts import KeyContract, KeyContractStatus, Verification
from models.errors import AlreadySigned
from models.signing import Signature, SigningProcess, SigningState
from resolvers.signing import signatures
from resolvers.signing.starting import renew_secret
from resolvers.work import system
from schema.context import clock

VERY_LONG = "x" * 5_000


async def count_of_signatures(client: Client) -> int:
    async with client.working() as work:
        counted = select(func.count()).select_from(Signature)
        owner = Signature.organization_id == work.actor.organization_id
        (count,) = await work.scalars(counted.where(owner))
    return count


@pytest.mark.parametrize("path", ["", "/document", "/sign", "/decline"])
@pytest.mark.parametrize("authorization", [None, "Bearer wrong", f"Bearer {VERY_LONG}", "Basic x"])
async def test_without_a_valid_secret_there_is_nothing(
    client: Client, path: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    body = {"documentDigest": "0", "name": "Eve", "typed": True, "accepted": [], "reason": "x"}

    answer = await client.http.post(f"/public/signing{path}", json=body, headers=headers)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "LINK_NOT_VALID"
    assert answer.headers["cache-control"] == "no-store"


async def test_the_hash_of_a_secret_is_no_secret(client: Client) -> None:
    _, process = await signer_of(client)

    assert await Signer(client, process.secret_digest).refused("") == (404, "LINK_NOT_VALID")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"documentDigest": "0" * 64}, 409, "INVALID_INPUT"),
        ({"documentDigest": None}, 422, "INVALID_INPUT"),
        ({"accepted": []}, 422, "INVALID_INPUT"),
        ({"accepted": [0, 7]}, 422, "INVALID_INPUT"),
        ({"accepted": [-1, 0]}, 422, "INVALID_INPUT"),
        ({"accepted": [True]}, 422, "INVALID_INPUT"),
        ({"accepted": "0"}, 422, "INVALID_INPUT"),
        ({"name": " "}, 422, "INVALID_INPUT"),
        ({"name": "A" * 201}, 422, "INVALID_INPUT"),
        ({"name": "A\x00"}, 422, "INVALID_INPUT"),
        ({"name": 7}, 422, "INVALID_INPUT"),
        ({"picture": None}, 422, "INVALID_INPUT"),
        ({"picture": DRAWN, "typed": True}, 422, "INVALID_INPUT"),
        ({"typed": "yes"}, 422, "INVALID_INPUT"),
        ({"picture": "data:image/png;base64,AAAA"}, 422, "INVALID_INPUT"),
        ({"picture": data_url(b"<svg/>")}, 422, "INVALID_INPUT"),
        ({"picture": data_url(png(Image.new("L", (300, 120), 255)))}, 422, "INVALID_INPUT"),
        ({"picture": data_url(png(picture(way=[(9, 9), (12, 9)])))}, 422, "INVALID_INPUT"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_does_not_fit_the_offer_is_no_signature(
    client: Client, changes: dict[str, Any], status: int, code: str
) -> None:
    signer, process = await signer_of(client)

    answer = await signer.sign(**changes)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert (await refetched(client, process)).state is SigningState.OFFERED
    assert await count_of_signatures(client) == 0
    assert (await signer.sign()).json() == {"state": "SIGNED"}


async def test_of_several_reasons_the_first_in_order_is_told(client: Client) -> None:
    strong = {"verification": Verification.STRONG}
    signer, _ = await signer_of(client, contract=strong)
    everything = await signer.signature(
        documentDigest="0", accepted=[], name="", picture="data:image/png;base64,AAAA"
    )
    right = await signer.signature()
    messages = []

    for field in ("documentDigest", None, "accepted", "name", "picture"):
        answer = await signer.post("/sign", everything)
        messages.append((answer.status_code, answer.json()["error"]["message"][:12]))
        if field is None:
            signer.headers |= await identify(client)
        else:
            everything[field] = right[field]

    assert messages == [
        (409, "The document"),
        (403, "The contact "),
        (422, "The agreemen"),
        (422, "The name mus"),
        (422, "The picture "),
    ]


async def identify(client: Client) -> dict[str, str]:
    """Let the signer come back from their identity provider; give what their browser sends."""
    async with client.working() as work:
        (process,) = await work.all(work.own(SigningProcess))
        return keeping(await identified(work, process))


async def test_a_strong_signature_needs_an_identity(client: Client) -> None:
    strong = {"verification": Verification.STRONG}
    signer, _ = await signer_of(client, contract=strong)

    answer = await signer.sign()

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "NOT_IDENTIFIED")


async def test_what_is_still_prepared_is_neither_read_nor_signed_nor_declined(
    client: Client,
) -> None:
    async with client.working() as work:
        start = await begun(work)
    assert start.secret is not None
    signer = Signer(client, start.secret)

    assert await signer.refused("/document") == (404, "LINK_NOT_VALID")
    body = await signer.signature(documentDigest="0")
    assert await signer.refused("/sign", body) == (404, "LINK_NOT_VALID")
    assert await signer.refused("/decline", {"reason": "No."}) == (422, "INVALID_INPUT")
    assert (await refetched(client, start.process)).seen_at is None


@pytest.mark.parametrize("path", ["", "/document", "/sign", "/decline"])
async def test_after_its_time_a_link_is_not_valid_even_before_the_timer_has_seen_it(
    client: Client, path: str
) -> None:
    signer, process = await signer_of(client)
    body = {**await signer.signature(), "reason": "Too late."}
    async with client.working() as work:
        row = await work.get(SigningProcess, process.id)
        row.expires_at = work.now

    assert await signer.refused(path, body) == (404, "LINK_NOT_VALID")


async def test_whoever_signs_twice_is_told_that_it_is_signed(client: Client) -> None:
    signer, _ = await signer_of(client)
    body = await signer.signature()

    first = await signer.post("/sign", body)

    assert first.json() == {"state": "SIGNED"}
    for path in ("/sign", "/decline", "", "/document"):
        assert await signer.refused(path, {**body, "reason": "No."}) == (409, "ALREADY_SIGNED")
    assert await count_of_signatures(client) == 1


async def test_two_who_sign_at_the_same_second_make_one_signature(client: Client) -> None:
    async with client.working() as work:
        start = await begun(work)
        await offered(work, start.process)
    await store_offer(client, start.process)
    assert start.secret is not None
    signer = Signer(client, start.secret)
    body = await signer.signature()
    asked = signatures.Asked(
        document_digest=body["documentDigest"], name="Aino", accepted=body["accepted"]
    )

    answers = await at_once(
        client.database,
        system(client.organization_id),
        *[lambda work: signatures.sign(work, start.process.id, asked, None)] * 5,
        at=clock(),
    )

    refused = [one for one in answers if isinstance(one, AlreadySigned)]
    assert len(refused) == 4
    assert await count_of_signatures(client) == 1


async def test_a_link_is_not_valid_once_it_has_another_secret(client: Client) -> None:
    signer, process = await signer_of(client)

    async with client.working() as work:
        secret = await renew_secret(work, await work.get(SigningProcess, process.id))

    assert await signer.refused("") == (404, "LINK_NOT_VALID")
    assert (await Signer(client, secret).sign()).json() == {"state": "SIGNED"}


async def test_a_contract_that_is_otherwise_meanwhile_is_not_signed_as_it_was(
    client: Client,
) -> None:
    signer, process = await signer_of(client)
    body = await signer.signature()

    for change in ({"revision": 2}, {"status": KeyContractStatus.CANCELLED}):
        contract = await contract_of(client, process)
        before = {name: getattr(contract, name) for name in change}
        await set_in_contract(client, process, change)
        assert await signer.refused("/sign", body) == (404, "LINK_NOT_VALID")
        await set_in_contract(client, process, before)

    assert (await signer.post("/sign", body)).json() == {"state": "SIGNED"}


async def set_in_contract(client: Client, process: SigningProcess, change: dict[str, Any]) -> None:
    """Change the row of a contract past all rules."""
    async with client.working() as work:
        contract = await work.get(KeyContract, process.key_contract_id)
        for name, value in change.items():
            setattr(contract, name, value)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, None, 7])
async def test_whoever_declines_says_why_in_a_few_words(client: Client, reason: Any) -> None:
    signer, _ = await signer_of(client)

    assert await signer.refused("/decline", {"reason": reason}) == (422, "INVALID_INPUT")


async def test_a_document_whose_bytes_are_gone_is_not_there(client: Client) -> None:
    async with client.working() as work:
        start = await begun(work, await waiting(work))
        await offered(work, start.process)
    assert start.secret is not None

    assert await Signer(client, start.secret).refused("/document") == (404, "LINK_NOT_VALID")

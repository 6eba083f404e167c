"""Each way of signing from its beginning to the signature, as people meet it over HTTP."""

from typing import Any

import pytest
from documents import written
from signing import (
    DOCUMENT,
    RETURN,
    START,
    Signer,
    at_display,
    begun,
    contract_of,
    fetched,
    offered,
    refetched,
    signer_of,
    station_of,
    store_offer,
    waiting,
)
from sqlalchemy import select
from talking import Client

from models.accounts import Role
from models.attachments import StoredFile
from models.contracts import KeyContract, KeyContractStatus, Verification
from models.jobs import Job, JobKind
from models.signing import Signature, SigningMethod, SigningProcess
from models.stations import SignatureStation
from resolvers.signing import displays
from schema.scalars import to_id

SIGNED = """query($id: ID!) { node(id: $id) { ... on KeyContract {
  status
  signings { id state method purpose seenAt endedAt signature { signerName } }
  signatures { signerName method purpose revision drawn identified documentDigest sealedAt
    signing { id } contact { name } station { id } keyContract { id } }
} } }"""


async def started(client: Client, role: Role = Role.USER, **input: Any) -> dict[str, Any]:
    """Begin a signing as staff do; gives the answer."""
    answer: dict[str, Any] = (await client.ask(START, role, input=input))["signingStart"]
    return answer


async def offer(client: Client, id: str) -> SigningProcess:
    """Let the process with an id be offered."""
    async with client.working() as work:
        rows = await work.all(work.own(SigningProcess))
        (process,) = [one for one in rows if to_id(SigningProcess, one.id) == id]
        await offered(work, process)
    await store_offer(client, process)
    return process


@pytest.mark.parametrize("method", [SigningMethod.LOCAL, SigningMethod.LINK])
async def test_a_contract_is_signed_on_the_device_of_staff_and_over_a_link(
    client: Client, method: SigningMethod
) -> None:
    async with client.working() as work:
        id = to_id(KeyContract, (await waiting(work)).id)
    answer = await started(client, keyContractId=id, method=method.name)
    url = answer["url"]
    signer = Signer(client, url.removeprefix("http://test/sign#"))
    prepared = (await signer.post("")).json()
    await offer(client, answer["signing"]["id"])

    signed = await signer.sign()

    assert (prepared["state"], prepared["documentDigest"]) == ("PREPARING", None)
    assert (signed.status_code, signed.json()) == (200, {"state": "SIGNED"})
    contract = (await client.ask(SIGNED, Role.VIEWER, id=id))["node"]
    assert contract["status"] == "UPCOMING"
    (signing,) = contract["signings"]
    assert signing["state"] == "SIGNED"
    assert signing["signature"] == {"signerName": "Aino Virtanen"}
    assert signing["seenAt"] <= signing["endedAt"]
    (signature,) = contract["signatures"]
    assert signature["method"] == method.name
    assert (signature["drawn"], signature["identified"]) == (True, False)
    assert signature["keyContract"] == {"id": id}
    assert signature["contact"] == {"name": "Aino Virtanen"}


async def test_a_signer_is_shown_the_whole_offer_and_its_document(client: Client) -> None:
    signer, process = await signer_of(client)

    answer = await signer.post("")
    document = await signer.post("/document")

    shown = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert shown == {
        "state": "OFFERED",
        "purpose": "HANDOVER",
        "verification": "SIGNATURE",
        "method": "LINK",
        "language": "en",
        "expiresAt": written(process.expires_at),
        "document": process.content,
        "documentDigest": shown["documentDigest"],
        "contact": {"name": "Aino Virtanen"},
        "identity": None,
        "pdf": "/public/signing/document",
    }
    assert [one["name"] for one in shown["document"]["agreements"]] == ["House rules"]
    assert (document.content, document.headers["content-type"]) == (DOCUMENT, "application/pdf")
    assert document.headers["cache-control"] == "no-store"


async def test_the_first_look_is_noted_and_later_ones_are_not(client: Client) -> None:
    signer, process = await signer_of(client)

    await signer.post("")
    first = (await refetched(client, process)).seen_at
    await signer.post("")

    assert first is not None
    assert (await refetched(client, process)).seen_at == first
    kinds = await kinds_of(client, process)
    assert kinds == ["SIGNING_PREPARING", "SIGNING_OFFERED", "SIGNING_SEEN"]


async def kinds_of(client: Client, process: SigningProcess) -> list[str]:
    """List what happened to a process."""
    document = "query($id: ID!) { events(subjectId: $id) { edges { node { kind } } } }"
    id = to_id(SigningProcess, process.id)
    edges = (await client.ask(document, id=id))["events"]["edges"]
    return [edge["node"]["kind"] for edge in edges]


async def test_a_signature_is_kept_with_who_when_how_and_what(client: Client) -> None:
    signer, process = await signer_of(client)
    signer.headers["user-agent"] = "Phone/1.0"

    await signer.sign()

    async with client.working() as work:
        (kept,) = await work.all(work.own(Signature).where(Signature.process_id == process.id))
        offer_file = await work.get(StoredFile, process.offer_file_id)
        picture = await work.get(StoredFile, kept.picture_file_id)
        jobs = await work.all(select(Job).where(Job.subject_id == kept.id))
        left = await work.all(select(Job).where(Job.subject_id == process.id))
    assert (kept.signer_name, kept.device) == ("Aino Virtanen", "Phone/1.0")
    assert kept.address == "127.0.0.1"
    assert kept.offer_digest == offer_file.digest
    assert (kept.revision, kept.token_id) == (process.revision, None)
    assert picture.media_type == "image/png"
    assert (await client.outside.files.read(picture.path)).startswith(b"\x89PNG")
    assert [job.kind for job in jobs] == [JobKind.SEAL]
    assert not left
    assert (await kinds_of(client, process))[-1] == "SIGNING_SIGNED"


async def test_a_signature_on_the_device_of_staff_names_their_token(client: Client) -> None:
    async with client.working() as work:
        id = to_id(KeyContract, (await waiting(work)).id)
    answer = await started(client, keyContractId=id, method="LOCAL")
    process = await offer(client, answer["signing"]["id"])

    await Signer(client, answer["url"].partition("#")[2]).sign()

    async with client.working() as work:
        (kept,) = await work.all(work.own(Signature))
    assert process.token_id is not None
    assert kept.token_id == process.token_id


async def test_a_name_may_be_typed_where_drawing_cannot_be_done(client: Client) -> None:
    signer, process = await signer_of(client)

    answer = await signer.sign(picture=None, typed=True)

    assert answer.json() == {"state": "SIGNED"}
    async with client.working() as work:
        (kept,) = await work.all(work.own(Signature).where(Signature.process_id == process.id))
    assert kept.picture_file_id is None


async def test_a_strong_signature_has_the_name_that_was_proved(client: Client) -> None:
    strong = {"verification": Verification.STRONG}
    signer, process = await signer_of(client, contract=strong, identity="Aino Proved")

    shown = (await signer.post("")).json()
    await signer.sign()

    assert shown["identity"] == {"name": "Aino Proved"}
    contract = (await client.ask(SIGNED, id=to_id(KeyContract, process.key_contract_id)))["node"]
    (signature,) = contract["signatures"]
    assert (signature["signerName"], signature["identified"]) == ("Aino Proved", True)


async def test_a_return_is_signed_once_keys_were_out_and_the_status_stays(client: Client) -> None:
    async with client.working() as work:
        contract = await waiting(work, agrees=False)
        await fetched(work, contract)
        start = await begun(work, contract, purpose=RETURN)
        await offered(work, start.process)
    await store_offer(client, start.process)
    assert start.secret is not None

    answer = await Signer(client, start.secret).sign()

    assert answer.json() == {"state": "SIGNED"}
    kept = await contract_of(client, start.process)
    assert kept.status is KeyContractStatus.ACTIVE
    async with client.working() as work:
        (signature,) = await work.all(work.own(Signature))
    assert signature.purpose is RETURN


async def test_a_contract_is_signed_at_a_station_with_the_secret_of_its_display(
    client: Client,
) -> None:
    async with client.working() as work:
        station = await station_of(client, work)
        contract = await waiting(work)
    ids = {
        "keyContractId": to_id(KeyContract, contract.id),
        "stationId": to_id(SignatureStation, station.id),
    }
    answer = await started(client, method="STATION", **ids)
    process = await offer(client, answer["signing"]["id"])
    async with client.working() as work:
        secret = await displays.take_secret(at_display(work, station), process.id)
    assert secret is not None

    signed = await Signer(client, secret).sign()

    assert answer["url"] is None
    assert answer["signing"]["station"] == {"id": ids["stationId"]}
    assert signed.json() == {"state": "SIGNED"}
    contract_now = (await client.ask(SIGNED, id=ids["keyContractId"]))["node"]
    assert contract_now["signatures"][0]["station"] == {"id": ids["stationId"]}

"""Contracts that are offered, signed and sealed by the real errands, for tests of evidence."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from agreeing import make_agreement, make_contract
from sealed_documents import drawing
from signing import begun
from talking import Client

from models.accounts import Actor, Role
from models.contracts import KeyContract
from models.signing import Signature, SigningProcess
from resolvers.attachments import storing
from resolvers.evidence.offering import Offering
from resolvers.evidence.sealing import Sealing
from resolvers.jobs import Errand
from resolvers.signed import effects
from resolvers.signing import signatures
from resolvers.signing.signatures import Asked
from resolvers.work import Reading
from schema.context import clock

TEXTS = {"fi": "## Avaimet\n\nAvaimia **ei** saa kopioida.\n", "en": "Bring the keys back."}


async def run(client: Client, errand: Errand, subject_id: UUID, times: int = 1) -> Any:
    """Do an errand as a worker does; doing it several times before it is kept does no harm."""
    async with client.database.reading() as connection:
        actor = Actor(client.organization_id, Role.ADMIN)
        asked = await errand.ask(Reading(connection, actor, clock()), subject_id)
    done = None
    for _ in range(times if asked is not None else 0):
        done = await errand.do(client.outside, asked)
    async with client.working() as work:
        return await errand.keep(work, subject_id, done)


async def prepared(client: Client, **given: Any) -> SigningProcess:
    """Begin to have a contract signed; its offer is not made yet."""
    async with client.working() as work:
        await make_agreement(work, texts=TEXTS, name="House rules", mandatory=True)
        contract = await make_contract(work, **{"language": "fi", **given})
        await effects.wait(work, contract, reason="It has to be signed.")
        return (await begun(work, contract)).process


async def offered(client: Client, **given: Any) -> SigningProcess:
    process = await prepared(client, **given)
    await run(client, Offering(), process.id)
    return await again(client, SigningProcess, process.id)


async def signed(
    client: Client,
    process: SigningProcess,
    *,
    name: str = "Aino Virtanen",
    picture: bytes | None = None,
) -> Signature:
    """Sign what is offered."""
    digest = (await offer_of(client, process)).digest
    files, owner = client.outside.files, client.organization_id
    drawn = await storing.put(files, owner, picture, "image/png") if picture else None
    accepted = range(len(process.content["agreements"]))
    asked = Asked(digest, name, accepted, address="2001:db8::1", device="A browser")
    async with client.working() as work:
        return await signatures.sign(work, process.id, asked, drawn)


async def sealed_contract(client: Client, **given: Any) -> KeyContract:
    """Make a contract whose signature is in its document."""
    process = await offered(client, **given)
    signature = await signed(client, process, picture=drawing())
    await run(client, Sealing(), signature.id)
    return await again(client, KeyContract, process.key_contract_id)


async def again(client: Client, model: Any, id: UUID) -> Any:
    async with client.working() as work:
        return await work.get(model, id)


async def offer_of(client: Client, process: SigningProcess) -> storing.Bytes:
    assert process.offer_file_id is not None
    async with client.database.reading() as connection:
        return await storing.file_of(connection, process.offer_file_id)


async def content_of_file(client: Client, file_id: UUID | None) -> bytes:
    assert file_id is not None
    async with client.database.reading() as connection:
        file = await storing.file_of(connection, file_id)
    return await client.outside.files.read(file.path)


def folder_of(client: Client) -> Path:
    """Give the data folder of a client."""
    return client.outside.seal.chosen.folder.parent


def livionkey_root(client: Client) -> Path:
    """Write the root of the local authority to a file."""
    whole = (client.outside.seal.chosen.folder / "root.pem").read_bytes()
    root = folder_of(client) / "trust.pem"
    root.write_bytes(whole[: whole.index(b"-----BEGIN PRIVATE")])
    return root


async def in_thread(act: Any, *given: Any) -> Any:
    return await asyncio.to_thread(act, *given)


Findings = Sequence[Any]

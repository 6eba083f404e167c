"""Offers and signatures are sealed by workers: once, in time, and later when something hangs."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from evidencing import again, content_of_file, offered, prepared, run, signed
from outsides import seal_in
from sealed_documents import checked, drawing
from sqlalchemy import select
from stamping_peer import Peer, stamping_peer
from talking import Client

from models.accounts import Actor, Role
from models.base import new_id
from models.events import Event, EventKind
from models.jobs import Job, JobKind
from models.signing import Signature, SigningProcess, SigningState
from resolvers.claims import SUBJECTS
from resolvers.evidence.offering import Offering
from resolvers.evidence.sealing import NotWhatWasSigned, Sealing
from resolvers.outside.verifying import roots_in
from resolvers.signing import ending
from resolvers.timers import ERRANDS
from resolvers.work import Reading
from schema.context import clock
from schema.operating.working import Worker


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with stamping_peer() as peer:
        yield peer


@pytest.fixture
def stamped(client: Client, peer: Peer) -> Client:
    """Let the client's seal have its time stamps from a service."""
    chosen = {"timestamp_url": peer.address, "timestamp_timeout_seconds": 1.5}
    seal = seal_in(client.outside.seal.chosen.folder.parent, **chosen)
    client.outside = replace(client.outside, seal=seal)
    peer.hangs = False
    return client


@pytest.fixture
async def at_work(client: Client) -> AsyncIterator[None]:
    """Have a worker at work on the errands, with the client's ports."""
    worker = Worker(client.database, {}, clock, errands=ERRANDS, outside=client.outside)
    running = asyncio.create_task(worker.run())
    yield
    worker.stop()
    await running


async def events_of(client: Client, kind: EventKind) -> list[Event]:
    async with client.working() as work:
        return list(await work.all(work.own(Event).where(Event.kind == kind)))


async def job_of(client: Client, kind: JobKind, id: object) -> Job | None:
    async with client.working() as work:
        return await work.first(work.own(Job).where(Job.kind == kind, Job.subject_id == id))


async def until(client: Client, id: object, state: SigningState) -> SigningProcess:
    for _ in range(600):
        process: SigningProcess = await again(client, SigningProcess, id)
        if process.state is state:
            return process
        await asyncio.sleep(0.05)
    raise TimeoutError


async def test_an_offer_is_sealed_stored_and_can_then_be_read(client: Client) -> None:
    process = await offered(client)

    document = await content_of_file(client, process.offer_file_id)
    (event,) = await events_of(client, EventKind.SIGNING_OFFERED)
    (found,) = await checked(document, *roots_in(document))
    assert process.state is SigningState.OFFERED
    assert process.offered_at is not None
    assert found.is_good
    assert event.facts["document_digest"] == sha256(document).hexdigest()
    assert event.subject_id == process.id


async def test_an_offer_is_looked_at_again_when_its_time_is_over(client: Client) -> None:
    process = await prepared(client)

    assert await run(client, Offering(), process.id) == process.expires_at


async def test_an_offer_that_was_made_twice_is_kept_once(client: Client) -> None:
    process = await prepared(client)

    await run(client, Offering(), process.id, times=2)
    first = await again(client, SigningProcess, process.id)
    await run(client, Offering(), process.id)
    second = await again(client, SigningProcess, process.id)

    assert first.offer_file_id == second.offer_file_id is not None
    assert len(await events_of(client, EventKind.SIGNING_OFFERED)) == 1


async def test_nothing_is_offered_of_a_process_that_was_withdrawn_meanwhile(
    client: Client,
) -> None:
    process = await prepared(client)
    errand = Offering()
    async with client.working() as work:
        asked = await errand.ask(work, process.id)
    done = await errand.do(client.outside, asked)
    async with client.working() as work:
        await ending.withdraw(work, process.id)

    async with client.working() as work:
        again_at = await errand.keep(work, process.id, done)

    left = await again(client, SigningProcess, process.id)
    assert again_at is None
    assert left.state is SigningState.WITHDRAWN
    assert left.offer_file_id is None


async def test_an_offer_whose_time_is_over_expires(client: Client) -> None:
    process = await offered(client)
    async with client.working() as work:
        row = await work.get(SigningProcess, process.id)
        row.expires_at = work.now - timedelta(seconds=1)
        await work.save()

    assert await run(client, Offering(), process.id) is None

    assert (await again(client, SigningProcess, process.id)).state is SigningState.EXPIRED


async def test_errands_about_nothing_do_nothing(client: Client) -> None:
    assert await run(client, Offering(), new_id()) is None
    assert await run(client, Sealing(), new_id()) is None


@pytest.mark.parametrize("picture", [None, drawing()], ids=["typed", "drawn"])
async def test_a_signature_gets_into_the_document_that_was_signed(
    client: Client, picture: bytes | None
) -> None:
    process = await offered(client)
    signature = await signed(client, process, picture=picture)

    await run(client, Sealing(), signature.id)

    sealed: Signature = await again(client, Signature, signature.id)
    offer = await content_of_file(client, process.offer_file_id)
    document = await content_of_file(client, sealed.sealed_file_id)
    (event,) = await events_of(client, EventKind.SIGNATURE_SEALED)
    assert document.startswith(offer)
    assert all(one.is_good for one in await checked(document, *roots_in(document)))
    assert sealed.sealed_at is not None
    assert event.subject_id == signature.id
    assert event.facts["document_digest"] == sha256(document).hexdigest()


async def test_a_signature_that_was_sealed_twice_is_kept_once(client: Client) -> None:
    signature = await signed(client, await offered(client))

    await run(client, Sealing(), signature.id, times=2)
    first = (await again(client, Signature, signature.id)).sealed_file_id
    await run(client, Sealing(), signature.id)

    assert (await again(client, Signature, signature.id)).sealed_file_id == first
    assert len(await events_of(client, EventKind.SIGNATURE_SEALED)) == 1


async def test_no_signature_gets_into_a_document_that_was_not_shown(client: Client) -> None:
    process = await offered(client)
    signature = await signed(client, process)
    async with client.database.reading() as connection:
        row = SigningProcess.__table__.c
        found = await connection.execute(
            select(row.organization_id, row.offer_file_id).where(row.id == process.id)
        )
        owner, file_id = found.one()
    await client.outside.files.put(f"{owner}/{file_id}", b"%PDF another document")

    with pytest.raises(NotWhatWasSigned):
        await run(client, Sealing(), signature.id)

    assert (await again(client, Signature, signature.id)).sealed_file_id is None


@pytest.mark.usefixtures("at_work")
async def test_a_worker_offers_and_seals_by_itself(client: Client) -> None:
    process = await prepared(client)

    ready = await until(client, process.id, SigningState.OFFERED)
    signature = await signed(client, ready)

    for _ in range(600):
        sealed: Signature = await again(client, Signature, signature.id)
        if sealed.sealed_file_id is not None:
            break
        await asyncio.sleep(0.05)
    assert sealed.sealed_file_id is not None
    assert await job_of(client, JobKind.SEAL, signature.id) is None


async def test_a_service_that_hangs_leaves_the_process_preparing_and_is_asked_again(
    stamped: Client, peer: Peer
) -> None:
    peer.hangs = True
    process = await prepared(stamped)
    worker = Worker(stamped.database, {}, clock, errands=ERRANDS, outside=stamped.outside)
    running = asyncio.create_task(worker.run())

    job = None
    for _ in range(600):
        job = await job_of(stamped, JobKind.SIGNING_PROCESS, process.id)
        if job and job.failures:
            break
        await asyncio.sleep(0.05)
    waiting: SigningProcess = await again(stamped, SigningProcess, process.id)
    peer.hangs = False
    ready = await until(stamped, process.id, SigningState.OFFERED)
    worker.stop()
    await running

    assert job is not None
    assert job.failures >= 1
    assert "TimestampRequestError" in (job.error or "")
    assert waiting.state is SigningState.PREPARING
    assert ready.offer_file_id is not None


async def test_a_signature_counts_at_once_though_its_seal_has_to_wait(
    stamped: Client, peer: Peer
) -> None:
    process = await offered(stamped)
    peer.hangs = True

    signature = await signed(stamped, process)

    with pytest.raises(OSError, match="timestamp"):
        await run(stamped, Sealing(), signature.id)
    assert (await again(stamped, SigningProcess, process.id)).state is SigningState.SIGNED
    assert await job_of(stamped, JobKind.SEAL, signature.id) is not None
    peer.hangs = False
    await run(stamped, Sealing(), signature.id)
    assert (await again(stamped, Signature, signature.id)).sealed_file_id is not None


async def test_a_document_that_was_sealed_while_its_contact_was_erased_is_not_kept(
    client: Client,
) -> None:
    process = await offered(client)
    signature = await signed(client, process)
    async with client.database.reading() as connection:
        actor = Actor(client.organization_id, Role.ADMIN)
        asked = await Sealing().ask(Reading(connection, actor, clock()), signature.id)
    assert asked is not None
    sealed = await Sealing().do(client.outside, asked)
    async with client.working() as work:
        erased: SigningProcess = await work.get(SigningProcess, process.id)
        erased.content, erased.offer_file_id = {}, None  # as `erasing.evidence` does

    async with client.working() as work:
        assert await Sealing().keep(work, signature.id, sealed) is None

    left: Signature = await again(client, Signature, signature.id)
    assert (left.sealed_file_id, left.sealed_at) == (None, None)
    assert await job_of(client, JobKind.ATTACHMENT, sealed.id) is not None


def test_a_seal_is_about_a_signature() -> None:
    assert SUBJECTS[JobKind.SEAL] is Signature

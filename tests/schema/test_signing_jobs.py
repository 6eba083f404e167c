"""A signing in the hands of a real worker: offered, signed and sealed, or over when its time is."""

import hashlib
from datetime import timedelta
from typing import Any

from effects import Clock, at_work, until
from signing import START, Signer, refetched, waiting
from sqlalchemy import select
from talking import Client, new_client

from models.contracts import KeyContract
from models.database import Database
from models.events import Event, EventKind
from models.jobs import Job, JobKind
from models.signing import Signature, SigningProcess, SigningState
from resolvers.timers import ERRANDS
from schema.context import clock
from schema.operating.working import Worker
from schema.scalars import to_id


def worker(client: Client, clock: Clock) -> Worker:
    """Make a worker for signings alone."""
    return Worker(client.database, {}, clock, errands=ERRANDS, outside=client.outside)


async def started(client: Client, **input: Any) -> tuple[Signer, SigningProcess]:
    """Begin a signing as staff do."""
    async with client.working() as work:
        id = to_id(KeyContract, (await waiting(work)).id)
    answer = (await client.ask(START, input={"keyContractId": id, **input}))["signingStart"]
    async with client.working() as work:
        (process,) = await work.all(work.own(SigningProcess))
    return Signer(client, answer["url"].partition("#")[2]), process


async def until_state(client: Client, process: SigningProcess, state: SigningState) -> None:
    async def is_so() -> bool:
        return (await refetched(client, process)).state is state

    await until(is_so)


async def test_a_worker_offers_what_is_prepared_and_seals_what_is_signed(
    own_database: Database,
) -> None:
    async with new_client(own_database) as client:
        signer, process = await started(client, method="LINK")

        async with at_work(worker(client, Clock(clock()))):
            await until_state(client, process, SigningState.OFFERED)
            offer = (await signer.post("")).json()
            document = (await signer.post("/document")).content
            assert (await signer.sign()).json() == {"state": "SIGNED"}

            async def is_sealed() -> bool:
                async with client.working() as work:
                    (signature,) = await work.all(work.own(Signature))
                return signature.sealed_at is not None

            await until(is_sealed)

    assert document.startswith(b"%PDF-")
    assert offer["documentDigest"] == hashlib.sha256(document).hexdigest()


async def test_a_worker_ends_what_nobody_signs_in_time(own_database: Database) -> None:
    async with new_client(own_database) as client:
        signer, process = await started(client, method="LOCAL")
        moment = Clock(clock())

        async with at_work(worker(client, moment)):
            await until_state(client, process, SigningState.OFFERED)
            moment.set(by=timedelta(minutes=31))
            await until_state(client, process, SigningState.EXPIRED)

        async with client.working() as work:
            jobs = await work.all(select(Job).where(Job.kind == JobKind.SIGNING_PROCESS))
            told = await work.all(work.own(Event).where(Event.kind == EventKind.SIGNING_EXPIRED))
        assert not jobs
        assert [event.notice is not None for event in told] == [True]
        assert await signer.refused("") == (404, "LINK_NOT_VALID")

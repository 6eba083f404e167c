"""Contracts rendered, sealed and signed: `./dev bench evidence`.

    python tests/benchmarks/evidence.py [--postgresql URL] [--only postgresql|sqlite]
        [--seconds N] [--contracts N]

First the parts alone, one after the other and in two threads: documents rendered (three pages),
offers sealed (B-LT), signatures sealed (B-LTA, with a picture), documents checked. Then all of it
on each database, with a worker: contracts created and put out to be signed, until each has its
sealed offer; then all of them signed, until each signature is sealed. The yardstick is how many
P-256 signatures cryptography alone makes in the same run: an offer needs four, a signature six.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import keyed  # the same
from agreeing import make_agreement, make_contract  # the path comes first
from agreement_contents import agreement_of, content_of, paragraph  # the same
from outsides import outside_in  # the same
from sealed_documents import MADE_AT, drawing  # the same
from signing import begun  # the same
from sqlalchemy import func, select  # the same

from models.accounts import Actor  # the same
from models.attachments import StoredFile  # the same
from models.database import Database  # the same
from models.migrating import migrate  # the same
from models.signing import Signature, SigningProcess, SigningState  # the same
from resolvers import organizations  # the same
from resolvers.attachments import storing  # the same
from resolvers.outside import rendering  # the same
from resolvers.outside.ports import Outside  # the same
from resolvers.outside.rendering import Stamp  # the same
from resolvers.outside.verifying import Trusted, check_document, roots_in  # the same
from resolvers.signed import effects  # the same
from resolvers.signing import signatures  # the same
from resolvers.signing.signatures import Asked  # the same
from resolvers.timers import ERRANDS  # the same
from resolvers.work import Work  # the same
from schema.context import clock  # the same
from schema.operating.working import Worker  # the same

keyed.use()

FIELD = "Handover"
CLAUSE = "The keys are used with care, are not copied, and are brought back in time. " * 6
CONTENT = content_of(agreement_of(*(paragraph(f"{n}. {CLAUSE}") for n in range(1, 18))))
TEXT = "\n\n".join(f"## Clause {n}\n\n{CLAUSE}" for n in range(1, 13))
Act = Callable[[], Awaitable[Any]]


async def a_second(act: Act, seconds: float, streams: int) -> tuple[float, float]:
    """Tell how often something is done in a second by so many at once, and its processor time."""
    await act()
    done, began, used = 0, time.perf_counter(), time.process_time()

    async def stream() -> None:
        nonlocal done
        while time.perf_counter() - began < seconds:
            await act()
            done += 1

    await asyncio.gather(*(stream() for _ in range(streams)))
    return done / (time.perf_counter() - began), (time.process_time() - used) / done * 1_000


def yardstick(seconds: float) -> float:
    """Tell how many P-256 signatures cryptography makes in a second, in one thread."""
    key, done, began = ec.generate_private_key(ec.SECP256R1()), 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        key.sign(b"what is signed", ec.ECDSA(SHA256()))
        done += 1
    return done / (time.perf_counter() - began)


async def parts(outside: Outside, seconds: float) -> None:
    """Print how fast each part is alone."""
    seal = await outside.seal.opened()
    document = rendering.agreement(CONTENT, at=MADE_AT)
    offer = await seal.offer(document, organization="Kotikatu", field=FIELD)
    digest, picture = sha256(offer).hexdigest(), drawing()
    shown = Stamp("fi", "Aino Virtanen", MADE_AT, "2001:db8::1", digest, picture)
    signed = await seal.sign(offer, shown, field=FIELD)
    trusted = Trusted(roots_in(signed))
    sizes = " -> ".join(f"{len(one) / 1024:.0f} KiB" for one in (document, offer, signed))
    print(f"a document, its offer, signed: {sizes}")
    acts: dict[str, Act] = {
        "documents rendered": lambda: asyncio.to_thread(rendering.agreement, CONTENT, at=MADE_AT),
        "offers sealed": lambda: seal.offer(document, organization="Kotikatu", field=FIELD),
        "signatures sealed": lambda: seal.sign(offer, shown, field=FIELD),
        "documents checked": lambda: asyncio.to_thread(check_document, signed, trusted),
    }
    for name, act in acts.items():
        alone, used = await a_second(act, seconds, 1)
        both, _ = await a_second(act, seconds, 2)
        print(
            f"{name:<20} {alone:8.1f} a second, {both:8.1f} in two threads; "
            f"{used:.0f} ms of a processor each"
        )


async def whole(database: Database, outside: Outside, contracts: int) -> None:
    """Print how fast contracts are created, offered, signed and sealed, with one worker."""
    actor = organizations.founder()
    async with database.writing() as session:
        work = Work(session, actor, clock())
        await organizations.found(work, name="Kotikatu")
        await make_agreement(work, texts={"en": TEXT}, name="House rules", mandatory=True)
    worker = Worker(database, {}, clock, errands=ERRANDS, outside=outside)
    running = asyncio.create_task(worker.run())
    began = time.perf_counter()
    processes = [await put_out(database, actor) for _ in range(contracts)]
    created = time.perf_counter()
    await until(database, SigningProcess.state == SigningState.OFFERED, contracts)
    offered = time.perf_counter()
    for process in processes:
        await sign(database, outside, actor, process)
    await until(database, Signature.sealed_file_id.is_not(None), contracts)
    sealed = time.perf_counter()
    worker.stop()
    await running
    print(
        f"{contracts} contracts: created {contracts / (created - began):.1f} a second beside the "
        f"worker; created, rendered and sealed {contracts / (offered - began):.1f} a second; "
        f"signed and sealed {contracts / (sealed - offered):.1f} a second"
    )


async def put_out(database: Database, actor: Actor) -> SigningProcess:
    async with database.writing() as session:
        work = Work(session, actor, clock())
        contract = await make_contract(work)
        await effects.wait(work, contract, reason="It has to be signed.")
        return (await begun(work, contract)).process


async def sign(database: Database, outside: Outside, actor: Actor, process: SigningProcess) -> None:
    owner = actor.organization_id
    picture = await storing.put(outside.files, owner, drawing(), "image/png")
    async with database.writing() as session:
        work = Work(session, actor, clock())
        offered = await work.get(SigningProcess, process.id)
        file = await work.get(StoredFile, offered.offer_file_id)
        asked = Asked(file.digest, "Aino Virtanen", accepted=[0], address="2001:db8::1")
        await signatures.sign(work, process.id, asked, picture)


async def until(database: Database, condition: Any, count: int) -> None:
    table = condition.left.table
    counting = select(func.count()).select_from(table).where(condition)
    while True:
        async with database.reading() as connection:
            if (await connection.execute(counting)).scalar() == count:
                return
        await asyncio.sleep(0.02)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", default="")
    parser.add_argument("--only", choices=["postgresql", "sqlite"], default=None)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--contracts", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outside = outside_in(Path(folder))
        print(f"yardstick: {yardstick(1.0):.0f} P-256 signatures a second in one thread")
        await parts(outside, given.seconds)
        urls = {"sqlite": f"sqlite:///{folder}/bench.db", "postgresql": given.postgresql}
        for name, url in urls.items():
            if url and given.only in {None, name}:
                database = Database(url)
                await migrate(database)
                print(f"{name}: ", end="", flush=True)
                await whole(database, outside, given.contracts)
                await database.dispose()
        print(f"yardstick: {yardstick(1.0):.0f} P-256 signatures a second in one thread")


if __name__ == "__main__":
    asyncio.run(main())

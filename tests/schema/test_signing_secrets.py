"""Secrets of signings stand in no log, no event and no row, and a signer's words in no event."""

import json
import logging
from typing import Any

import pytest
from signing import DRAWN, START, Signer, at_display, begun, offered, station_of, waiting
from sqlalchemy import select
from talking import Client

from models.contracts import KeyContract
from models.events import Event
from models.jobs import Job
from models.signing import Signature, SigningMethod, SigningProcess
from models.stations import SignatureStation
from resolvers.outside.secret import digest_of
from resolvers.signing import displays
from schema.scalars import to_id

NAME, WORDS = "Aino Maria Virtanen-Korhonen", "I never lived in that house."
PICTURE = DRAWN[60:160]


async def started(client: Client) -> tuple[Signer, SigningProcess]:
    """Begin a signing as staff do, and let it be offered."""
    async with client.working() as work:
        id = to_id(KeyContract, (await waiting(work, agrees=False)).id)
    input = {"keyContractId": id, "method": "LINK"}
    url = (await client.ask(START, input=input))["signingStart"]["url"]
    secret = url.partition("#")[2]
    async with client.working() as work:
        row = SigningProcess
        (process,) = await work.all(work.own(row).where(row.secret_digest == digest_of(secret)))
        await offered(work, process)
    return Signer(client, secret), process


async def all_ways(client: Client) -> list[str]:
    """Sign one contract, decline another, and hand one to a display; gives the secrets."""
    signer, _ = await started(client)
    assert (await signer.sign(name=NAME)).status_code == 200
    decliner, _ = await started(client)
    assert (await decliner.post("/decline", {"reason": WORDS})).status_code == 200
    async with client.working() as work:
        station = await station_of(client, work)
        contract = await waiting(work, agrees=False)
        start = await begun(work, contract, method=SigningMethod.STATION, station_id=station.id)
        shown = await displays.take_secret(at_display(work, station), start.process.id)
    return [signer.secret, decliner.secret, shown or ""]


async def test_no_log_repeats_a_secret_a_name_or_a_reason(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (None, "sqlalchemy.engine", "sqlalchemy.engine.Engine", "aiosqlite", "psycopg"):
        caplog.set_level(logging.DEBUG, logger=name)

    secrets = await all_ways(client)

    lines = "\n".join(record.getMessage() for record in caplog.records)
    assert lines
    assert not [text for text in (*secrets, NAME, WORDS, PICTURE) if text in lines]


async def test_the_trail_and_the_jobs_hold_no_secret_no_name_no_picture_and_no_reason(
    client: Client,
) -> None:
    secrets = await all_ways(client)

    async with client.working() as work:
        events = await work.all(work.own(Event))
        jobs = await work.rows(select(*Job.__table__.columns))
    trail = json.dumps([[event.facts, event.notice] for event in events])
    kinds = {event.kind.name for event in events}

    assert {"SIGNING_SIGNED", "SIGNING_DECLINED", "SIGNING_SEEN"} <= kinds
    hidden = (*secrets, *map(digest_of, secrets), NAME, WORDS, PICTURE)
    assert not [text for text in hidden if text in trail or text in repr(jobs)]


async def test_a_secret_is_stored_only_as_its_hash_and_no_row_shows_it(client: Client) -> None:
    secrets = await all_ways(client)

    stored: list[Any] = []
    async with client.working() as work:
        for model in (SigningProcess, Signature, SignatureStation, KeyContract):
            stored += await work.rows(select(*model.__table__.columns))
        rows = await work.all(work.own(SigningProcess))

    assert {row.secret_digest for row in rows} == set(map(digest_of, secrets))
    assert not [secret for secret in secrets if secret in repr(stored)]
    assert not [row for row in rows if row.secret_digest in repr(row)]


async def test_no_refusal_repeats_what_was_sent(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    signer, _ = await started(client)
    body = await signer.signature(name=NAME)

    for change in (
        {"documentDigest": NAME},
        {"picture": NAME},
        {"typed": NAME},
        {"accepted": [NAME]},
        {"name": NAME * 20},
    ):
        answer = await signer.post("/sign", body | change)
        assert answer.status_code >= 400
        assert NAME not in answer.text
        assert signer.secret not in answer.text
    headers = {"authorization": f"Bearer {signer.secret}"}
    broken = await client.http.post(
        "/public/signing/sign", content=f'{{"name": "{NAME}', headers=headers
    )
    assert NAME not in broken.text
    assert NAME not in caplog.text
    assert signer.secret not in caplog.text

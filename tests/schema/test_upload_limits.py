import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import samples
from clamd_peer import clamd
from serving import free_port
from small_api import served
from starlette.applications import Starlette
from talking import Client
from uploading import announced, in_store, looked_at, sent, with_limits

from resolvers.attachments.arriving import Limits
from resolvers.outside.scanning import Clamd
from schema.web.file_routes import file_routes

SMALL = Limits(size_bytes=100_000, seconds=0.5, silence_seconds=0.2)


async def test_a_file_that_says_it_is_too_large_is_refused_before_it_comes(client: Client) -> None:
    payload = await announced(client)
    async with with_limits(client, SMALL) as limited:
        answer = await sent(limited, payload["uploadSecret"], samples.PDF + b"x" * 100_000)

    assert answer.status_code == 413
    assert answer.json()["error"]["message"] == (
        "It is larger than 100,000 bytes, which is the most."
    )
    assert (await looked_at(client, payload["attachment"]["id"]))["state"] == "REFUSED"


async def test_a_file_that_says_nothing_is_refused_when_it_is_too_large(client: Client) -> None:
    payload = await announced(client)
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 10_000
            yield b"x" * 10_000

    async with with_limits(client, SMALL) as limited:
        answer = await sent(limited, payload["uploadSecret"], endless())

    assert answer.status_code == 413
    assert taken < 200_000
    assert await in_store(client) == []


@pytest.mark.parametrize("pause", [0.05, 10.0], ids=["slow", "silent"])
async def test_what_comes_too_slowly_is_given_up_and_may_be_sent_again(
    client: Client, pause: float
) -> None:
    payload = await announced(client)

    async def slowly() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(pause)

    async with with_limits(client, SMALL) as limited:
        answer = await sent(limited, payload["uploadSecret"], slowly())

    assert answer.status_code == 408
    assert await in_store(client) == []
    assert (await sent(client, payload["uploadSecret"], samples.PDF)).status_code == 201


async def test_an_upload_that_breaks_off_leaves_nothing_and_may_be_sent_again(
    client: Client, tmp_path: Path
) -> None:
    payload = await announced(client)
    app = Starlette(routes=file_routes(client.database, client.outside))
    head = (
        "PUT /files/upload HTTP/1.1\r\nhost: test\r\ncontent-length: 1000000\r\n"
        f"authorization: Bearer {payload['uploadSecret']}\r\n\r\n"
    )
    async with served(app) as url:
        _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(head.encode() + samples.PDF)
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.close()
        await asyncio.sleep(0.2)

    assert await in_store(client) == []
    assert (await sent(client, payload["uploadSecret"], samples.PDF)).status_code == 201


async def test_a_virus_is_refused(client: Client) -> None:
    payload = await announced(client)
    async with clamd() as (_, port):
        scanner = Clamd("127.0.0.1", port)
        async with with_limits(client, scanner=scanner) as scanned:
            answer = await sent(scanned, payload["uploadSecret"], samples.EICAR)

    assert answer.status_code == 422
    found = await looked_at(client, payload["attachment"]["id"])
    assert found["state"] == "REFUSED"
    assert found["reason"] == "The virus scanner found Eicar-Signature in it."
    assert await in_store(client) == []


async def test_a_file_that_the_scanner_passes_is_stored(client: Client) -> None:
    payload = await announced(client)
    async with (
        clamd() as (peer, port),
        with_limits(client, scanner=Clamd("127.0.0.1", port)) as scanned,
    ):
        answer = await sent(scanned, payload["uploadSecret"], samples.PDF)

    assert answer.status_code == 201
    assert peer.seen == [samples.PDF]


async def test_without_the_scanner_nothing_is_stored_and_the_link_can_be_used_later(
    client: Client,
) -> None:
    payload = await announced(client)
    async with with_limits(client, scanner=Clamd("127.0.0.1", free_port())) as scanned:
        answer = await sent(scanned, payload["uploadSecret"], samples.PDF)

    assert answer.status_code == 503
    assert await in_store(client) == []
    assert (await sent(client, payload["uploadSecret"], samples.PDF)).status_code == 201

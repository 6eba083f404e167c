from datetime import timedelta

import httpx2
import pytest
from small_api import served
from starlette.applications import Starlette
from talking import Client

from models.base import new_id
from resolvers.attachments import storing
from schema.context import clock
from schema.web.file_routes import file_routes

NAME = 'Avain "nro 1" 50 % äö.pdf'


async def kept(
    client: Client, content: bytes, media_type: str = "application/pdf"
) -> storing.Bytes:
    owner = client.organization_id
    stored = await storing.put(client.outside.files, owner, content, media_type)
    async with client.working() as work:
        await storing.keep(work, stored)
    return stored


async def test_a_file_is_fetched_by_its_link_alone(client: Client) -> None:
    content = b"%PDF-1.7 " + b"x" * 700_000
    stored = await kept(client, content)
    url = storing.download_url(client.outside, stored.id, NAME, clock())

    answer = await client.http.get(url)

    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-length"] == str(len(content))


async def test_a_file_that_is_fetched_never_acts_as_a_page(client: Client) -> None:
    stored = await kept(client, b"<script>", "text/plain")
    url = storing.download_url(client.outside, stored.id, NAME, clock())

    headers = (await client.http.get(url)).headers

    assert headers["content-disposition"] == (
        'attachment; filename="Avain _nro 1_ 50 _ __.pdf"; '
        "filename*=UTF-8''Avain%20%22nro%201%22%2050%20%25%20%C3%A4%C3%B6.pdf"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["cache-control"] == "no-store"
    assert headers["content-type"] == "text/plain; charset=utf-8"


async def test_who_asks_for_the_headers_alone_is_told_how_large_a_file_is(client: Client) -> None:
    stored = await kept(client, b"x" * 700_000)
    url = storing.download_url(client.outside, stored.id, NAME, clock())
    app = Starlette(routes=file_routes(client.database, client.outside))

    async with served(app) as address, httpx2.AsyncClient() as http:
        answer = await http.head(url.replace(client.outside.public_url, address))

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "700000"


async def test_a_link_whose_time_has_passed_fetches_nothing(client: Client) -> None:
    stored = await kept(client, b"secret")
    url = storing.download_url(client.outside, stored.id, NAME, clock() - timedelta(minutes=10))

    answer = await client.http.get(url)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "LINK_NOT_VALID")


@pytest.mark.parametrize("path", ["/files/nothing", "/files/nothing?expires=x&signature=y"])
async def test_an_address_that_we_did_not_sign_fetches_nothing(client: Client, path: str) -> None:
    answer = await client.http.get(path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "LINK_NOT_VALID")


async def test_a_file_without_a_row_is_not_there(client: Client) -> None:
    url = storing.download_url(client.outside, new_id(), NAME, clock())

    assert (await client.http.get(url)).status_code == 404


async def test_a_row_whose_bytes_are_gone_is_answered_as_not_there(client: Client) -> None:
    stored = await kept(client, b"gone")
    await client.outside.files.remove(stored.path)
    url = storing.download_url(client.outside, stored.id, NAME, clock())

    assert (await client.http.get(url)).status_code == 404

"""Requests of people without a token: from our own pages alone, by POST, and not too large."""

import pytest
from signing import (
    refetched,
    signer_of,
)
from talking import Client

from models.signing import SigningState

ELSEWHERE = "https://elsewhere.example"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": ELSEWHERE},
        {"origin": "null"},
        {"origin": "http://test.elsewhere.example"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "http://test", "sec-fetch-site": "cross-site"},
    ],
)
async def test_a_page_of_another_site_cannot_sign(client: Client, headers: dict[str, str]) -> None:
    signer, process = await signer_of(client)
    body = await signer.signature()
    signer.headers.update(headers)

    assert await signer.refused("/sign", body) == (403, "NOT_ALLOWED")
    assert (await refetched(client, process)).state is SigningState.OFFERED


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none"])
async def test_our_own_page_can_sign(client: Client, site: str) -> None:
    signer, _ = await signer_of(client)
    signer.headers.update({"origin": "http://test", "sec-fetch-site": site})

    assert (await signer.sign()).json() == {"state": "SIGNED"}


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 422),
        (b"[1]", 422),
        (b"\xff\xfe", 422),
        (b'"text"', 422),
        (b'{"name": "' + b"x" * 400_000 + b'"}', 413),
    ],
    ids=["half", "list", "bytes", "text", "too large"],
)
async def test_a_body_that_cannot_be_read_is_refused(
    client: Client, content: bytes, status: int
) -> None:
    signer, _ = await signer_of(client)
    headers = {"authorization": f"Bearer {signer.secret}"}

    answer = await client.http.post("/public/signing/sign", content=content, headers=headers)

    assert answer.status_code == status
    assert answer.json()["error"]["code"] == "INVALID_INPUT"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS", "DELETE"])
async def test_nothing_is_done_or_shown_but_by_post(client: Client, method: str) -> None:
    signer, process = await signer_of(client)
    headers = {"authorization": f"Bearer {signer.secret}"}

    for path in ("", "/document", "/sign", "/decline"):
        answer = await client.http.request(method, f"/public/signing{path}", headers=headers)
        assert answer.status_code == 405

    assert (await refetched(client, process)).seen_at is None

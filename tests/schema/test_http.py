"""/graphql follows GraphQL over HTTP, and lets in only those who bring a token."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from small_api import TOKEN, ask, client_of, served, small_app

from schema.doors.presented import Presented
from schema.guards.bounds import Bounds
from schema.guards.limits import LARGE_BODY_BYTES, MAX_BODY_BYTES

AUDITS = 61
GRAPHQL_JSON = "application/graphql-response+json"


def needed(name: str) -> str:
    """Read what `./dev test` gives to the tests."""
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: run the tests with `./dev test`")
    return value


async def test_all_audits_of_graphql_over_http_pass() -> None:
    async with served(small_app()) as url:
        audit = await asyncio.create_subprocess_exec(
            needed("LIVIONKEY_TEST_NODE"),
            str(Path(__file__).with_name("audit.mjs")),
            f"{url}/graphql",
            TOKEN,
            env={"LIVIONKEY_TEST_AUDITS": needed("LIVIONKEY_TEST_AUDITS")},
            stdout=asyncio.subprocess.PIPE,
        )

        output, _ = await audit.communicate()

    results = [json.loads(line) for line in output.splitlines()]
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == AUDITS


@pytest.mark.parametrize("token", [None, "wrong"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_nobody_is_answered_without_a_valid_token(token: str | None, method: str) -> None:
    async with client_of(small_app(), token) as client:
        answer = await (
            client.post("/graphql", json={"query": "{ me }"})
            if method == "POST"
            else client.get("/graphql", params={"query": "{ me }"})
        )

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_token_that_has_expired_says_so() -> None:
    async with client_of(small_app(), "expired") as client:
        answer = await client.post("/graphql", json={"query": "{ me }"})

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["message"] == "The token has expired; ask for a new one."


@pytest.mark.parametrize(("size", "connection"), [(10, None), (LARGE_BODY_BYTES, "close")])
async def test_a_large_request_that_is_refused_unread_ends_its_connection(
    size: int, connection: str | None
) -> None:
    body = {"query": "{ me }", "variables": {"padding": "x" * size}}
    async with client_of(small_app()) as client:
        refused = await client.post("/graphql", json=body, headers={"authorization": ""})
        answered = await client.post("/graphql", json=body)

    assert (refused.status_code, answered.status_code) == (401, 200)
    assert refused.headers.get("connection") == connection
    assert "connection" not in answered.headers


async def test_the_token_says_who_asks() -> None:
    async with client_of(small_app()) as client:
        assert await ask(client, "{ me }") == {"data": {"me": "Veikko"}}


async def test_a_query_may_be_asked_by_get_but_nothing_is_changed_by_it() -> None:
    async with client_of(small_app()) as client:
        query = await client.get("/graphql", params={"query": "{ me }"})
        change = await client.get("/graphql", params={"query": "mutation { pinLose { pin } }"})
        other = await client.put("/graphql", json={"query": "{ me }"})

    assert query.json() == {"data": {"me": "Veikko"}}
    assert change.status_code == 405
    assert other.status_code == 405
    assert other.headers["allow"] == "GET, POST"
    assert code_of(change) == code_of(other) == "INVALID_INPUT"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b'{"query": 7}', "application/json"),
        (b"{}", "application/json"),
        (b'[{"query": "{ me }"}]', "application/json"),
        (b'{"query": "{ me }", "variables": []}', "application/json"),
        (b'{"query": "{ me }", "operationName": "Other"}', "application/json"),
        (b'{"query": "{ me }"}', "text/plain"),
        (b"query=%7Bme%7D", "application/x-www-form-urlencoded"),
        (b"\xff", "application/json"),
    ],
)
async def test_a_request_that_cannot_be_read_gets_a_reason_in_json(
    body: bytes, content_type: str
) -> None:
    async with client_of(small_app()) as client:
        answer = await client.post("/graphql", content=body, headers={"content-type": content_type})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert code_of(answer) == "INVALID_INPUT"


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_request_that_is_too_large_gets_a_reason_in_json(chunked: bool) -> None:
    async def chunks() -> Any:
        for _ in range(3):
            yield b"x" * (MAX_BODY_BYTES // 2)

    async with client_of(small_app()) as client:
        answer = await client.post(
            "/graphql",
            content=chunks() if chunked else b"x" * (MAX_BODY_BYTES + 1),
            headers={"content-type": "application/json"},
        )

    assert answer.status_code == 413
    assert code_of(answer) == "INVALID_INPUT"


async def test_a_variable_that_does_not_fit_is_a_bad_request() -> None:
    body = {"query": "query($id: ID!) { node(id: $id) { id } }", "variables": {"id": None}}
    async with client_of(small_app()) as client:
        newer = await client.post("/graphql", json=body, headers={"accept": GRAPHQL_JSON})
        older = await client.post("/graphql", json=body)

    assert (newer.status_code, older.status_code) == (400, 200)
    assert newer.headers["content-type"] == f"{GRAPHQL_JSON}; charset=utf-8"
    assert "data" not in newer.json()
    assert code_of(newer) == code_of(older) == "INVALID_INPUT"


async def test_an_answer_is_never_kept_by_caches() -> None:
    async with client_of(small_app()) as client:
        answer = await client.post("/graphql", json={"query": "{ me }"})

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["vary"] == "Accept"


async def test_a_fault_while_asking_for_the_actor_is_masked() -> None:
    async def broken(presented: Presented) -> str | None:
        raise ConnectionError(presented.token)

    async with client_of(small_app(authenticate=broken)) as client:
        answer = await client.post("/graphql", json={"query": "{ me }"})

    assert answer.status_code == 500
    assert TOKEN not in answer.text
    assert code_of(answer) == "INTERNAL"


async def test_what_takes_too_long_is_given_up_and_the_field_is_named() -> None:
    async with client_of(small_app(bounds=Bounds(operation_seconds=0.05))) as client:
        answer = await client.post("/graphql", json={"query": "{ slow }"})

    assert answer.status_code == 503
    assert code_of(answer) == "TIMEOUT"
    assert answer.json()["errors"][0]["extensions"]["fields"] == ["slow"]


async def test_the_bare_address_leads_to_graphiql() -> None:
    async with client_of(small_app(), None) as client:
        answer = await client.get("/")

    assert answer.is_redirect
    assert answer.headers["location"] == "/graphql"


async def test_the_process_tells_that_it_lives_and_whether_it_can_serve() -> None:
    async def missing() -> str | None:
        return "The database is not migrated."

    async with client_of(small_app(), None) as client:
        assert (await client.get("/health")).status_code == 200
        assert (await client.get("/ready")).json() == {"ready": True}
        assert code_of(await client.get("/elsewhere")) == "HTTP"
    async with client_of(small_app(what_is_missing=missing), None) as client:
        answer = await client.get("/ready")

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "reason": "The database is not migrated."}


def code_of(answer: Any) -> str:
    """Read the code of the only error of an answer."""
    (error,) = answer.json()["errors"]
    code: str = error["extensions"]["code"]
    return code

"""What is meant to harm is refused, before anything of it is done, and tells nothing."""

import asyncio
from collections import Counter
from http import HTTPStatus

import pytest
import websockets
from attacks import ATTACKS, Attack
from bounding import bounded
from counting import statements_of
from small_api import TOKEN, served, small_app
from socketing import heard, say, socket_to
from talking import Client

from models.accounts import Role
from schema.guards import heads
from schema.guards.bounds import STAFF, Bounds, sockets_at_once, subscriptions_at_once

UNEXPECTED = ("Traceback", "Reference:", "Did you mean", "INTERNAL")


async def problem_with(client: Client, attack: Attack) -> str | None:
    """Make an attack; tells what is wrong with the answer, None when it is refused as it should."""
    headers = {"authorization": f"Bearer {client.tokens[attack.role]}", **attack.headers}
    answer = await client.http.request(
        attack.method, attack.address, content=attack.body, headers=headers
    )
    body = answer.json()
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or body.get("data"):
        return f"{answer.status_code} {answer.text[:200]}"
    if any(word in answer.text for word in UNEXPECTED) or len(answer.text) > 100_000:
        return answer.text[:200]
    return None if attack.tells in answer.text else answer.text[:200]


async def test_every_attack_is_refused_without_a_statement(client: Client) -> None:
    async with bounded(client, introspectors=STAFF) as here:
        await problem_with(here, ATTACKS["a batch"])  # who it is and what it has are known now
        with statements_of(here.database) as statements:
            wrong = {name: await problem_with(here, attack) for name, attack in ATTACKS.items()}

    assert {name: problem for name, problem in wrong.items() if problem} == {}
    expected = ("point_buckets", "document_rules", "BEGIN")
    assert [one for one in statements if not any(name in one for name in expected)] == []
    assert len(ATTACKS) > 50


async def test_staff_may_ask_for_the_schema_where_partners_may_not(client: Client) -> None:
    query = '{ __type(name: "Query") { name } }'
    async with bounded(client, introspectors=STAFF) as here:
        codes = {role: (await here.post(query, role)).status_code for role in Role}

    assert {role for role, code in codes.items() if code == HTTPStatus.OK} == STAFF
    assert {code for role, code in codes.items() if role not in STAFF} == {HTTPStatus.FORBIDDEN}


@pytest.fixture
def quick_heads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "HEAD_SECONDS", 0.3)


async def answer_to(url: str, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send bytes as they are, and read all that comes until the connection is closed."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(), 30)
    except ConnectionError:
        return b"closed"
    finally:
        writer.close()


POST = (
    b"POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nauthorization: Bearer "
    + TOKEN.encode()
    + b"\r\ncontent-length: 100\r\n\r\n"
)
SLOW = {
    "a body that does not come": ((POST,), b"408"),
    "a body bit by bit": ((POST, b"{", b'"'), b"408"),
    "a head that does not end": ((b"GET /health HTTP/1.1\r\nhost: a\r\n",), b"408"),
    "a head that does not begin": ((b"",), b"408"),
    "a huge header": ((b"GET / HTTP/1.1\r\na: " + b"x" * 2_000_000,), b"431"),
    "many headers": ((b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 300_000,), b"431"),
    "a huge address": ((b"GET /graphql?query=" + b"x" * 2_000_000,), b"431"),
    "a large head at once": ((b"GET / HTTP/1.1\r\na: " + b"x" * 80_000 + b"\r\n\r\n",), b"431"),
    "no HTTP": ((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,), b"400"),
    "two lengths": ((POST[:-2] + b"content-length: 7\r\n\r\n",), b"400"),
}


async def test_what_is_slow_or_huge_is_cut_off(quick_heads: None) -> None:
    async with served(small_app(bounds=Bounds(body_seconds=0.3))) as url:
        answers = await asyncio.gather(*(answer_to(url, *parts) for parts, _ in SLOW.values()))
        fine = await answer_to(
            url, b"GET /health HTTP/1.1\r\n", b"host: a\r\nconnection: close\r\n\r\n"
        )

    wrong = {
        name: answer[:60]
        for (name, (_, status)), answer in zip(SLOW.items(), answers, strict=True)
        if answer != b"closed" and not answer.startswith(b"HTTP/1.1 " + status)
    }
    assert wrong == {}
    assert answers.count(b"closed") <= 3  # it went on sending after it was refused
    assert fine.startswith(b"HTTP/1.1 200")


async def test_pages_of_other_sites_open_no_websocket() -> None:
    origins = ("https://elsewhere.example", "null", "http://127.0.0.1.elsewhere.example")
    async with served(small_app()) as url:
        for origin in origins:
            with pytest.raises(websockets.InvalidStatus) as refusal:
                await socket_to(url, origin=origin)
            assert refusal.value.response.status_code == 403


GARBAGE = [
    "[]",
    "7",
    "{",
    '{"type": 7}',
    '{"type": "subscribe", "id": [], "payload": {}}',
    '{"type": "subscribe"}',
    '{"type": "connection_init", "payload": []}',
    "[" * 20_000,
]


async def test_whoever_does_not_speak_the_protocol_is_sent_away() -> None:
    async with served(small_app()) as url:
        codes = []
        for message in GARBAGE:
            async with socket_to(url) as socket:
                await socket.send(message)
                await socket.wait_closed()
                codes.append(socket.close_code)

    assert set(codes) <= {4400, 4401}


async def test_operations_over_websocket_that_cannot_be_read_are_answered() -> None:
    payloads = [7, [], {"query": 7}, {"query": "{ me }", "variables": []}, {}, {"query": "{ me "}]
    async with served(small_app()) as url, socket_to(url) as socket:
        await say(socket, type="connection_init", payload={"token": TOKEN})
        await heard(socket)
        answers = []
        for number, payload in enumerate(payloads[:-1]):
            await say(socket, type="subscribe", id=str(number), payload=payload)
            answers.append(await heard(socket))
        await say(socket, type="subscribe", id="last", payload=payloads[-1])
        last = await heard(socket)

    codes = [answer["payload"][0]["extensions"]["code"] for answer in (*answers, last)]
    assert codes == ["INVALID_INPUT"] * len(payloads)


async def test_one_client_has_so_many_websockets_and_operations_and_no_more() -> None:
    bounds = Bounds(sockets=sockets_at_once(2), subscriptions=subscriptions_at_once(3))
    async with served(small_app(bounds=bounds)) as url:
        for _ in range(2):  # whoever leaves makes room
            sockets = [await socket_to(url) for _ in range(3)]
            for socket in sockets:
                await say(socket, type="connection_init", payload={"token": TOKEN})
            for socket in sockets[:2]:
                await heard(socket)
                for id in "12":
                    await say(
                        socket,
                        type="subscribe",
                        id=id,
                        payload={"query": "subscription { forever }"},
                    )
            await sockets[2].wait_closed()
            assert sockets[2].close_code == 4429
            messages = [await heard(socket) for socket in sockets[:2] for _ in "12"]
            assert Counter(message["type"] for message in messages) == {"next": 3, "error": 1}
            for socket in sockets:
                await socket.close()
            await nobody_is_left(bounds)


async def nobody_is_left(bounds: Bounds) -> None:
    """Wait until the server knows that all have gone."""
    for _ in range(3_000):
        if not bounds.sockets._all and not bounds.subscriptions._all:
            return
        await asyncio.sleep(0.01)
    pytest.fail("somebody is still counted")

"""WebSockets speak graphql-transport-ws with those who bring a token in their first message."""

from typing import Any

import pytest
import websockets
from small_api import TOKEN, served, small_app
from socketing import heard, say, socket_to

from models.errors import Unauthenticated
from schema.doors.presented import Presented
from schema.guards.limits import MAX_SUBSCRIPTIONS

FOREVER = "subscription { forever }"


@pytest.mark.parametrize("payload", [{"Authorization": f"Bearer {TOKEN}"}, {"token": TOKEN}])
async def test_a_subscription_is_served_to_those_who_bring_a_token(payload: dict[str, str]) -> None:
    async with served(small_app()) as url, socket_to(url) as socket:
        await say(socket, type="connection_init", payload=payload)
        assert await heard(socket) == {"type": "connection_ack"}
        await say(
            socket, type="subscribe", id="1", payload={"query": "subscription { count(to: 2) }"}
        )

        messages = [await heard(socket) for _ in range(3)]

    assert [message.get("payload") for message in messages] == [
        {"data": {"count": 0}},
        {"data": {"count": 1}},
        None,
    ]


async def test_queries_over_websocket_know_who_asks_and_are_masked_too() -> None:
    async with served(small_app()) as url, socket_to(url) as socket:
        await say(socket, type="connection_init", payload={"token": TOKEN})
        await heard(socket)
        answers = {}
        for query in ("{ me }", "{ fault }", "{ me(", "{ unknown }"):
            await say(socket, type="subscribe", id=query, payload={"query": query})
            answers[query] = await heard(socket)
            if answers[query]["type"] == "next":
                await heard(socket)

    assert answers["{ me }"]["payload"] == {"data": {"me": "Veikko"}}
    codes = {
        query: error["extensions"]["code"]
        for query, answer in answers.items()
        for error in errors_in(answer)
    }
    assert codes == {
        "{ fault }": "INTERNAL",
        "{ me(": "INVALID_INPUT",
        "{ unknown }": "INVALID_INPUT",
    }


def errors_in(message: Any) -> Any:
    """Take the errors out of a `next` or an `error` message."""
    payload = message["payload"]
    return payload if isinstance(payload, list) else payload.get("errors", [])


@pytest.mark.parametrize(
    "payload", [{}, {"token": "wrong"}, {"Authorization": TOKEN}, {"token": 7}]
)
async def test_a_websocket_without_a_valid_token_is_closed(payload: dict[str, Any]) -> None:
    async with served(small_app()) as url, socket_to(url) as socket:
        await say(socket, type="connection_init", payload=payload)
        await socket.wait_closed()

        assert socket.close_code == 4403


async def test_a_websocket_that_asks_before_it_has_said_who_it_is_is_closed() -> None:
    async with served(small_app()) as url, socket_to(url) as socket:
        await say(socket, type="subscribe", id="1", payload={"query": "{ me }"})
        await socket.wait_closed()

        assert socket.close_code == 4401


@pytest.mark.parametrize("says_why", [True, False])
@pytest.mark.parametrize("query", ["{ me }", "subscription { count }"])
async def test_a_websocket_is_closed_when_its_token_is_not_good_any_more(
    *, query: str, says_why: bool
) -> None:
    tokens = {TOKEN}

    async def authenticate(presented: Presented) -> str | None:
        token = presented.token
        if token not in tokens and says_why:
            raise Unauthenticated
        return "Veikko" if token in tokens else None

    async with served(small_app(authenticate=authenticate)) as url, socket_to(url) as socket:
        await say(socket, type="connection_init", payload={"token": TOKEN})
        await heard(socket)
        await say(socket, type="subscribe", id="0", payload={"query": "{ me }"})
        assert (await heard(socket))["payload"] == {"data": {"me": "Veikko"}}
        await heard(socket)
        await say(socket, type="subscribe", id="1", payload={"query": FOREVER})
        await heard(socket)

        tokens.clear()
        for id in "23":
            await say(socket, type="subscribe", id=id, payload={"query": query})
        await socket.wait_closed()

        assert socket.close_code == 4403
        with pytest.raises(websockets.ConnectionClosed):
            await heard(socket)


async def test_an_operation_is_answered_when_nobody_can_say_whether_its_token_is_good() -> None:
    troubles: list[Exception] = []

    async def authenticate(presented: Presented) -> str | None:
        if troubles:
            raise troubles.pop()
        return "Veikko" if presented.token == TOKEN else None

    async with served(small_app(authenticate=authenticate)) as url, socket_to(url) as socket:
        await say(socket, type="connection_init", payload={"token": TOKEN})
        await heard(socket)
        troubles.append(ConnectionError("the database is away"))
        for id in "12":
            await say(socket, type="subscribe", id=id, payload={"query": "{ me }"})

        refused, answer = await heard(socket), await heard(socket)

    assert (refused["id"], refused["type"]) == ("1", "error")
    assert refused["payload"][0]["extensions"]["code"] == "INTERNAL"
    assert answer["payload"] == {"data": {"me": "Veikko"}}


async def test_one_connection_has_so_many_operations_at_once_and_no_more() -> None:
    async with served(small_app()) as url, socket_to(url) as socket:
        await say(socket, type="connection_init", payload={"token": TOKEN})
        await heard(socket)
        for number in range(MAX_SUBSCRIPTIONS + 1):
            await say(socket, type="subscribe", id=str(number), payload={"query": FOREVER})

        messages = [await heard(socket) for _ in range(MAX_SUBSCRIPTIONS + 1)]

    refused = [message["id"] for message in messages if message["type"] == "error"]
    assert refused == [str(MAX_SUBSCRIPTIONS)]


async def test_only_the_newer_websocket_protocol_is_spoken() -> None:
    async with served(small_app()) as url, socket_to(url, "graphql-ws") as socket:
        await socket.wait_closed()

        assert socket.close_code == 4406


async def test_pages_of_other_sites_may_not_open_a_websocket() -> None:
    async with served(small_app()) as url:
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await socket_to(url, origin="https://elsewhere.example")

    assert refusal.value.response.status_code == 403

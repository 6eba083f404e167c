"""What an identity provider answers: bounded in size and time, never from somewhere else."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from factories import HOUR, NOON

from models.errors import NotIdentified
from resolvers.outside.answers import LARGEST_ANSWER, Answers

ASKED: list[str] = []
"""Which paths the provider was asked for."""


class Odd(BaseHTTPRequestHandler):
    """Answers each address in a way of its own."""

    def do_GET(self) -> None:
        ASKED.append(self.path)
        if self.path == "/slow":
            time.sleep(2)
        body = {
            "/long": b'{"a": "' + b"x" * LARGEST_ANSWER + b'"}',
            "/list": b"[]",
            "/page": b"<html>",
        }.get(self.path, b'{"good": true}')
        self.send_response({"/elsewhere": 302, "/broken": 500}.get(self.path, 200))
        self.send_header("location", "/good")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            return  # who asked has gone

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def address(server: ThreadingHTTPServer, path: str) -> str:
    return f"http://127.0.0.1:{server.server_port}{path}"


def answers(seconds: float = 1) -> Answers:
    return Answers("http://127.0.0.1", seconds)


async def test_an_object_is_an_answer(server: ThreadingHTTPServer) -> None:
    assert await answers(10).ask("GET", address(server, "/good")) == {"good": True}


@pytest.mark.parametrize("path", ["/elsewhere", "/broken", "/long", "/list", "/page", "/slow"])
async def test_anything_else_is_none(server: ThreadingHTTPServer, path: str) -> None:
    with pytest.raises(NotIdentified, match="cannot be reached now"):
        await answers(1 if path == "/slow" else 10).ask("GET", address(server, path))


async def test_nobody_is_led_elsewhere(server: ThreadingHTTPServer) -> None:
    ASKED.clear()

    with pytest.raises(NotIdentified):
        await answers(10).ask("GET", address(server, "/elsewhere"))

    assert ASKED == ["/elsewhere"]


async def test_what_seldom_changes_is_asked_for_once_an_hour(server: ThreadingHTTPServer) -> None:
    ASKED.clear()
    known = answers(10)

    for now in (NOON, NOON + HOUR / 2, NOON + HOUR, NOON + HOUR * 1.5, NOON):
        await known.remembered(address(server, "/good"), lasts=HOUR, now=now)

    assert ASKED == ["/good"] * 3


async def test_a_provider_with_https_has_nothing_without(server: ThreadingHTTPServer) -> None:
    safe = Answers("https://id.example", 10)

    with pytest.raises(NotIdentified):
        await safe.ask("GET", address(server, "/good"))

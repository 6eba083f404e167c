"""A server as people start it: `livionkey serve` in a process of its own."""

import asyncio
import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from commands import CommandLine
from databases import database_at

from models.accounts import Role
from models.migrating import migrate
from resolvers import accounts, organizations
from resolvers.work import Work
from schema.context import clock

SECONDS_TO_START = 60


@dataclass
class Server:
    """A running server, and the token of an administrator."""

    process: subprocess.Popen[str]
    port: int
    token: str = ""

    def get(self, path: str) -> dict[str, Any]:
        """Ask for a page of JSON."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            body: dict[str, Any] = json.load(answer)
        return body

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Send a document that is answered without an error, and give its data."""
        request = urllib.request.Request(  # our own server
            f"http://127.0.0.1:{self.port}/graphql",
            json.dumps({"query": document, "variables": variables}).encode(),
            {"authorization": f"Bearer {self.token}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # as above
            body = json.load(answer)
        assert "errors" not in body, body["errors"]
        data: dict[str, Any] = body["data"]
        return data

    def is_up(self) -> bool:
        """Tell whether it answers; one that has ended never will."""
        assert self.process.poll() is None, "the server has ended"
        try:
            return self.get("/health") == {"alive": True}
        except OSError:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; gives the exit status."""
        self.process.send_signal(how)
        return self.process.wait(timeout=60)


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def serving(commands: CommandLine, *words: str, token: str = "") -> Iterator[Server]:
    """Serve until the end of the block, whatever happens in it."""
    port = free_port()
    process = commands.start("serve", *words, port=str(port))
    server = Server(process, port, token)
    try:
        until = time.monotonic() + SECONDS_TO_START
        while not server.is_up():
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.05)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)


def new_token(commands: CommandLine) -> str:
    """Migrate, found an organization, and give a token of its administrator.

    The commands for that take three processes, which only tests of them need.
    """
    own = f"sqlite:///{commands.folder / 'livionkey.db'}"
    return asyncio.run(token_at(commands.settings.get("database_url", own)))


async def token_at(url: str) -> str:
    """Do the same at an address."""
    async with database_at(url) as database:
        await migrate(database)
        async with database.writing() as session:
            work = Work(session, organizations.founder(), clock())
            await organizations.found(work, name="Kotikatu")
            return (await accounts.create_token(work, role=Role.ADMIN))[1]

"""The demo with its broker, link and automats, as `./dev run` starts all of it, and its board.

What `./dev` installs first is there already. All that is kept lies in a folder of its own, and
every port is a free one.
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brokers import HOST, free_ports

PATIENCE = 240.0
LOOK_SECONDS = 0.2
STEP = 100
"""Characters of a terminal."""
DRIVER = f"""
import os, sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent.parent / "scripts")!r})
import dev, linked

folder, job, first, second = Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])
dev.environment.install = lambda lock: None
dev.static_files.install = lambda: None
linked.STATE, linked.FOLDER, linked.BOARD = folder, folder / "broker", folder / "board.json"
linked.PORTS = first, second
sys.exit(dev.main([job]))
"""


@dataclass
class Demo:
    """A demo that runs.

    Args:
        folder: Where it keeps everything.
        port: Where its API is.
        process: What `./dev run` is.
        said: What it has printed so far.
    """

    folder: Path
    port: int
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def token(self, name: str) -> str:
        """Read a token from what newcomers see."""
        pattern = {
            "staff": r'"Authorization": "Bearer ([^"]+)"',
            "partner": r"partner's token:\s+(\S+)",
        }[name]
        found: list[str] = []

        def is_there() -> bool:
            found[:] = re.findall(pattern, "".join(self.said))
            return bool(found)

        self.until(is_there)
        return found[0]

    def ask(self, document: str, *, token: str, **variables: Any) -> dict[str, Any]:
        """Ask the API."""
        body = json.dumps({"query": document, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        url = f"http://{HOST}:{self.port}/graphql"
        request = urllib.request.Request(url, body, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - http, as written above
            told = json.load(answer)
        assert "errors" not in told, told
        data: dict[str, Any] = told["data"]
        return data

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so, for as long as the demo runs."""
        until = time.monotonic() + PATIENCE
        while not is_so():
            assert self.process.poll() is None, self.all_said()
            assert time.monotonic() < until, self.all_said()
            time.sleep(LOOK_SECONDS)

    def all_said(self) -> str:
        """Give all that it has printed and written to its logs."""
        logs = [f"{log.name}:\n{log.read_text()}" for log in sorted(self.folder.glob("*.log"))]
        return "\n".join(["".join(self.said), *logs])[-20_000:]


def _command(folder: Path, job: str, ports: tuple[int, int]) -> list[str]:
    return [sys.executable, "-c", DRIVER, str(folder), job, *map(str, ports)]


def _environment(folder: Path, port: int) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if "LIVIONKEY" not in name}
    return others | {
        "LIVIONKEY_DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "LIVIONKEY_DATA_FOLDER": str(folder / "data"),
        "LIVIONKEY_PORT": str(port),
        "LIVIONKEY_MQTT_URL": "",
    }


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Start it, and stop it as Ctrl+C does."""
    port, ports = free_ports()[0], free_ports()
    process = subprocess.Popen(  # noqa: S603  # our own words
        _command(folder, "run", ports),
        env=_environment(folder, port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    demo = Demo(folder, port, process)
    listening = threading.Thread(target=_listen, args=(demo,), daemon=True)
    listening.start()
    try:
        yield demo
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130, demo.all_said()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)
        listening.join(PATIENCE)
        if process.stdout:
            process.stdout.close()


def _listen(demo: Demo) -> None:
    assert demo.process.stdout
    for line in demo.process.stdout:
        demo.said.append(line)


class Board:
    """`./dev board` in a terminal of its own.

    Args:
        terminal: Our end of its terminal.
    """

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self.shown = ""
        """All that it has drawn, the marks of the terminal left in."""

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self._terminal, keys.encode())

    def shows(self, words: str) -> bool:
        """Tell whether it has shown some words."""
        while select.select([self._terminal], [], [], 0)[0]:
            with suppress(OSError):
                self.shown += os.read(self._terminal, 65_536).decode(errors="replace")
                continue
            break
        return words in self.shown


@contextmanager
def board_of(demo: Demo) -> Iterator[Board]:
    """Stand in front of the automat that the demo has left out, until `q` is pressed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, STEP, 0, 0))
    process = subprocess.Popen(  # noqa: S603  # our own words
        _command(demo.folder, "board", (0, 0)),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=_environment(demo.folder, demo.port) | {"TERM": "xterm-256color"},
    )
    os.close(theirs)
    board = Board(ours)
    try:
        yield board
        board.press("q")
        demo.until(lambda: board.shows("\0") or process.poll() is not None)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)

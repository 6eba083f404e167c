"""A server of the API for benchmarks: started on a free port, and watched from outside."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVE = ("-c", "from schema.cli import main; main()", "serve")


@dataclass(frozen=True)
class Server:
    """A running server: its port, and its processes."""

    port: int
    process: int

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def cpu_seconds(self) -> float:
        """How much CPU time it has used."""
        ticks = sum(int(ticks) for one in self._all() for ticks in _stat(one)[11:13])
        return ticks / os.sysconf("SC_CLK_TCK")

    @property
    def peak_megabytes(self) -> float:
        """The most memory that one of its processes has had."""
        lines = [line for one in self._all() for line in _status(one) if line.startswith("VmHWM")]
        return max(int(line.split()[1]) for line in lines) / 1024

    def forget_peak(self) -> None:
        """Let the peak begin anew at what it has now."""
        for one in self._all():
            Path(f"/proc/{one}/clear_refs").write_text("5")

    def _all(self) -> list[int]:
        """List it with its workers."""
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text()
        return [self.process, *map(int, children.split())]


def _stat(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def _status(process: int) -> list[str]:
    return Path(f"/proc/{process}/status").read_text().splitlines()


@contextmanager
def server(*command: str, **environment: str) -> Iterator[Server]:
    """Run a Python program that serves; PORT in its arguments is replaced by its port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    given = {**os.environ, "LIVIONKEY_LOG_LEVEL": "error", **environment}
    arguments = [part.replace("PORT", str(port)) for part in command]
    with subprocess.Popen(
        [sys.executable, *arguments], env=given | {"LIVIONKEY_PORT": str(port)}, cwd=ROOT
    ) as process:
        try:
            _wait_for(port)
            yield Server(port, process.pid)
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(300):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("The server did not start.")

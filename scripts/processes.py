"""Programs that these commands start, and that never outlive them."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from types import FrameType
from typing import IO, Self

from project import ROOT, say

PR_SET_CHILD_SUBREAPER = 36  # prctl(2): orphans of our children become ours, so we can end them
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE_SECONDS = 60
GRACE_SECONDS = 3
LOOK_SECONDS = 1


def watch_over_children() -> None:
    """Turn SIGTERM and SIGHUP into an orderly end, and adopt what our children leave behind."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` had it ignored
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def leave(number: int, _frame: FrameType | None) -> None:
    """End the command; what is open is closed on the way out."""
    raise SystemExit(128 + number)


def run(*command: str | Path, environment: dict[str, str] | None = None) -> int:
    """Run a program in the checkout and return its exit status; nothing of it stays.

    It has a session of its own: Ctrl-C reaches us alone, and we pass it on once, so that it can
    clean up even when we were ended by SIGTERM.
    """
    before = children()
    program = subprocess.Popen(
        [*tie(), *command], cwd=ROOT, env=environment, start_new_session=True
    )
    try:
        return program.wait()
    except BaseException:
        with undisturbed():
            program.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                program.wait(PATIENCE_SECONDS)
        raise
    finally:
        with undisturbed():
            end(before)
            program.wait()


class Together:
    """Programs that run side by side, each in a session of its own, and end together.

    `with` it: at its end they are all asked to stop, and nothing of them stays.
    """

    def __init__(self) -> None:
        self._before = children()
        self._programs: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self, *command: str | Path, environment: dict[str, str], log: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program in the checkout.

        Args:
            command: What to run.
            environment: Its environment.
            log: A file for all that it says, written anew; it speaks as we do when left out.
        """
        with open_or_none(log) as said:
            program = subprocess.Popen(
                [*tie(), *command],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL if log else None,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self._programs[" ".join(map(str, command))] = program
        return program

    def wait_for(self, first: subprocess.Popen[bytes]) -> int:
        """Wait until one of them ends, and tell of others that end before; gives its status."""
        while True:
            with suppress(subprocess.TimeoutExpired):
                return first.wait(LOOK_SECONDS)
            for name in [name for name, one in self._programs.items() if one.poll()]:
                del self._programs[name]
                say(f"has ended, and is missed: {name}")

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all of them, the last one first."""
        with undisturbed():
            for program in reversed(self._programs.values()):
                program.send_signal(signal.SIGINT)
            for program in self._programs.values():
                with suppress(subprocess.TimeoutExpired):
                    program.wait(PATIENCE_SECONDS)
            end(self._before)


def open_or_none(file: Path | None) -> AbstractContextManager[IO[bytes] | None]:
    """Open a file to be written anew, if there is one."""
    return nullcontext() if file is None else file.open("wb")


def tie() -> list[str]:
    """Have the kernel send the program Ctrl-C when we are killed outright (where util-linux is).

    The kernel tells only of deaths after it was asked, so the program runs only if we are still
    its parent then.
    """
    setpriv = shutil.which("setpriv")
    if not setpriv:
        return []
    if_we_live = f'[ "$PPID" = {os.getpid()} ] && exec "$@"'
    return [setpriv, "--pdeathsig", "INT", "--", "sh", "-c", if_we_live, "sh"]


@contextmanager
def undisturbed() -> Iterator[None]:
    """Finish what must not stop half-way; what somebody sent meanwhile takes effect afterwards."""
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    handlers = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for late in received[:1]:
            os.kill(os.getpid(), late)


def children() -> set[int]:
    """List the processes whose parent we are."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == os.getpid():
                found.add(int(status.parent.name))
    return found


def end(before: set[int]) -> None:
    """Wait a little for children that were not there before, then end them and theirs."""
    patient_until = time.monotonic() + GRACE_SECONDS
    while left := {pid for pid in children() - before if not has_ended(pid)}:
        if time.monotonic() > patient_until:
            for pid in left:
                say(f"ended what was left running: {name_of(pid)}")
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def has_ended(pid: int) -> bool:
    """Bury a child that has ended."""
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    return True


def name_of(pid: int) -> str:
    """Tell what a process runs."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    return str(pid)

"""`livionkey simulate --board` in a terminal of its own, which is a real one to the program."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import threading
from contextlib import suppress
from pathlib import Path

from brokers import running_broker
from commands import LIVIONKEY, SECONDS, CommandLine

from automat_link.simulator.credentials import Identity, write_identity


def test_the_command_shows_the_board_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    with running_broker() as broker:
        write_identity(tmp_path, Identity(broker.credentials(), "00331", 30))
        assert b"00331" in shown_on_the_board(tmp_path)


def shown_on_the_board(tmp_path: Path) -> bytes:
    """Open the board, and tell it to end."""
    words = ["simulate", "--credentials", str(tmp_path), "--board"]
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 34, 110, 0, 0))
    environment = CommandLine(tmp_path).environment() | {"TERM": "xterm-256color"}
    running = subprocess.Popen(  # noqa: S603  # our own command
        [LIVIONKEY, *words], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    shown = b""
    while b"Type your code" not in shown:
        assert select.select([ours], [], [], SECONDS)[0], shown
        shown += os.read(ours, 65_536)
    os.write(ours, b"q")
    threading.Thread(target=drained, args=(ours,), daemon=True).start()

    assert running.wait(timeout=SECONDS) == 0
    return shown


def drained(terminal: int) -> None:
    """Read what a program writes, so that it does not wait for us; ends with the terminal."""
    with suppress(OSError):
        while os.read(terminal, 65_536):
            pass


def test_other_commands_do_not_wait_for_what_the_board_needs() -> None:
    program = "import sys, schema.cli as cli; cli.command_line(); print('textual' in sys.modules)"

    printed = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert printed.stdout == "False\n"

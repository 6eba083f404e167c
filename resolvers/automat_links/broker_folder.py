"""The folder that a broker reads: certificates of our authority, and who of them was revoked.

Its files belong to whoever the folder belongs to, and only they can read them. Each is written
whole or not at all, as the broker may be reading. Whoever owns the folder may put anything into it
at any moment, so root gives away what it holds open, never what is found under a name.
"""

import os
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

AUTHORITY, SERVER, SERVER_KEY = "authority.pem", "server.pem", "server.key"
REVOKED, PROCESS = "revoked.pem", "mosquitto.pid"


def make(folder: Path, owner: tuple[int, int] | None) -> None:
    """Make the folder for a broker that runs as somebody, or as whoever makes it.

    Args:
        folder: Where.
        owner: The ids of that user and their group; None for ourselves.

    Raises:
        OSError: It cannot be made, or not be given to them.
    """
    (folder / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if owner is not None:
        for one in (folder, folder / "data"):
            os.chown(one, *owner, follow_symlinks=False)


def read(folder: Path, name: str) -> bytes:
    """Read one of the files."""
    return (folder / name).read_bytes()


def write(folder: Path, name: str, content: str) -> None:
    """Write one of the files.

    Raises:
        OSError: The folder is not there, or not ours.
    """
    handle, draft = tempfile.mkstemp(dir=folder)  # readable by this user alone
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            if os.geteuid() == 0:
                theirs = folder.stat()
                os.fchown(handle, theirs.st_uid, theirs.st_gid)
            opened.write(content)
        Path(draft).replace(folder / name)
    finally:
        Path(draft).unlink(missing_ok=True)


def tell_the_broker(folder: Path) -> None:
    """Let the broker read its files again (SIGHUP), if it runs on this machine."""
    with suppress(OSError, ValueError):
        process = int((folder / PROCESS).read_text(encoding="ascii"))
        if runs_mosquitto(process):
            os.kill(process, signal.SIGHUP)


def runs_mosquitto(process: int) -> bool:
    """Tell whether a process is a broker: the file of one that was killed may name another one.

    Raises:
        OSError: There is no such process, or its name cannot be read.
    """
    return b"mosquitto" in Path(f"/proc/{process}/cmdline").read_bytes()

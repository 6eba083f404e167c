"""Where this checkout is, and how its commands speak to whoever runs them."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STATE = ROOT / ".dev"
REQUIREMENTS = ROOT / "requirements"


def say(text: str) -> None:
    """Tell what is being done; results alone go to standard output."""
    print(f"== {text}", file=sys.stderr, flush=True)


@contextmanager
def alone() -> Iterator[None]:
    """Let one command at a time change the environment; a second one waits here."""
    STATE.mkdir(exist_ok=True)
    with (STATE / "setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

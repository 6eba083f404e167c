"""What the tests need beyond Python: found on this machine, installed by apt, or named in one line.

`./dev run` goes without any of it; with a broker it has simulated automats, too.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from environment import program
from project import STATE, say

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300")


@dataclass(frozen=True, slots=True)
class Need:
    """A Debian package, and how to see whether what it brings is there."""

    package: str
    is_there: Callable[[], bool]


def chromium() -> str | None:
    """Find a Chromium that starts (Ubuntu has a stand-in that only names its snap)."""
    if named := os.environ.get("LIVIONKEY_TEST_CHROMIUM"):
        return named
    here = [path for name in CHROMIUMS if (path := program(name)) and succeeds(path, "--version")]
    playwrights = Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome")
    return next(iter([*here, *map(str, playwrights)]), None)


def has_libatomic() -> bool:
    """Tell whether the library that Playwright's driver is linked to is there."""
    return any(
        next(Path(folder).glob("**/libatomic.so.1"), None)
        for folder in ("/usr/lib", "/usr/lib64", "/lib64")
        if Path(folder).is_dir()
    )


CHROMIUM = Need("chromium", lambda: chromium() is not None)
BROWSER = (CHROMIUM, Need("libatomic1", has_libatomic))
SEALS = (
    Need("poppler-utils", lambda: program("pdfsig") is not None),
    Need("softhsm2", lambda: program("softhsm2-util") is not None),
)
"""Another reader than ours of what we seal, and a hardware module to seal with."""
MOSQUITTO = Need("mosquitto", lambda: program("mosquitto") is not None)
"""The broker between automats and the link; its packaged service is of no matter to us."""
OS_RELEASE = Path("/etc/os-release")


def install(needs: Iterable[Need]) -> None:
    """Install what is missing, or say exactly what to install and stop."""
    missing = [need for need in needs if not need.is_there()]
    if CHROMIUM in missing and OS_RELEASE.is_file() and "ID=ubuntu" in OS_RELEASE.read_text():
        sys.exit(
            "Ubuntu has Chromium only as a snap: .venv/bin/playwright install --with-deps chromium"
        )
    if not missing:
        return
    packages, hint = [need.package for need in missing], by_hand(missing)
    if not can_install():
        sys.exit(f"System packages are missing: {hint}")
    root = as_root()
    apt(root, "update", hint=hint)
    apt(root, "install", "-y", "--no-install-recommends", *packages, hint=hint)
    if left := [need.package for need in missing if not need.is_there()]:
        sys.exit(f"Installed, but still not found: {', '.join(left)}.")


def by_hand(needs: Iterable[Need]) -> str:
    """Name the one command that installs what is missing."""
    packages = " ".join(need.package for need in needs)
    return f"sudo apt-get install --no-install-recommends {packages}"


def can_install() -> bool:
    """Tell whether this machine has apt, and we may use it without being asked for a password."""
    return shutil.which("apt-get") is not None and (not as_root() or succeeds(*as_root(), "true"))


def as_root() -> list[str]:
    """Say how a command is run by root."""
    return [] if os.geteuid() == 0 else ["sudo", "-n"]


def apt(root: list[str], *arguments: str, hint: str) -> None:
    """Run apt-get without questions; what it says goes into a file."""
    say(f"apt-get {' '.join(arguments)}")
    STATE.mkdir(exist_ok=True)
    with (STATE / "apt.log").open("a") as log:
        done = subprocess.run(
            [*root, *APT, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    if done.returncode:
        sys.exit(f"apt-get failed (.dev/apt.log says why). By hand: {hint}")


def succeeds(*command: str) -> bool:
    """Tell whether a command is there and ends well."""
    if not shutil.which(command[0]):
        return False
    return not subprocess.run(command, check=False, capture_output=True).returncode

"""Files from npm packages: ready-made, of pinned versions, checked against `package-lock.json`.

`npm pack` brings the archives of the packages alone, in 2 s; `npm ci` would take 12 s and 119 MB,
as it brings all that they were built from. The lock's SHA-512 is checked here, and nothing of a
package is run.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import environment
from project import STATE, alone, say

SETTINGS = {
    "npm_config_fetch_retries": "1",
    "npm_config_fetch_retry_mintimeout": "1000",
    "npm_config_loglevel": "error",
    "npm_config_update_notifier": "false",
}


def fetch(folder: Path, into: Path, *, wanted: Callable[[PurePosixPath], bool]) -> None:
    """Bring the wanted files of the packages that `folder/package.json` names; quick when there.

    Args:
        folder: Where `package.json`, `package-lock.json` and `.npmrc` are.
        into: The folder to make; a file is at `PACKAGE/PATH-IN-THE-PACKAGE` in it.
        wanted: Tells for such a path whether to take it.

    """
    lock = folder / "package-lock.json"
    stamp = STATE / f"fetched-{folder.name}"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if into.is_dir() and stamp.is_file() and stamp.read_text() == digest:
        return
    with alone(), tempfile.TemporaryDirectory(dir=STATE) as temporary:
        say(f"npm packages of {folder.name}")
        archives, files = Path(temporary, "archives"), Path(temporary, "files")
        archives.mkdir()
        download(folder, archives)
        for name, integrity in pinned(lock).items():
            unpack(archive_of(archives, integrity, name), files / name, name, wanted)
        shutil.rmtree(into, ignore_errors=True)
        into.parent.mkdir(parents=True, exist_ok=True)
        files.rename(into)
        stamp.write_text(digest)


def pinned(lock: Path) -> dict[str, str]:
    """Read the integrity of each package that the project itself names."""
    packages = json.loads(lock.read_text())["packages"]
    return {
        name: packages[f"node_modules/{name}"]["integrity"] for name in packages[""]["dependencies"]
    }


def download(folder: Path, archives: Path) -> None:
    """Bring the archives of the packages themselves, without what they were built from."""
    dependencies = json.loads((folder / "package.json").read_text())["dependencies"]
    names = [f"{name}@{version}" for name, version in dependencies.items()]
    where = ("--pack-destination", str(archives))
    if npm(folder, "pack", "--ignore-scripts", *where, *names):
        sys.exit(f"npm could not bring {', '.join(names)}.")


def npm(folder: Path, *arguments: str) -> int:
    """Let npm work in a folder; it knows the registry and the certificates of this machine."""
    return subprocess.run(
        [*npm_command(), *arguments],
        check=False,
        cwd=folder,
        env=os.environ | SETTINGS,
        stdout=subprocess.DEVNULL,
    ).returncode


def npm_command() -> list[str | Path]:
    """Find npm on this machine, or the one that comes with Node's Python package."""
    if found := environment.program("npm"):
        return [found]
    node = environment.node()
    return [node, node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def archive_of(archives: Path, integrity: str, name: str) -> Path:
    """Find the archive whose content is the pinned one."""
    for archive in archives.iterdir():
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if integrity == f"sha512-{digest}":
            return archive
    sys.exit(f"What npm brought as {name} is not what package-lock.json says: nothing is used.")


def unpack(archive: Path, into: Path, name: str, wanted: Callable[[PurePosixPath], bool]) -> None:
    """Write the wanted files of an archive."""
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            inside = PurePosixPath(*PurePosixPath(member.name).parts[1:])  # without "package/"
            if not member.isfile() or ".." in inside.parts or not wanted(name / inside):
                continue
            target = into / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            content = tar.extractfile(member)
            if content is not None:
                target.write_bytes(content.read())

"""The locks: every version and hash of what is installed, and no address of a registry."""

import subprocess
from pathlib import Path

import environment
import npm_packages
import static_files
from project import REQUIREMENTS, ROOT, VENV, say

OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade", "--quiet")
BARE = ("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links")


def lock() -> None:
    """Make every lock anew."""
    compile_lock("dev", ROOT / "pyproject.toml", "--group", "dev")
    within = ("--constraint", REQUIREMENTS / "dev.lock")
    compile_lock("run", ROOT / "pyproject.toml", *within)
    compile_lock("node", REQUIREMENTS / "node.in", *within)
    compile_lock("installer", REQUIREMENTS / "installer.in")
    for folder in (static_files.STATIC, static_files.AUDIT_MANIFEST):
        lock_npm(folder)


def compile_lock(name: str, source: Path, *options: str | Path) -> None:
    """Write one of `requirements/*.lock`."""
    say(f"requirements/{name}.lock")
    target = ("--output-file", REQUIREMENTS / f"{name}.lock")
    command = [VENV / "bin" / "uv", "pip", "compile", *OPTIONS, *BARE, *options, *target, source]
    subprocess.run(command, check=True, cwd=ROOT, env=environment.environment())


def lock_npm(folder: Path) -> None:
    """Write a `package-lock.json`; the folder's `.npmrc` keeps addresses out of it."""
    say(str(folder.relative_to(ROOT) / "package-lock.json"))
    npm_packages.npm(folder, "install", "--package-lock-only", "--ignore-scripts")

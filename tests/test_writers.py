"""What `./dev soak` does for a quarter of an hour, in short: many who write at once, and stays."""

import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parent / "soak"
SMALL = ("--operations", "400", "--writers", "8", "--automats", "12", "--entities", "40")


def soak(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Let writers loose on an empty database; on SQLite they make a file of their own."""
    return run("writers.py", url, *SMALL, *options)


def run(name: str, url: str, *options: str) -> subprocess.CompletedProcess[str]:
    is_sqlite = url.startswith("sqlite")
    where = ("--only", "sqlite") if is_sqlite else ("--only", "postgresql", "--postgresql", url)
    command = [sys.executable, SOAK / name, *where, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603  # our own program


def test_eight_writers_at_once_hold_nothing_twice_and_leave_nothing_over(own_url: str) -> None:
    done = soak(own_url)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "  overlaps: lockers 0, PINs 0, keys 0" in done.stdout
    assert "  faults: 0" in done.stdout


def test_without_constraints_and_locks_something_is_held_twice(own_url: str) -> None:
    if own_url.startswith("sqlite"):
        pytest.skip("SQLite lets one writer in at a time, so nothing needs a lock there")

    done = soak(own_url, "--without", "constraints", "--without", "locks")

    assert done.returncode == 1, done.stdout + done.stderr
    assert "  overlaps: lockers 0, PINs 0, keys 0" not in done.stdout


def test_stays_of_one_small_world_go_well(own_url: str) -> None:
    done = run("stays.py", own_url, "--runs", "1", "--steps", "5", "--seed", "1")

    assert done.returncode == 0, done.stdout + done.stderr
    assert " 1 worlds, 5 steps" in done.stdout

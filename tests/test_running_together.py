"""What `./dev run` starts side by side ends with it, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent.parent / "scripts"
BOTH = f"""
import os, sys
sys.path.insert(0, {str(SCRIPTS)!r})
from pathlib import Path
from processes import Together, watch_over_children

watch_over_children()
waits = [sys.executable, "-c", "import time; time.sleep(60)"]
with Together() as together:
    first = together.start(*waits, environment=dict(os.environ))
    second = together.start(*waits, "", environment=dict(os.environ), log=Path(sys.argv[1]))
    fails = together.start(sys.executable, "-c", "raise SystemExit(3)", environment={{}})
    print(first.pid, second.pid, flush=True)
    sys.exit(together.wait_for(first))
"""

TIED_LATE = f'''
import subprocess, sys
sys.path.insert(0, {str(SCRIPTS)!r})
from processes import tie

orphaned = """
    kill -9 $PPID
    while read -r _ _ _ parent _ < /proc/$$/stat && [ "$parent" = "$PPID" ]; do sleep 0.1; done
    exec "$@"
"""
program = [*tie(), "sh", "-c", "echo ran"]
subprocess.run(["sh", "-c", orphaned, "sh", *program])
'''


@contextmanager
def running(log: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Run two programs together; gives their parent and their ids."""
    command = [sys.executable, "-c", BOTH, log]
    with subprocess.Popen(  # noqa: S603  # our own words
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        yield parent, [int(word) for word in parent.stdout.readline().split()]
        parent.kill()


def is_there(process: int) -> bool:
    """Tell whether a process runs; one that has ended and is not buried yet does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def are_gone(processes: list[int]) -> bool:
    patient_until = time.monotonic() + 60
    while any(map(is_there, processes)) and time.monotonic() < patient_until:
        time.sleep(0.05)
    return not any(map(is_there, processes))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_all_of_them_end_with_their_parent(number: signal.Signals, tmp_path: Path) -> None:
    with running(tmp_path / "log") as (parent, processes):
        assert all(map(is_there, processes))

        parent.send_signal(number)
        parent.wait(20)

        assert len(processes) == 2
        assert are_gone(processes)


def test_what_was_not_tied_yet_when_its_parent_was_killed_never_runs() -> None:
    command = [sys.executable, "-c", TIED_LATE]
    parent = subprocess.run(command, check=False, capture_output=True, timeout=60)  # noqa: S603  # our own words

    assert parent.returncode == -signal.SIGKILL
    assert b"ran" not in parent.stdout


def test_when_the_first_ends_the_others_end_too(tmp_path: Path) -> None:
    with running(tmp_path / "log") as (parent, (first, second)):
        os.kill(first, signal.SIGKILL)

        assert parent.wait(20) != 0
        assert are_gone([second])


def test_one_that_fails_is_told_of_and_the_others_go_on(tmp_path: Path) -> None:
    with running(tmp_path / "log") as (parent, processes):
        assert parent.stderr
        told = parent.stderr.readline()

        assert "has ended, and is missed" in told
        assert all(map(is_there, processes))
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(20) == 143

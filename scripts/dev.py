"""The jobs of `./dev`, from nothing and with the standard library alone (Python 3.11 or later).

run [ARGUMENTS]     the API with demo data on the embedded database, and simulated automats
board               an automat of the running demo, in this terminal
test [ARGUMENTS]    every check and every test, on both databases; with arguments only pytest
setup               the environment in .venv, nothing started
bench [NAME ...]    the figures of tests/benchmarks: all, or one with its own arguments
soak [NAME ...]     what takes longer than a test may, from tests/soak
lock                requirements/*.lock and the npm locks anew, from what is published now
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import cluster
import environment
import linked
import locking
import postgres
import static_files
import system_packages
from processes import Together, run, watch_over_children
from project import PYTHON, ROOT, VENV, say

CHECKS = (
    ("ruff", "check", "--output-format=concise"),
    ("ruff", "format", "--check"),
    ("mypy",),
    ("mypy", "scripts"),
)

PROCESSES = min((os.cpu_count() or 1) + 1, 4)
"""One more than there are cores: about half of their time tests wait for programs and brokers."""

EVERYTHING = (
    *(f"--numprocesses={PROCESSES}", "--no-header"),
    *("--dist=loadfile", "--no-loadscope-reorder"),
)
"""All tests, a file at a time in each process, in the order of `tests/conftest.py`."""

BROWSED = {"pages"}
"""The benchmarks that open a browser."""


def setup(_arguments: list[str]) -> int:
    """Make everything that the API needs."""
    environment.install("run")
    static_files.install()
    return 0


def serve(arguments: list[str]) -> int:
    """Serve the demo, with simulated automats where there is a broker, until somebody ends it.

    Without a network at first, GraphiQL's page says so itself.
    """
    environment.install("run")
    try:
        static_files.install()
    except SystemExit as failure:
        say(f"{failure} The API starts without GraphiQL.")
    given = linked.settings()
    with Together() as together:
        command = linked.livionkey("demo", "--serve", *arguments)
        api = together.start(*command, environment=os.environ | given)
        if given:
            linked.start(together, given, api)
        return together.wait_for(api)


def test(arguments: list[str]) -> int:
    """Run every check, then the tests; their own summary comes last."""
    environment.install("dev")
    static_files.install()
    audits = static_files.install_audits()
    needs = (*system_packages.BROWSER, *system_packages.SEALS, system_packages.MOSQUITTO)
    system_packages.install((*needs, *postgres.needs()))
    failed = [] if arguments else [check for check in CHECKS if run_check(check)]
    with postgres.server(cluster.FAST) as server, postgres.scratch_database(server) as url:
        given = {
            "LIVIONKEY_TEST_AUDITS": str(audits),
            "LIVIONKEY_TEST_CHROMIUM": str(system_packages.chromium()),
            "LIVIONKEY_TEST_NODE": str(environment.node()),
            "LIVIONKEY_TEST_POSTGRESQL": url,
        }
        pytest = ("-m", "pytest", *(arguments or EVERYTHING))
        status = run(PYTHON, *pytest, environment=plain_environment() | given)
    return status or bool(failed)


def run_check(check: tuple[str, ...]) -> int:
    """Run one of the checkers over the project."""
    say(" ".join(check))
    status = run(VENV / "bin" / check[0], *check[1:])
    if status:
        say(f"FAILED: {' '.join(check)}")
    return status


def bench(arguments: list[str]) -> int:
    """Run benchmarks, see `measure`."""
    return measure(ROOT / "tests" / "benchmarks", arguments)


def soak(arguments: list[str]) -> int:
    """Run long tests, see `measure`."""
    return measure(ROOT / "tests" / "soak", arguments)


def measure(folder: Path, arguments: list[str]) -> int:
    """Run the named program of a folder, or all of them, each with an empty database."""
    programs = {path.stem: path for path in sorted(folder.glob("[!_]*.py"))}
    chosen = arguments[:1] or list(programs)
    if not chosen or chosen[0] not in programs:
        known = ", ".join(programs) or "none yet"
        sys.exit(f"{folder.relative_to(ROOT)} has no such program. There are: {known}.")
    environment.install("dev")
    browser = system_packages.BROWSER if BROWSED.intersection(chosen) else ()
    system_packages.install((*cluster.NEEDS, system_packages.MOSQUITTO, *browser))
    with cluster.private(cluster.REALISTIC) as server:
        return max(measure_one(server, programs[name], arguments[1:]) for name in chosen)


def measure_one(server: str, program: Path, arguments: list[str]) -> int:
    """Run one program; what it prints is the result."""
    say(f"{program.stem} {' '.join(arguments)}")
    with postgres.scratch_database(server) as url:
        command: list[str | Path] = [PYTHON, program, "--postgresql", url, *arguments]
        given = {"LIVIONKEY_TEST_CHROMIUM": str(system_packages.chromium())}
        browser = given if program.stem in BROWSED else {}
        return run(*command, environment=plain_environment() | browser)


def plain_environment() -> dict[str, str]:
    """Leave the settings of whoever runs this out: tests and figures bring their own.

    Compiled modules are kept: each of many processes would else compile all of them anew.
    """
    left_out = ("LIVIONKEY_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)}


def lock(_arguments: list[str]) -> int:
    """Lock what is published now, see `locking`."""
    environment.install("dev")
    locking.lock()
    return 0


JOBS: dict[str, Callable[[list[str]], int]] = {
    "run": serve,
    "test": test,
    "setup": setup,
    "board": linked.board,
    "bench": bench,
    "soak": soak,
    "lock": lock,
}


def main(arguments: list[str]) -> int:
    """Do the job that the first argument names."""
    job = JOBS.get(arguments[0]) if arguments else None
    if job is None:
        print(__doc__, file=sys.stderr)
        return 2
    watch_over_children()
    try:
        return job(arguments[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

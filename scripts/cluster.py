"""A PostgreSQL cluster of our own: on a free port, for as long as a command runs.

Its files are outside the checkout: root cannot run PostgreSQL, and PostgreSQL's own user cannot
enter root's folders.
"""

import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processes import undisturbed
from project import say
from system_packages import Need

PLACE = "/var/tmp"  # noqa: S108 - mkdtemp makes a folder of our own in it
FAST = {"synchronous_commit": "off", "shared_buffers": "'128MB'"}
REALISTIC = {
    "shared_buffers": "'512MB'",
    "effective_cache_size": "'2GB'",
    "maintenance_work_mem": "'256MB'",
    "work_mem": "'16MB'",
    "max_wal_size": "'4GB'",
    "random_page_cost": "1.1",
}
SCRATCH = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}


def installations() -> list[Path]:
    """List the folders of PostgreSQL's programs, newest version first, version 15 or later."""
    debian = Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb")
    found = sorted((path.parent for path in debian), key=version, reverse=True)
    if not found and (elsewhere := shutil.which("initdb")):
        return [Path(elsewhere).resolve().parent]
    return [path for path in found if version(path) >= 15]


def version(programs: Path) -> int:
    """Read the major version out of Debian's folder name."""
    return int(programs.parent.name)


def has_postgis(programs: Path) -> bool:
    """Tell whether PostGIS is there for an installation."""
    debian = Path("/usr/share/postgresql", programs.parent.name)
    share = debian if debian.is_dir() else programs.parent / "share"
    return any(share.glob("**/extension/postgis.control"))


NEEDS = (
    Need("postgresql", lambda: bool(installations())),
    Need("postgresql-postgis", lambda: any(map(has_postgis, installations()))),
)


@contextmanager
def private(settings: dict[str, str]) -> Iterator[str]:
    """Make a cluster, start it on a free port, and remove it when the block ends."""
    programs = next(filter(has_postgis, installations()))
    place = Path(tempfile.mkdtemp(prefix="livionkey-", dir=PLACE))
    data, port = place / "data", free_port()
    control = (programs / "pg_ctl", "-D", data, "-w")
    keeper = remover(place, *control, "-m", "immediate", "stop")
    try:
        if os.geteuid() == 0:
            shutil.chown(place, "postgres", "postgres")
        initdb = (programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
        as_postgres(*initdb, "-E", "UTF8", "--locale=C.UTF-8")
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(lines(SCRATCH | settings, port))
        as_postgres(*control, "-l", place / "log", "start")
        told = ", ".join(f"{name} {value}" for name, value in (SCRATCH | settings).items())
        say(f"PostgreSQL {programs.parent.name}: a private cluster on port {port} ({told})")
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        with undisturbed():
            keeper.communicate()


def remover(place: Path, *stop: str | Path) -> subprocess.Popen[bytes]:
    """Start what stops and removes a cluster as soon as nobody holds its input: even on kill -9."""
    script = """trap "" HUP INT TERM; read -r _
        [ ! -e "$0/data/postmaster.pid" ] || "$@" >/dev/null; rm -rf "$0" """
    return subprocess.Popen(
        ["sh", "-c", script, place, *owned_by_postgres(*stop)],
        cwd="/",
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def lines(settings: dict[str, str], port: int) -> list[str]:
    """Write the settings of a cluster that nobody reaches from outside."""
    ours = {"listen_addresses": "'127.0.0.1'", "port": str(port), "unix_socket_directories": "''"}
    return [f"{name} = {value}\n" for name, value in (ours | settings).items()]


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def owned_by_postgres(*command: str | Path) -> list[str]:
    """Say a command so that it runs as PostgreSQL's own user when we are root."""
    words = [str(word) for word in command]
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


def as_postgres(*command: str | Path) -> None:
    """Run one of PostgreSQL's programs, as its own user when we are root."""
    words = owned_by_postgres(*command)
    # Undisturbed: killing runuser would leave initdb behind. No pipe: the server keeps it open.
    with undisturbed(), tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            words, check=False, stdout=output, stderr=output, cwd="/", start_new_session=True
        )
        if done.returncode:
            output.seek(0)
            sys.exit(f"{shlex.join(words)} failed:\n{output.read()}")

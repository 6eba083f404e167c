"""A PostgreSQL with PostGIS for the tests and the benchmarks, and a scratch database in it.

One that already runs on 127.0.0.1:5432 will do when it lets a superuser in without a password;
otherwise a private cluster on a free port, whose files are outside the checkout (root cannot run
PostgreSQL, and its user cannot enter root's folders). `LIVIONKEY_TEST_POSTGRESQL` names another
server, or says `private`.
"""

import os
import secrets
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
from project import PYTHON, say
from system_packages import Need

USUAL = "postgresql://postgres@127.0.0.1:5432/postgres"
PLACE = "/var/tmp"  # noqa: S108 - mkdtemp makes a folder of our own in it
EXTENSIONS = ("btree_gist", "postgis")
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
ASK = """\
import sys, psycopg
with psycopg.connect(sys.argv[1], autocommit=True, connect_timeout=3) as connection:
    for statement in sys.argv[2:]:
        cursor = connection.execute(statement)
        for row in cursor.fetchall() if cursor.description else ():
            print(*row)
"""
ABILITIES = """\
select name from pg_available_extensions where name = 'btree_gist'
    or name = 'postgis' and split_part(default_version, '.', 1)::int >= 3
union select 'superuser' from pg_roles where rolname = current_user and rolsuper
    and current_setting('server_version_num')::int >= 150000
"""


def ask(url: str, *statements: str) -> list[str] | None:
    """Run statements with the environment's driver; None when the server does not let us."""
    done = subprocess.run(
        [PYTHON, "-c", ASK, url, *statements], check=False, capture_output=True, text=True
    )
    return None if done.returncode else done.stdout.split("\n")[:-1]


def wanted_server() -> str | None:
    """Name the running server that is to be used, None for a cluster of our own."""
    named = os.environ.get("LIVIONKEY_TEST_POSTGRESQL", USUAL)
    if named == "private" or (named == USUAL and "superuser" not in (ask(USUAL, ABILITIES) or ())):
        return None
    return named


def needs() -> tuple[Need, ...]:
    """List what a server for the tests needs: nothing when a running one has it all."""
    running = wanted_server()
    return PRIVATE if running is None or (running == USUAL and not is_able(running)) else ()


def is_able(url: str) -> bool:
    """Tell whether a server has the extensions that we use."""
    return set(EXTENSIONS) <= set(ask(url, ABILITIES) or ())


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


PRIVATE = (
    Need("postgresql", lambda: bool(installations())),
    Need("postgresql-postgis", lambda: any(map(has_postgis, installations()))),
)


@contextmanager
def scratch_database(administration: str) -> Iterator[str]:
    """Give the address of an empty database; it and all whose names begin like it are dropped."""
    name = f"livionkey_{secrets.token_hex(4)}"
    if ask(administration, f"create database {name}") is None:
        sys.exit(f"No database can be made at {administration.rpartition('@')[2]}.")
    try:
        yield f"{administration.rpartition('/')[0]}/{name}"
    finally:
        with undisturbed():
            drop(administration, name)


def drop(administration: str, name: str) -> None:
    """Drop a database and those that were named after it."""
    names = ask(administration, "select datname from pg_database") or ()
    ours = [each for each in names if each.startswith(name)]
    ask(administration, *(f'drop database if exists "{each}" with (force)' for each in ours))


@contextmanager
def server(settings: dict[str, str]) -> Iterator[str]:
    """Give the address of a server: the running one, or a private cluster until the block ends."""
    running = wanted_server()
    if running and is_able(running):
        say(f"PostgreSQL: the one that runs at {running.rpartition('@')[2]}")
        yield running
    elif running and running != USUAL:
        sys.exit("LIVIONKEY_TEST_POSTGRESQL: no PostgreSQL 15 with PostGIS 3 answers there.")
    else:
        with private_cluster(settings) as url:
            yield url


@contextmanager
def private_cluster(settings: dict[str, str]) -> Iterator[str]:
    """Make a cluster, start it on a free port, and remove it when the block ends."""
    programs = next(filter(has_postgis, installations()))
    place = Path(tempfile.mkdtemp(prefix="livionkey-", dir=PLACE))
    data, port = place / "data", free_port()
    control = (programs / "pg_ctl", "-D", data, "-w")
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
            if (data / "postmaster.pid").exists():
                as_postgres(*control, "-m", "immediate", "stop")
            shutil.rmtree(place, ignore_errors=True)


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


def as_postgres(*command: str | Path) -> None:
    """Run one of PostgreSQL's programs, as its own user when we are root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    # Undisturbed: killing runuser would leave initdb behind. No pipe: the server keeps it open.
    with undisturbed(), tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            words, check=False, stdout=output, stderr=output, cwd="/", start_new_session=True
        )
        if done.returncode:
            output.seek(0)
            sys.exit(f"{shlex.join(words)} failed:\n{output.read()}")

"""A PostgreSQL with PostGIS for the tests and the benchmarks, and a scratch database in it.

One that already runs on 127.0.0.1:5432 will do when it lets a superuser in without a password;
otherwise a private cluster (see `cluster`). `LIVIONKEY_TEST_POSTGRESQL` names another server, or
says `private`.
"""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import cluster
from processes import undisturbed
from project import PYTHON, say
from system_packages import Need

USUAL = "postgresql://postgres@127.0.0.1:5432/postgres"
EXTENSIONS = ("btree_gist", "postgis")
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
    return cluster.NEEDS if running is None or (running == USUAL and not is_able(running)) else ()


def is_able(url: str) -> bool:
    """Tell whether a server has the extensions that we use."""
    return set(EXTENSIONS) <= set(ask(url, ABILITIES) or ())


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
        with cluster.private(settings) as url:
            yield url

"""Databases that are away for a while, as after a failure of a server or of a network."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress

import psycopg

from models.database import Database


def close_postgresql(database: Database) -> Callable[[], None]:
    """Let nobody in, and throw everybody out; gives what opens it again."""
    server, name = os.environ["LIVIONKEY_TEST_POSTGRESQL"], database.url.database

    def allow(connections: str) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'alter database "{name}" allow_connections {connections}'.encode())
            throw_out = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
            connection.execute(throw_out, (name,))

    allow("false")
    return lambda: allow("true")


def close_sqlite(database: Database) -> Callable[[], None]:
    """Let nobody write; gives what lets them again.

    SQLite waits longer from try to try, and a worker that writes all the time leaves it short gaps
    only: so we try all the time, or all jobs were done before.
    """
    connection = sqlite3.connect(str(database.url.database), timeout=0, check_same_thread=False)
    while not connection.in_transaction:
        with suppress(sqlite3.OperationalError):  # somebody writes just now
            connection.execute("begin exclusive")
    return connection.close


def close(database: Database) -> Callable[[], None]:
    """Take a database away; gives what brings it back."""
    return (close_sqlite if database.is_sqlite else close_postgresql)(database)

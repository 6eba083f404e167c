"""The commands that go on until they are told to stop: the API, its demo, and what becomes due.

The API is one process, or several that share their figures.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import uvicorn

from models.errors import InvalidInput
from models.migrating import migrate as bring_up_to_date
from schema.commands.on_database import on_database
from schema.demo.access import check_no_demo, close_demo
from schema.demo.welcome import welcome
from schema.guards.heads import BoundedProtocol
from schema.operating.logs import write_logs
from schema.operating.outside import outside_for
from schema.operating.working import work_until_told
from schema.serving import check_address, collect_rarely, only_server
from schema.settings import settings, share_counts


def serve(
    *,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes; more than one on PostgreSQL.")
    ] = 1,
) -> None:
    """Serve the API on the configured database."""
    on_database(check_no_demo)
    run_server(workers)


def work() -> None:
    """Do what becomes due, until told to stop; any number may work at once, on any machine."""
    collect_rarely()
    write_logs(settings())
    outside = outside_for(settings())
    on_database(partial(work_until_told, outside=outside))


def demo(
    *,
    serving: Annotated[bool, typer.Option("--serve", help="Serve the API afterwards.")] = False,
    closing: Annotated[
        bool, typer.Option("--close", help="Only take back the tokens of the demo.")
    ] = False,
) -> None:
    """Bring the database up to date, fill an empty one with the demo, and tell the way in."""
    if closing:
        on_database(close_demo)
        return
    on_database(bring_up_to_date, must_be_migrated=False)
    current = settings()
    typer.echo(on_database(lambda database: welcome(database, current)))
    if serving:
        run_server(1)


def run_server(workers: int) -> None:
    """Serve until told to stop.

    Raises:
        InvalidInput: The database or the address can serve no such server.
    """
    current = settings()
    if workers > 1 and current.database_url.startswith("sqlite"):
        raise InvalidInput(
            "SQLite serves one process; leave --workers out, or set LIVIONKEY_DATABASE_URL to a "
            "PostgreSQL."
        )
    write_logs(current)
    check_address(current.host, current.port)
    with only_server(current.database_url), counting_together(workers):
        uvicorn.run(
            "schema.serving:application",
            factory=True,
            host=current.host,
            port=current.port,
            workers=workers,
            forwarded_allow_ips=current.trusted_proxies,
            log_config=None,
            access_log=False,  # addresses of requests may hold variables
            server_header=False,
            http=BoundedProtocol,
            ws="websockets-sansio",
            ws_max_size=65_536,
            timeout_worker_healthcheck=60,  # a new process answers when it has read all its code
            timeout_graceful_shutdown=10,
        )


@contextmanager
def counting_together(workers: int) -> Iterator[None]:
    """Let several processes keep their counts in one folder, which goes with them."""
    if workers == 1:
        yield
        return
    with TemporaryDirectory() as folder:
        share_counts(folder)
        yield

"""The server of the API: one process, or several that share their figures."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import uvicorn

from models.errors import InvalidInput
from schema.heads import BoundedProtocol
from schema.logs import write_logs
from schema.serving import check_address, only_server
from schema.settings import settings, share_counts


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

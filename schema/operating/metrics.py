"""Figures for Prometheus: requests of all processes of this server, and how things stand.

Each process counts for itself. Where a server has several, they share a folder in which each keeps
its counts, and whichever is asked adds them up (see `share_counts` in `schema.settings`).
"""

import hmac
from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from resolvers.operating import Standing
from schema.doors.presented import bearer_token
from schema.settings import counts_folder

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
OTHER = "other"
"""What all other methods are called: whoever makes some up makes no new figures."""
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OWN = CollectorRegistry()
REQUESTS = Counter(
    "livionkey_requests",
    "Requests that were answered, by the first part of their path.",
    ("method", "path", "status"),
    registry=OWN,
)
SECONDS = Histogram(
    "livionkey_request_seconds",
    "How long requests took, in seconds.",
    ("path",),
    buckets=BUCKETS,
    registry=OWN,
)
GAUGES = {
    "jobs_due": "Jobs whose time has come and that nobody has claimed.",
    "jobs_failing": "Jobs whose last attempt failed.",
    "automats_connected": "Automats with credentials that are at the broker.",
    "automats_away": "Automats with credentials that are not at the broker.",
    "reports_waiting": "Reports of automats that have not taken effect.",
    "alarms": "Alarms that have not ended.",
}

Look = Callable[[], Awaitable[Standing]]


def count(method: str, path: str, status: int, seconds: float) -> None:
    """Count a request.

    Args:
        method: Of HTTP.
        path: The first part of its path, of those that there are.
        status: What it was answered with.
        seconds: How long it took.
    """
    method = method if method in METHODS else OTHER
    REQUESTS.labels(method, path, str(status)).inc()
    SECONDS.labels(path).observe(seconds)


def metrics_route(token: str, look: Look) -> Route:
    """Make the route for Prometheus, which shows the token; without it there is nothing here.

    Args:
        token: What Prometheus brings (`authorization` in its configuration).
        look: Tells how things stand.
    """

    async def metrics(request: Request) -> Response:
        brought = bearer_token(request.headers.get("authorization")) or ""
        if not hmac.compare_digest(brought.encode(), token.encode()):
            return Response(status_code=HTTPStatus.NOT_FOUND)
        body = written(await look())
        return Response(body, media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})

    return Route("/metrics", metrics)


def written(standing: Standing) -> bytes:
    """Write all figures the way Prometheus reads them."""
    now = CollectorRegistry()
    now.register(Standings(standing))
    return generate_latest(_counted()) + generate_latest(now)


def _counted() -> CollectorRegistry:
    folder = counts_folder()
    if folder is None:
        return OWN
    shared = CollectorRegistry()
    MultiProcessCollector(shared, path=folder)  # type: ignore[no-untyped-call]  # is not typed
    return shared


class Standings:
    """Tells Prometheus how things stand."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give each figure with its meaning."""
        for name, meaning in GAUGES.items():
            value = getattr(self._standing, name)
            yield GaugeMetricFamily(f"livionkey_{name}", meaning, value=value)
        oldest = self._standing.oldest_due.total_seconds()
        yield GaugeMetricFamily(
            "livionkey_oldest_due_job_seconds",
            "For how long the oldest job that is due has been so, in seconds.",
            value=oldest,
        )

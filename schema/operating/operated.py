"""What is around every answer: its id, its trace, its count, secure headers, and other sites."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute

from schema.operating.evened import Evened
from schema.operating.headers import SecureHeaders
from schema.operating.request_ids import HEADER, RequestIds
from schema.operating.tracing import Traced, provider_for
from schema.operating.watched import Watched, first_part
from schema.settings import Settings

CORS: dict[str, Any] = {
    "allow_methods": ("GET", "POST", "PUT"),
    "allow_headers": ("authorization", "content-type", HEADER),
    "expose_headers": (HEADER, "retry-after"),
    "allow_credentials": False,
}


@dataclass(frozen=True, slots=True)
class Operated:
    """How a server is operated.

    Args:
        is_https: Whether people reach it by https alone.
        logs_requests: Whether each request is logged.
        origins: The sites whose pages may ask; cookies are never taken from them.
        tracer: What makes spans, of OpenTelemetry; None for no traces.
    """

    is_https: bool = False
    logs_requests: bool = False
    origins: Sequence[str] = ()
    tracer: Any = None

    def layers(self, routes: Iterable[BaseRoute]) -> list[Middleware]:
        """List what is around the routes, the outermost first."""
        paths = frozenset(first_part(getattr(route, "path", "/")) for route in routes)
        found = [Middleware(RequestIds)]
        if self.tracer is not None:
            found.append(Middleware(Traced, provider=self.tracer))
        found += [
            Middleware(Watched, paths=paths, logs=self.logs_requests),
            Middleware(SecureHeaders, is_https=self.is_https),
            Middleware(Evened),
        ]
        if self.origins:
            found.append(Middleware(CORSMiddleware, allow_origins=self.origins, **CORS))
        return found


def operated_by(current: Settings, public_url: str) -> Operated:
    """Take it from the settings.

    Raises:
        InvalidInput: Traces are wanted, and their packages are not there.
    """
    return Operated(
        is_https=public_url.startswith("https:"),
        logs_requests=current.log_requests,
        origins=current.origins,
        tracer=provider_for(current.otlp_endpoint) if current.otlp_endpoint else None,
    )

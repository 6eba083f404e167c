"""Traces for OpenTelemetry, where they are wanted: one span for each request.

The packages are an extra (`pip install livionkey[tracing]`), so they are looked for by name. A span
says what the log says: method, first part of the path, status and the request's id.
"""

from importlib import import_module
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import InvalidInput
from schema.operating.request_ids import current_request_id
from schema.operating.watched import first_part

SERVICE = "livionkey"
MISSING = (
    "LIVIONKEY_OTLP_ENDPOINT: the packages for traces are not there; install the extra `tracing`, "
    "or leave it out."
)


def provider_for(endpoint: str) -> Any:
    """Make what sends spans to a collector.

    Raises:
        InvalidInput: The packages are not installed.
    """
    try:
        exporter = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        resources = import_module("opentelemetry.sdk.resources")
        trace = import_module("opentelemetry.sdk.trace")
        export = import_module("opentelemetry.sdk.trace.export")
    except ModuleNotFoundError as error:
        raise InvalidInput(MISSING) from error
    provider = trace.TracerProvider(resource=resources.Resource.create({"service.name": SERVICE}))
    sender = exporter.OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")
    provider.add_span_processor(export.BatchSpanProcessor(sender))
    return provider


class Traced:
    """Makes a span of each request.

    Args:
        app: What answers.
        provider: Of OpenTelemetry.
    """

    def __init__(self, app: ASGIApp, *, provider: Any) -> None:
        self._app = app
        self._tracer = provider.get_tracer(SERVICE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request within a span."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = first_part(scope["path"])
        with self._tracer.start_as_current_span(f"{scope['method']} {path}") as span:
            span.set_attribute("http.request.method", scope["method"])
            span.set_attribute("http.route", path)
            span.set_attribute("livionkey.request_id", current_request_id() or "")

            async def see(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self._app(scope, receive, see)

"""Operating a server: what is logged and counted, what browsers are told, what is refused."""

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from commands import CommandLine
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families
from serving import new_token, serving
from small_api import client_of, small_app
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from models.errors import InvalidInput
from schema.operating.evened import Evened
from schema.operating.logs import JsonFormatter
from schema.operating.metrics import metrics_route
from schema.operating.operated import Operated
from schema.operating.request_ids import HEADER
from schema.setting_groups.operating import OperatingSettings
from schema.settings import Settings, settings

METRICS_TOKEN = "prometheus-and-nobody-else"  # of these tests alone  # noqa: S105
SITE = "https://desk.example.com"
ASK = {"query": "{ __typename }"}
MARKER = "739184625"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Gather what is logged, as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("schema.operating.watched")
    logger.addHandler(handler)
    level, logger.level = logger.level, logging.INFO
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(level)


async def test_a_line_of_json_says_what_was_answered_and_never_what_was_asked(
    logged: io.StringIO,
) -> None:
    async with client_of(small_app(operated=Operated(logs_requests=True))) as client:
        headers = {HEADER: "from-the-proxy"}
        await client.post(f"/graphql?pin={MARKER}", json=ASK, headers=headers)
        await client.get(f"/{MARKER}/nowhere")

    asked, stray = map(json.loads, logged.getvalue().splitlines())
    assert asked["request_id"] == "from-the-proxy"
    assert (asked["method"], asked["path"], asked["status"]) == ("POST", "/graphql", 200)
    assert asked["milliseconds"] >= 0
    assert (stray["path"], stray["status"]) == ("/...", 404)
    assert MARKER not in logged.getvalue()


async def test_a_span_says_the_same() -> None:
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    async with client_of(small_app(operated=Operated(tracer=provider))) as client:
        await client.post(f"/graphql?pin={MARKER}", json=ASK, headers={HEADER: "traced"})

    (span,) = spans.get_finished_spans()
    assert span.name == "POST /graphql"
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "/graphql",
        "http.response.status_code": 200,
        "livionkey.request_id": "traced",
    }


@pytest.mark.parametrize("is_https", [True, False])
async def test_browsers_are_told_to_be_careful_with_every_answer(*, is_https: bool) -> None:
    async with client_of(small_app(operated=Operated(is_https=is_https))) as client:
        answers = [
            await client.post("/graphql", json=ASK),
            await client.get("/health"),
            await client.get("/nowhere"),
        ]

    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert ("strict-transport-security" in answer.headers) == is_https


async def test_only_the_sites_that_are_named_may_ask_and_never_with_cookies() -> None:
    async def preflight(client: httpx2.AsyncClient, site: str) -> httpx2.Response:
        wanted = {"access-control-request-method": "POST", "origin": site}
        return await client.options("/graphql", headers=wanted)

    async with client_of(small_app(operated=Operated(origins=[SITE]))) as client:
        ours = await preflight(client, SITE)
        theirs = await preflight(client, "https://elsewhere.example.com")
    async with client_of(small_app()) as client:
        nobodys = await preflight(client, SITE)

    assert ours.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in ours.headers
    for refused in (theirs, nobodys):
        assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cors_origins", "*"),
        ("cors_origins", "https://a.example.com/path"),
        ("cors_origins", "http://a.example.com"),
        ("metrics_token", "short"),
        ("otlp_endpoint", "collector:4318"),
    ],
)
def test_what_would_open_a_hole_is_no_setting(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        OperatingSettings(**{name: value})


def test_all_that_is_wrong_with_the_settings_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = {"PORT": MARKER, "CORS_ORIGINS": "*", "METRICS_TOKEN": "short", "LOG_FORMAT": "xml"}
    for name, value in wrong.items():
        monkeypatch.setenv(f"LIVIONKEY_{name}", value)

    with pytest.raises(InvalidInput) as refused:
        settings.__wrapped__()

    assert set(re.findall(r"LIVIONKEY_([A-Z_]+):", refused.value.message)) == set(wrong)
    assert MARKER not in refused.value.message


async def test_without_its_token_there_are_no_figures() -> None:
    async def look() -> None:
        raise AssertionError

    route = metrics_route(METRICS_TOKEN, look)  # type: ignore[arg-type]  # is never called
    async with client_of(small_app(routes=[route])) as client:
        for headers in ({}, {"authorization": "Bearer wrong"}):
            assert (await client.get("/metrics", headers=headers)).status_code == 404


def figures(text: str) -> dict[str, float]:
    """Add up the samples of each name."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0.0) + sample.value
    return found


def test_processes_count_together_and_say_how_things_stand(own_url: str, tmp_path: Path) -> None:
    said = {"database_url": own_url, "metrics_token": METRICS_TOKEN, "log_format": "json"}
    commands = CommandLine(tmp_path, said)
    token = new_token(commands)
    workers = ("--workers", "2") if own_url.startswith("postgresql") else ()

    with serving(commands, *workers, token=token) as server:
        for _ in range(20):
            server.ask("{ __typename }")
        bearer = {"authorization": f"Bearer {METRICS_TOKEN}"}
        told = httpx2.get(f"http://127.0.0.1:{server.port}/metrics", headers=bearer)

    found = figures(told.text)
    assert found["livionkey_requests_total"] >= 20
    assert found["livionkey_request_seconds_count"] >= 20
    assert found["livionkey_jobs_due"] >= 0
    assert found["livionkey_automats_connected"] == 0
    assert token not in told.text
    log = (commands.folder / "log").read_text()
    assert all(json.loads(line)["level"] for line in log.splitlines())


def test_the_settings_of_operating_are_settings() -> None:
    assert set(OperatingSettings.model_fields) < set(Settings.model_fields)


@pytest.mark.parametrize(("long_seconds", "told"), [(0.0, "close"), (3_600.0, None)])
async def test_of_long_answers_at_once_the_first_ends_its_connection_and_the_last_stays(
    long_seconds: float, told: str | None
) -> None:
    both_are_here = asyncio.Barrier(2)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/both":
            await both_are_here.wait()
        await Response()(scope, receive, send)

    async with client_of(Evened(answer, long_seconds=long_seconds)) as client:
        alone = await client.get("/alone")
        both = await asyncio.gather(client.get("/both"), client.get("/both"))

    assert "connection" not in alone.headers
    found = [one.headers.get("connection") for one in both]
    assert found in ([told, None], [None, told])

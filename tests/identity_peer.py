"""A real identity provider in a process of its own, a signing process, and a browser for both."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx2
from agreeing import contact_of, make_contract
from outsides import PUBLIC_URL
from starlette.applications import Starlette
from talking import Client

from models.base import Json
from models.contracts import Verification
from models.events import Event, EventKind
from models.signing import (
    Identification,
    SigningMethod,
    SigningProcess,
    SigningPurpose,
    SigningState,
)
from resolvers.identifying import identity_of
from resolvers.outside.identity import IdentityProvider, Registration
from resolvers.outside.ports import Outside
from resolvers.outside.secret import digest_of, new_secret
from resolvers.work import Work
from schema.context import clock
from schema.web.identity_routes import identity_routes
from schema.web.public_requests import PROOF_COOKIE

AINO = {"sub": "aino-1", "name": "Aino Virtanen", "acr": "substantial"}
NAMELESS = {"sub": "nameless"}
CLIENT = "livionkey"
HOUR = timedelta(hours=1)
NOW = timedelta(0)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def running_provider(*options: str) -> Iterator[str]:
    """Run a provider that knows Aino and somebody without a name; give its issuer."""
    port = free_port()
    users = [f"--user-claims={json.dumps(user)}" for user in (AINO, NAMELESS)]
    command = [sys.executable, "-m", "oidc_provider_mock", f"--port={port}", "--host=localhost"]
    provider = subprocess.Popen(  # noqa: S603 - our own words
        [*command, *users, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(f"http://localhost:{port}/jwks")
        yield f"http://localhost:{port}"
    finally:
        provider.terminate()
        provider.wait()


def wait_for(address: str) -> None:
    for _ in range(600):
        try:
            httpx2.get(address, trust_env=False)
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    message = f"{address} does not answer"
    raise TimeoutError(message)


def provider_at(issuer: str, *, acr_values: tuple[str, ...] = ()) -> IdentityProvider:
    """Know a provider the way the settings would make it known."""
    ours = Registration(CLIENT, "a secret: /?%", acr_values, f"{PUBLIC_URL}/public/identified")
    return IdentityProvider(issuer, ours, timeout_seconds=5)


async def make_process(client: Client, **given: object) -> tuple[SigningProcess, str]:
    """Offer a contract to be signed with strong authentication; give the secret of the link."""
    secret = new_secret()
    async with client.working() as work:
        contract = await make_contract(work, verification=Verification.STRONG)
        usual = {
            "organization_id": contract.organization_id,
            "key_contract_id": contract.id,
            "revision": 1,
            "purpose": SigningPurpose.HANDOVER,
            "method": SigningMethod.LINK,
            "verification": Verification.STRONG,
            "state": SigningState.OFFERED,
            "contact_id": (await contact_of(work, contract)).id,
            "language": "fi",
            "secret_digest": digest_of(secret),
            "created_at": work.now,
            "expires_at": work.now + HOUR,
            "content": {},
            "content_digest": "",
        }
        process = SigningProcess(**(usual | given))
        await work.add(process)
    return process, secret


@dataclass
class Clock:
    """A clock that a test can put forward."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return clock() + self.ahead


@dataclass
class Browser:
    """The browser of a signer, which keeps its cookies."""

    http: httpx2.AsyncClient
    clock: Clock = field(default_factory=Clock)

    @property
    def proof(self) -> str | None:
        """What it keeps since somebody identified themselves in it."""
        return self.http.cookies.get(PROOF_COOKIE)

    async def identify(self, secret: str, **headers: str) -> httpx2.Response:
        """Do what the signing page does."""
        sent = {"authorization": f"Bearer {secret}", **headers}
        return await self.http.post("/public/signing/identify", headers=sent)

    async def go(self, secret: str) -> str:
        """Give the address of the provider."""
        answer = await self.identify(secret)
        assert answer.status_code == 200, answer.text
        url: str = answer.json()["url"]
        return url

    async def come_back(self, address: str) -> str:
        """Come back from the provider, and give what became of it."""
        answer = await self.http.get(address)
        assert answer.status_code == 303
        page, _, outcome = answer.headers["location"].partition("?identity=")
        assert page == f"{PUBLIC_URL}/sign"
        return outcome


def browser(client: Client, provider: IdentityProvider | None) -> Browser:
    """Open a browser at the application, with a provider behind it."""
    outside: Outside = replace(client.outside, identity=provider)
    now = Clock()
    app = Starlette(routes=identity_routes(client.database, outside, now=now))
    transport = httpx2.ASGITransport(app=app)
    return Browser(httpx2.AsyncClient(transport=transport, base_url=PUBLIC_URL), now)


async def at_the_provider(url: str, **form: str) -> str:
    """Fill in the provider's form, and give the address to which it sends the browser back."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.post(url, data=form or {"sub": AINO["sub"]})
    assert answer.status_code == 302, answer.text
    address: str = answer.headers["location"]
    return address


def changed(url: str, **parameters: str) -> str:
    """Write other parameters into an address."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | parameters
    return urlunsplit(parts._replace(query=str(httpx2.QueryParams(query))))


def asked_in(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


async def identity(client: Client, process: SigningProcess) -> Json | None:
    """Read who is known to have come back for a process, in whatever browser."""
    async with client.working() as work:
        trips = await work.all(work.own(Identification))
    known = [one.identity for one in trips if one.process_id == process.id and one.identity]
    assert len(known) <= 1
    return known[0] if known else None


async def counting(
    client: Client, process: SigningProcess, proof: str | None, later: timedelta = NOW
) -> Json | None:
    """Read which identity counts in a browser that keeps a proof."""
    async with client.working() as work:
        at = Work(work.session, work.actor, clock() + later)
        return await identity_of(at, process, proof)


async def events(client: Client) -> list[tuple[EventKind, dict[str, Any]]]:
    kinds = [EventKind.IDENTITY_CONFIRMED, EventKind.IDENTITY_REFUSED]
    async with client.working() as work:
        found = await work.all(work.own(Event).where(Event.kind.in_(kinds)).order_by(Event.id))
    return [(one.kind, one.facts) for one in found]


async def reasons(client: Client) -> list[str]:
    found = await events(client)
    assert {kind for kind, _ in found} <= {EventKind.IDENTITY_REFUSED}
    return [facts["reason"] for _, facts in found]

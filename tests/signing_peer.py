"""A server that speaks to the pages as ours does, with every kind of process in it; real HTTP."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import strawberry
from small_api import nothing_missing
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from schema.app import create_app
from schema.doors.presented import Presented
from schema.errors import UserError
from schema.guards.guarded import GuardedSchema
from schema.web.pages import page_routes

SECRET = "s" * 43
CONTRACT_SECRET = "c" * 43
PAIRING_CODE = "KIOSK-42"
STATION_TOKEN = "lk_station"  # noqa: S105 - opens nothing
PDF = b"%PDF-1.7\nWhat is offered.\n%%EOF\n"
DIGEST = hashlib.sha256(PDF).hexdigest()
NASTY = "<script>document.title='taken over'</script><img src=x onerror=alert(1)>"
WORDS = " ".join(["The holder keeps the key safe and gives it to nobody else."] * 12)


def span(text: str, **style: bool) -> dict[str, Any]:
    return {"text": text, "strong": False, "emphasis": False, **style}


def agreement(name: str, *, mandatory: bool = True) -> dict[str, Any]:
    """Write an agreement that is longer than a screen, with every kind of block in it."""
    paragraph = {"kind": "paragraph", "spans": [span(WORDS)]}
    return {
        "name": name,
        "title": name,
        "version": 3,
        "language": "en",
        "mandatory": mandatory,
        "blocks": [
            {"kind": "heading", "level": 1, "spans": [span("What is agreed")]},
            *[paragraph] * 6,
            {"kind": "heading", "level": 2, "spans": [span("In short")]},
            {
                "kind": "list",
                "ordered": True,
                "items": [[span("Lost: "), span("tell us", strong=True)], [span(NASTY)]],
            },
            {"kind": "paragraph", "spans": [span("Thank you", emphasis=True)]},
        ],
    }


def content() -> dict[str, Any]:
    return {
        "language": "en",
        "title": "Key contract",
        "contract": {
            "reference": "KC-7H2K9QZX",
            "keys": [{"code": "A15", "kind": "MECHANICAL", "entities": ["A 15", "Cellar"]}],
            "contacts": ["Aino Virtanen"],
            "startsAt": "2027-06-01T12:00:00Z",
            "endsAt": "2027-06-03T12:00:00Z",
            "startsAtLocal": "2027-06-01 15:00",
            "endsAtLocal": "2027-06-03 15:00",
            "timeZone": "Europe/Helsinki",
            "pickUpInformation": None,
            "organization": "Kotikatu Isännöinti",
            "accessSchedule": {"timeZone": "Europe/Paris", "lines": ["Mon 08:00-17:00"]},
        },
        "agreements": [agreement("House rules"), agreement("Newsletter", mandatory=False)],
        "purpose": "HANDOVER",
    }


@dataclass
class Peer:
    """What the server knows, and what it was sent."""

    state: str = "OFFERED"
    verification: str = "SIGNATURE"
    purpose: str = "HANDOVER"
    language: str = "en"
    identity: dict[str, str] | None = None
    identification: str = "confirmed"
    digest: str = DIGEST
    content: dict[str, Any] = field(default_factory=content)
    contract: dict[str, Any] = field(default_factory=dict)
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    looks: int = 0
    prepared_after: int = 2
    refuses: tuple[int, str] | None = None
    at_station: str | None = None
    beats: int = 0
    connections: int = 0

    def process(self) -> dict[str, Any]:
        self.looks += 1
        if self.state == "PREPARING" and self.looks > self.prepared_after:
            self.state = "OFFERED"
        return {
            "state": self.state,
            "purpose": self.purpose,
            "verification": self.verification,
            "method": "LINK",
            "language": self.language,
            "expiresAt": "2027-06-08T12:00:00Z",
            "document": self.content,
            "documentDigest": None if self.state == "PREPARING" else self.digest,
            "contact": {"name": "Aino Virtanen"},
            "identity": self.identity,
            "pdf": "/public/signing/document",
        }

    def end(self, state: str) -> Response:
        self.state = state
        self.at_station = None
        return JSONResponse({"state": state})

    async def signing(self, request: Request) -> Response:
        """Answer like /public/signing and what is below it."""
        act = request.url.path.rpartition("/")[2]
        if request.headers.get("authorization") != f"Bearer {SECRET}":
            return refusal(404, "LINK_NOT_VALID")
        body = await request.json()
        self.sent.append((act, body))
        if act == "signing":
            return JSONResponse(self.process())
        return refusal(*self.refuses) if self.refuses else self.answer(act, body, request)

    def answer(self, act: str, body: dict[str, Any], request: Request) -> Response:
        match act:
            case "document":
                return Response(PDF, media_type="application/pdf")
            case "identify":
                return JSONResponse({"url": f"{request.base_url}identified"})
            case "sign" if body["documentDigest"] != self.digest:
                return refusal(409, "INVALID_INPUT")
        return self.end("SIGNED" if act == "sign" else "DECLINED")

    async def identified(self, _request: Request) -> Response:
        """Stand for the identity provider, which sends the browser back."""
        if self.identification == "confirmed":
            self.identity = {"name": "Aino Maria Virtanen"}
        return RedirectResponse(f"/sign?identity={self.identification}", 303)

    async def look(self, request: Request) -> Response:
        """Answer like /public/contract and what is below it."""
        if request.headers.get("authorization") != f"Bearer {CONTRACT_SECRET}":
            return refusal(404, "LINK_NOT_VALID")
        if request.url.path.endswith("/sign"):
            return refusal(*self.refuses) if self.refuses else JSONResponse({"secret": SECRET})
        return JSONResponse(self.contract)

    async def pair(self, request: Request) -> Response:
        """Answer like /public/station/pair."""
        if (await request.json()) != {"code": PAIRING_CODE}:
            return refusal(404, "LINK_NOT_VALID")
        return JSONResponse({"token": STATION_TOKEN, "name": "Reception"})

    async def authenticate(self, presented: Presented) -> "Peer | None":
        return self if presented.token == STATION_TOKEN else None

    def app(self) -> Starlette:
        """Make the application: our own pages, and what they ask."""
        acts = ("", "/document", "/sign", "/decline", "/identify")
        routes = [
            *page_routes(),
            *(Route(f"/public/signing{act}", self.signing, methods=["POST"]) for act in acts),
            Route("/identified", self.identified),
            Route("/public/contract", self.look, methods=["POST"]),
            Route("/public/contract/sign", self.look, methods=["POST"]),
            Route("/public/station/pair", self.pair, methods=["POST"]),
        ]
        return create_app(
            SCHEMA,
            authenticate=self.authenticate,
            make_context=lambda _request, peer: peer,
            what_is_missing=nothing_missing,
            routes=routes,
        )

    @staticmethod
    def a_contract() -> dict[str, Any]:
        """Write what /public/contract answers."""
        facts = content()["contract"]
        shown = ("reference", "organization", "startsAt", "endsAt", "timeZone", "pickUpInformation")
        locker = {
            "automat": "Asema",
            "address": "Rautatientori 1, Helsinki",
            "latitude": 60.171873,
            "longitude": 24.941422,
            "locker": 7,
            "pin": "482913",
            "pinFrom": "2027-05-31T12:00:00Z",
            "from": "2027-06-01T12:00:00Z",
            "until": "2027-06-03T12:00:00Z",
            "kind": "DEFAULT",
        }
        return {
            **{name: facts[name] for name in (*shown, "startsAtLocal", "endsAtLocal")},
            "nextOpenings": None,
            "keys": [{"code": "A15", "entities": ["A 15"]}],
            "language": "en",
            "status": "UPCOMING",
            "lockers": [locker],
            "signing": None,
            "signedDocument": None,
        }

    def picture(self) -> bytes:
        """Give the signature that was sent last."""
        _, body = self.sent[-1]
        head, _, data = body["picture"].partition(",")
        assert head == "data:image/png;base64"
        return base64.b64decode(data)


def refusal(status: int, code: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": "In our words."}}, status)


Info = strawberry.Info[Peer, None]


@strawberry.type
class Query:
    nothing: str = ""


@strawberry.type
class StationProcess:
    id: strawberry.ID
    secret: str | None


@strawberry.input
class HeartbeatInput:
    idempotency_key: str | None = None


@strawberry.type
class Beat:
    user_errors: list[UserError]


@strawberry.type
class Mutation:
    @strawberry.mutation
    def signature_station_heartbeat(self, info: Info, input: HeartbeatInput) -> Beat:
        info.context.beats += 1
        return Beat(user_errors=[])


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def station_process(self, info: Info) -> AsyncIterator[StationProcess | None]:
        peer = info.context
        peer.connections += 1
        before: str | None = "unknown"
        while peer.connections >= 0:
            if peer.at_station != before:
                before = peer.at_station
                yield StationProcess(id=strawberry.ID("1"), secret=before) if before else None
            await asyncio.sleep(0.05)


SCHEMA = GuardedSchema(Query, Mutation, Subscription)

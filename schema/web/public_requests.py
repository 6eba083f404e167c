"""Requests of people without a token: who sends them, what is in them, and how they are answered.

Whoever signs brings a secret in `Authorization: Bearer`, never in an address, which is logged and
passed on. Everything is asked by POST, so nothing happens by opening an address. A page of another
site cannot ask (Fetch Metadata, `Origin`), and nothing is kept by anybody on the way.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import orjson
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from models.errors import ErrorCode, InvalidInput, LivionKeyError
from resolvers.signing.signatures import DocumentChanged
from schema.answers import Refused
from schema.doors.presented import bearer_token
from schema.guards.limits import OPERATION_SECONDS
from schema.guards.masking import shown

MAX_BODY_BYTES = 400_000
PROOF_COOKIE = "livionkey_identified"
"""Holds the proof that somebody identified themselves in this browser, for requests that sign."""
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
STATUSES = {
    ErrorCode.LINK_NOT_VALID: HTTPStatus.NOT_FOUND,
    ErrorCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorCode.ALREADY_SIGNED: HTTPStatus.CONFLICT,
    ErrorCode.NOT_IDENTIFIED: HTTPStatus.FORBIDDEN,
    ErrorCode.ENROLMENT_REFUSED: HTTPStatus.FORBIDDEN,
    ErrorCode.SIGN_IN_REFUSED: HTTPStatus.FORBIDDEN,
}
"""What HTTP calls a broken rule; 422 where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may be answered.

    Args:
        body: The fields that it has; none when it has no body.
        secret: What it brings to show that it may; None when it brings nothing.
        address: The network address that it comes from.
        device: What the browser calls itself.
        request: All of it.
        proof: What the browser keeps since somebody identified themselves in it; None if nobody.
    """

    body: dict[str, Any]
    secret: str | None
    address: str | None
    device: str | None
    request: Request
    proof: str | None = field(default=None, repr=False)

    def text(self, name: str) -> str:
        """Give a field that has to be a text.

        Raises:
            InvalidInput: It is missing, or something else.
        """
        value = self.body.get(name)
        if not isinstance(value, str):
            raise InvalidInput(f"The field {name} has to be a text.", path=(name,))
        return value

    def flag(self, name: str) -> bool:
        """Give a field that is true or false, and false when it is missing.

        Raises:
            InvalidInput: It is something else.
        """
        value = self.body.get(name, False)
        if not isinstance(value, bool):
            raise InvalidInput(f"The field {name} has to be true or false.", path=(name,))
        return value

    def numbers(self, name: str) -> list[int]:
        """Give a field that has to be a list of whole numbers.

        Raises:
            InvalidInput: It is missing, or something else.
        """
        value = self.body.get(name)
        if not isinstance(value, list) or any(type(one) is not int for one in value):
            raise InvalidInput(f"The field {name} has to be a list of numbers.", path=(name,))
        return value


Answer = Callable[[Asked], Awaitable[dict[str, Any] | Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def answered_by(answer: Answer, *, public_url: str) -> Endpoint:
    """Make an endpoint of what answers a request; broken rules come back with their code.

    Args:
        answer: Answers with JSON, or with a response of its own.
        public_url: How people reach this server: pages from there may ask.
    """

    async def endpoint(request: Request) -> Response:
        try:
            async with asyncio.timeout(OPERATION_SECONDS):
                check_origin(request, public_url)
                found = await answer(await read(request))
        except Refused as refusal:
            return refused(refusal.status, refusal.code, str(refusal), **refusal.headers)
        except LivionKeyError as error:
            return broken(error)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except TimeoutError:
            message = f"It took longer than {OPERATION_SECONDS} seconds and was given up."
            return refused(HTTPStatus.SERVICE_UNAVAILABLE, "TIMEOUT", message)
        except Exception as error:  # noqa: BLE001  # whatever it is: logged, and shown as nothing
            masked = shown(GraphQLError("", original_error=error))
            return refused(HTTPStatus.INTERNAL_SERVER_ERROR, "INTERNAL", masked.message)
        return found if isinstance(found, Response) else JSONResponse(found, headers=HEADERS)

    return endpoint


def status_of(error: LivionKeyError) -> int:
    """Tell what HTTP calls a broken rule."""
    if isinstance(error, DocumentChanged):
        return HTTPStatus.CONFLICT
    return STATUSES.get(error.code, HTTPStatus.UNPROCESSABLE_ENTITY)


def broken(error: LivionKeyError) -> Response:
    """Say in JSON which rule was broken, and by which field where one is to blame."""
    said: dict[str, Any] = {"code": error.code.name, "message": error.message}
    if error.path:
        said["path"] = list(error.path)
    return JSONResponse({"error": said}, status_of(error), HEADERS)


def refused(status: int, code: str, message: str, **headers: str) -> Response:
    """Say in JSON why not."""
    body = {"error": {"code": code, "message": message}}
    return JSONResponse(body, status, {**HEADERS, **headers})


def check_origin(request: Request, public_url: str) -> None:
    """Refuse what a page of another site asks for.

    Raises:
        Refused: It does.
    """
    origin = request.headers.get("origin")
    ours = {origin_of(public_url), origin_of(str(request.base_url)), None}
    if origin not in ours or request.headers.get("sec-fetch-site") == "cross-site":
        message = "Only pages of this server may ask for that."
        raise Refused(HTTPStatus.FORBIDDEN, message, code=ErrorCode.NOT_ALLOWED.name)


def origin_of(url: str) -> str:
    """Give the origin of an address, as browsers write it (RFC 6454)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


async def read(request: Request) -> Asked:
    """Read a request, as far as one may go.

    Raises:
        Refused: It is larger than 400 kB.
        InvalidInput: It is no JSON object.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            message = f"The request is larger than {MAX_BODY_BYTES} bytes."
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
    return Asked(
        body=fields_of(bytes(body)),
        secret=bearer_token(request.headers.get("authorization")),
        address=request.client.host if request.client else None,
        device=request.headers.get("user-agent"),
        request=request,
        proof=request.cookies.get(PROOF_COOKIE),
    )


def fields_of(body: bytes) -> dict[str, Any]:
    """Read the fields of a body; nothing at all is no field.

    Raises:
        InvalidInput: It is no JSON object. The message does not repeat it.
    """
    if not body:
        return {}
    try:
        fields = orjson.loads(body)
    except ValueError:
        raise InvalidInput("The request is no JSON.") from None
    if not isinstance(fields, dict):
        raise InvalidInput("The request has to be a JSON object.")
    return fields

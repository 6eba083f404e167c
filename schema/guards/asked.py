"""What a request asks for, as GraphQL over HTTP writes it: read, and refused where it is not that.

One request asks for one operation: batches are refused, as each of theirs would have to be counted
and cut off by itself, and HTTP/2 sends many requests over one connection anyway.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import Request

from schema.answers import Refused

JSON_TYPE = "application/json"
DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.IGNORECASE)
ONE_OPERATION = "One request asks for one operation; send several requests."
FILES_GO_ELSEWHERE = (
    "Files are not sent with GraphQL: `attachmentRequest` gives an `uploadUrl` for them."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation that somebody asks for.

    Args:
        query: The document; None where only its digest is sent.
        variables: Values for it.
        operation_name: Which of its operations.
        digest: SHA-256 of the document, in hexadecimal.
        tells_cost: Whether the answer is to say what it cost.
    """

    query: str | None
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    digest: str | None = None
    tells_cost: bool = False


async def asked_in(request: Request, body: Callable[[], Awaitable[bytes]]) -> Asked:
    """Read what a request asks for.

    Raises:
        Refused: It cannot be read, or is too large.
    """
    if request.method == "GET":
        return asked(in_address(request.query_params))
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type.startswith("multipart/"):
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, FILES_GO_ELSEWHERE)
    if content_type != JSON_TYPE:
        raise wrong(f"The body of a request is of the type {JSON_TYPE}.")
    return asked(read_json(await body(), "body of the request"))


def in_address(parameters: Mapping[str, str]) -> dict[str, Any]:
    """Read what stands in the address of a GET."""
    given: dict[str, Any] = dict(parameters)
    for name in ("variables", "extensions"):
        given[name] = read_json(given[name], f"parameter `{name}`") if given.get(name) else None
    return given


def read_json(text: str | bytes, what: str) -> Any:
    """Read JSON.

    Raises:
        Refused: It is none.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise wrong(f"The {what} is not JSON.") from error


def asked(given: Any) -> Asked:
    """Read the parameters of a request; also those of an operation over WebSocket.

    Raises:
        Refused: One of them is not of its type, or there are several operations.
    """
    if isinstance(given, list):
        raise wrong(ONE_OPERATION)
    if not isinstance(given, dict):
        raise wrong("The body of a request is a JSON object.")
    extensions = part(given, "extensions", dict) or {}
    return Asked(
        query=part(given, "query", str),
        variables=part(given, "variables", dict),
        operation_name=part(given, "operationName", str),
        digest=digest_in(given, extensions),
        tells_cost=extensions.get("cost") is True,
    )


def digest_in(given: dict[str, Any], extensions: dict[str, Any]) -> str | None:
    """Find the digest of a document: in `documentId`, or as Apollo's clients write it.

    Raises:
        Refused: It is not a digest.
    """
    persisted = part(extensions, "persistedQuery", dict) or {}
    written = part(given, "documentId", str) or part(persisted, "sha256Hash", str)
    if written is None:
        return None
    found = DIGEST.fullmatch(written)
    if found is None:
        raise wrong("A document's id is sha256: and 64 hexadecimal digits.")
    return found[1].lower()


def part(given: dict[str, Any], name: str, type_: type[Any]) -> Any:
    """Take a parameter, which may be left out or null.

    Raises:
        Refused: It is not of its type.
    """
    value = given.get(name)
    if value is not None and not isinstance(value, type_):
        what = "an object" if type_ is dict else "a string"
        raise wrong(f"`{name}` is {what} or null.")
    return value


def wrong(message: str) -> Refused:
    """Refuse a request that cannot be read."""
    return Refused(HTTPStatus.BAD_REQUEST, message)

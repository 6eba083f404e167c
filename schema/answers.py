"""How answers are written: GraphQL over HTTP's two media types, its errors, its statuses."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.responses import Response
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult

from schema.guards.masking import INVALID_INPUT

JSON, GRAPHQL_JSON = "application/json", "application/graphql-response+json"
ANSWER_HEADERS = {
    "cache-control": "no-store",  # answers hold PINs
    "vary": "Accept",
    "x-content-type-options": "nosniff",
}


class Refused(Exception):
    """The request is not one that can be executed.

    Args:
        status: What HTTP calls it.
        message: One plain sentence.
        code: For `extensions`.
        headers: More headers of the answer.
        more: More for `extensions`.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = INVALID_INPUT,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.headers = headers or {}
        self.more = more or {}
        super().__init__(message)

    def body(self) -> GraphQLHTTPResponse:
        """Say it in GraphQL's form."""
        return {"errors": [{"message": str(self), "extensions": self.extensions}]}

    @property
    def extensions(self) -> dict[str, Any]:
        """What programs decide by."""
        return {"code": self.code, **self.more}


def response_media_type(accepted: str) -> str:
    """Choose the better liked of the two media types; JSON for those who do not know the newer."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _, parameters = part.partition(";")
        quality = re.search(r"\bq=(\d*\.?\d+)", parameters)
        weights[name.strip()] = float(quality[1]) if quality else 1.0
    newer = weights.get(GRAPHQL_JSON, 0)
    older = weights.get(JSON, weights.get("*/*", 0))
    return GRAPHQL_JSON if newer and newer >= older else JSON


def written_result(result: ExecutionResult, media_type: str) -> Response:
    """Write an operation's result; one that never began has no `data`."""
    body: GraphQLHTTPResponse = {"data": result.data}
    if result.extensions:
        body["extensions"] = result.extensions
    if result.errors is None:
        return written(body, media_type)
    errors: list[Any] = [error.formatted for error in result.errors]
    body["errors"] = errors
    if result.data is not None or any(error.path is not None for error in result.errors):
        return written(body, media_type)
    del body["data"]
    status = HTTPStatus.BAD_REQUEST if media_type == GRAPHQL_JSON else HTTPStatus.OK
    return written(body, media_type, status)


def written(
    body: GraphQLHTTPResponse,
    media_type: str,
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Write an answer."""
    return Response(
        orjson.dumps(body),
        status,
        {
            "content-type": f"{media_type}; charset=utf-8",
            **ANSWER_HEADERS,
            **(headers or {}),
        },
    )

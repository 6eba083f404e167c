"""How the addresses of files answer."""

from http import HTTPStatus

from starlette.responses import JSONResponse, Response

from models.errors import LivionKeyError

HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def refusal(
    status: HTTPStatus, error: LivionKeyError, more: dict[str, str] | None = None
) -> Response:
    """Say why not, in JSON."""
    body = {"error": {"code": error.code.name, "message": error.message}}
    return JSONResponse(body, status, HEADERS | (more or {}))

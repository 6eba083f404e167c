"""Whether a request comes from a page of ours.

A browser sends cookies by itself, whichever page asks. So whatever is done by a cookie is done for
our own pages alone, as the browser names them (RFC 6454, Fetch Metadata).
"""

from http import HTTPStatus

from starlette.requests import HTTPConnection

from models.errors import ErrorCode
from schema.answers import Refused
from schema.web.public_requests import origin_of

SAFE_METHODS = {"GET", "HEAD"}


def is_own(connection: HTTPConnection, public_url: str) -> bool:
    """Tell whether a page of ours asks: browsers say so of every POST and WebSocket.

    Args:
        connection: The request, or the upgrade to a WebSocket.
        public_url: How people reach this server.
    """
    origin = connection.headers.get("origin")
    if origin is None:
        return connection.headers.get("sec-fetch-site") == "same-origin"
    here = origin_of(str(connection.base_url))
    ours = {origin_of(public_url), here.replace("ws", "http", 1) if here[:2] == "ws" else here}
    return origin.lower() in ours


def is_from_elsewhere(connection: HTTPConnection, public_url: str) -> bool:
    """Tell whether a page of another origin asks, as far as the browser says."""
    site = connection.headers.get("sec-fetch-site", "none")
    if connection.headers.get("origin") is not None:
        return not is_own(connection, public_url)
    return site not in {"none", "same-origin"}


def check(connection: HTTPConnection, public_url: str) -> None:
    """Refuse to do anything by a cookie for a page that is not ours.

    What only looks may come without any word on where it comes from, as browsers leave that out.

    Raises:
        Refused: It is not, or may not be.
    """
    is_safe = connection.scope.get("method") in SAFE_METHODS
    if is_safe and not is_from_elsewhere(connection, public_url):
        return
    if not is_own(connection, public_url):
        message = "A session is used by pages of this server alone; others bring a token."
        raise Refused(HTTPStatus.FORBIDDEN, message, code=ErrorCode.NOT_ALLOWED.name)

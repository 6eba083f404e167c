"""OAuth 2.0 for partners' programs: access tokens for signed assertions (RFC 6749, 7523, 8414)."""

import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models.accounts import Permission
from models.database import Database
from models.partners import ACCESS_LASTS, ServiceAccount
from resolvers.outside.ports import Outside
from resolvers.partners import access_tokens, assertions, known
from resolvers.partners.access_tokens import Access
from resolvers.partners.assertions import ALGORITHMS, ClientRefused, OAuthError, refusal
from resolvers.partners.known import KnownAccount
from resolvers.work import Work
from schema.answers import Refused
from schema.context import clock
from schema.doors.throttling import Throttle
from schema.scalars import from_id

TOKEN = "/oauth/token"  # noqa: S105 - the path of an address
METADATA = "/.well-known/oauth-authorization-server"
BEARER_OF_JWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GRANT = "client_credentials"
LARGEST_FORM, MOST_FIELDS = 16_384, 20
WRONG_A_MINUTE = 60
"""So often somebody may be wrong from one address: each time signatures are verified."""
HEADERS = {"cache-control": "no-store", "pragma": "no-cache", "x-content-type-options": "nosniff"}
FORM = "application/x-www-form-urlencoded"


def oauth_routes(database: Database, outside: Outside) -> list[Route]:
    """Make the token endpoint, and the page that describes it to programs.

    Args:
        database: The doors.
        outside: The address by which clients know us.
    """
    endpoint = TokenEndpoint(database, outside.public_url)
    described = metadata(outside.public_url)

    async def describe(_request: Request) -> Response:
        return JSONResponse(described)

    return [
        Route(TOKEN, endpoint.answer, methods=["POST"]),
        Route(METADATA, describe, methods=["GET"]),
    ]


def metadata(public_url: str) -> dict[str, Any]:
    """Describe the authorization server (RFC 8414, 2)."""
    return {
        "issuer": public_url,
        "token_endpoint": f"{public_url}{TOKEN}",
        "grant_types_supported": [GRANT],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": [
            name for names in ALGORITHMS.values() for name in names
        ],
        "scopes_supported": [one.value for one in Permission],
    }


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Gives access tokens to clients that say who they are by an assertion.

    Args:
        database: The doors.
        public_url: The address by which clients know us; assertions are for it alone.
        wrong: Counts who was wrong how often.
    """

    database: Database
    public_url: str
    wrong: Throttle = field(default_factory=lambda: Throttle(WRONG_A_MINUTE))

    async def answer(self, request: Request) -> Response:
        """Answer a request for an access token."""
        address, began = request.client.host if request.client else None, time.monotonic()
        try:
            self.wrong.wrong(address, began)
            access = await self._access(await form_of(request))
        except Refused as refused:
            error = {"error": OAuthError.INVALID_REQUEST.value, "error_description": str(refused)}
            return JSONResponse(error, refused.status, {**HEADERS, **refused.headers})
        except ClientRefused as refused:
            error = {"error": refused.error.value, "error_description": str(refused)}
            is_unknown = refused.error is OAuthError.INVALID_CLIENT
            status = HTTPStatus.UNAUTHORIZED if is_unknown else HTTPStatus.BAD_REQUEST
            return JSONResponse(error, status, HEADERS)
        self.wrong.forgive(address, began)
        body = {
            "access_token": access.text,
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LASTS.total_seconds()),
            "scope": access_tokens.written(access.scopes),
        }
        return JSONResponse(body, headers=HEADERS)

    async def _access(self, form: dict[str, str]) -> Access:
        assertion = asserted(form)
        client_id = assertions.client_named_by(assertion)
        if form.get("client_id", client_id) != client_id:
            raise refusal("`client_id` is another client than that of the assertion.")
        account, now = await self._account(client_id), clock()
        audience = f"{self.public_url}{TOKEN}"
        believed = assertions.read(assertion, client_id, account, audience=audience, now=now)
        assert account is not None  # noqa: S101  # nothing is believed of nobody
        async with self.database.writing() as session:
            work = Work(session, account.actor, account.actor.time(now))
            return await access_tokens.give(work, account, believed, form.get("scope"), now)

    async def _account(self, client_id: str) -> KnownAccount | None:
        account_id = from_id(ServiceAccount, client_id)
        if account_id is None:
            return None
        async with self.database.reading() as connection:
            return await known.find(connection, account_id)


def asserted(form: dict[str, str]) -> str:
    """Find the assertion in a request for an access token.

    Raises:
        ClientRefused: Something else is asked for, or there is none.
    """
    grant = form.get("grant_type")
    if grant is None:
        raise ClientRefused(OAuthError.INVALID_REQUEST, "grant_type is missing.")
    if grant != GRANT:
        raise ClientRefused(OAuthError.UNSUPPORTED_GRANT_TYPE, f"grant_type has to be {GRANT}.")
    if form.get("client_assertion_type") != BEARER_OF_JWT:
        raise refusal(f"client_assertion_type has to be {BEARER_OF_JWT}.")
    if not form.get("client_assertion"):
        raise refusal("client_assertion is missing: a JWT that is signed by the client's key.")
    return form["client_assertion"]


async def form_of(request: Request) -> dict[str, str]:
    """Read the parameters of a request; each comes once (RFC 6749, 3.2).

    Raises:
        ClientRefused: They are not those of a form, too many, or there twice.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise ClientRefused(OAuthError.INVALID_REQUEST, f"The body has to be {FORM}.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            message = f"The request is larger than {LARGEST_FORM} bytes."
            raise ClientRefused(OAuthError.INVALID_REQUEST, message)
    try:
        found = parse_qs(body.decode("ascii"), max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise ClientRefused(OAuthError.INVALID_REQUEST, "The form cannot be read.") from error
    if any(len(values) > 1 for values in found.values()):
        raise ClientRefused(OAuthError.INVALID_REQUEST, "A parameter is there twice.")
    return {name: values[0] for name, values in found.items()}

"""The way of staff to their identity provider and back; nothing of it is there where none is set.

Whatever is wrong, they come back to the page of signing in with the same word.
"""

import asyncio
import time
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from models.database import Database
from models.errors import NotIdentified, SignInRefused
from resolvers.outside.identity import IdentityProvider
from resolvers.outside.ports import Outside
from resolvers.people import challenges, open_id
from resolvers.people.sessions import Opened
from schema.answers import Refused
from schema.context import clock
from schema.doors.session_cookies import SessionCookies
from schema.doors.throttling import Throttle
from schema.guards.limits import OPERATION_SECONDS
from schema.operating.outside import SIGNED_IN
from schema.web.identity_routes import check_origin, parameter
from schema.web.public_requests import HEADERS

BEGINS = "/sign-in/oidc"
COOKIE = "livionkey-signing-in"
PAGE = "/sign-in"
REFUSED = f"{PAGE}?oidc=refused"
WRONG_A_MINUTE = 30
"""So often somebody may come back with what is wrong: for each the provider is asked."""
LANGUAGE = "en"
"""The provider asks in this one where a browser does not say another."""


class OpenIdRoutes:
    """The endpoints of staff who sign in elsewhere.

    Args:
        database: The doors.
        outside: The secret, how people reach this server, and the provider.
        provider: Where staff sign in.
    """

    def __init__(self, database: Database, outside: Outside, provider: IdentityProvider) -> None:
        self._database = database
        self._secret = outside.secret
        self._public_url = outside.public_url
        self._provider = provider
        self._cookies = SessionCookies(outside.secret, outside.public_url)
        self._is_secure = urlsplit(outside.public_url).scheme == "https"
        self._wrong = Throttle(WRONG_A_MINUTE)

    async def go(self, request: Request) -> Response:
        """Send a browser to the provider, and let it keep what it has to bring back."""
        now = clock()
        state = challenges.new_challenge(now)
        trip = open_id.trip_with(self._secret, state)
        try:
            url = await self._provider.way_there(trip, language=language_of(request), now=now)
        except NotIdentified:
            return self._to(REFUSED)
        answer = RedirectResponse(url, HTTPStatus.SEE_OTHER, HEADERS)
        mark = challenges.mark_of(self._secret, open_id.BROWSER, state)
        self._keep(answer, mark, int(challenges.LAST.total_seconds()))
        return answer

    async def come_back(self, request: Request) -> Response:
        """Open a session for somebody who comes from the provider."""
        now = clock()
        try:
            async with asyncio.timeout(OPERATION_SECONDS):
                opened = await self._opened(request, now)
        except (NotIdentified, Refused, SignInRefused, TimeoutError):
            answer = self._to(REFUSED)
        else:
            answer = self._to(PAGE)
            self._cookies.write_session(answer, opened, now)
        self._keep(answer, "", 0)
        return answer

    async def _opened(self, request: Request, now: datetime) -> Opened:
        """Believe the browser that went, once; then ask the provider, with no transaction open."""
        address, began = request.client.host if request.client else None, time.monotonic()
        self._wrong.wrong(address, began)
        state, mark = parameter(request, "state"), request.cookies.get(self._cookie)
        lapses_at = challenges.lapses_at(self._secret, open_id.BROWSER, state, mark, now)
        if lapses_at is None or not await challenges.spend(self._database, state, lapses_at):
            raise SignInRefused
        check_origin(request, self._provider)
        trip = open_id.trip_with(self._secret, state)
        code = parameter(request, "code")
        member = await self._provider.member_who_came_back(trip, code=code, now=now)
        device = request.headers.get("user-agent")
        opened = await open_id.sign_in(self._database, member, device=device, now=now)
        self._wrong.forgive(address, began)
        return opened

    def _to(self, page: str) -> Response:
        return RedirectResponse(f"{self._public_url}{page}", HTTPStatus.SEE_OTHER, HEADERS)

    @property
    def _cookie(self) -> str:
        """Name the cookie; a neighbour below the same domain cannot set one of such a name."""
        return f"__Host-{COOKIE}" if self._is_secure else COOKIE

    def _keep(self, answer: Response, mark: str, seconds: int) -> None:
        answer.set_cookie(
            self._cookie,
            mark,
            max_age=seconds,
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="lax",  # coming back from the provider is a walk of the whole page
        )


def language_of(request: Request) -> str:
    """Give the language that a browser asks for first (RFC 9110, 12.5.4)."""
    first = request.headers.get("accept-language", "").split(",")[0].split(";")[0].strip()
    return first if first.replace("-", "").isalnum() and first.isascii() else LANGUAGE


def open_id_routes(database: Database, outside: Outside) -> list[BaseRoute]:
    """List the endpoints; none where no provider is set."""
    if outside.staff is None:
        return []
    routes = OpenIdRoutes(database, outside, outside.staff)
    return [
        Route(BEGINS, routes.go, methods=["GET"]),
        Route(SIGNED_IN, routes.come_back, methods=["GET"]),
    ]

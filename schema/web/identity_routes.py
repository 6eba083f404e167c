"""The way of a signer to the identity provider and back to the page where they sign."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from models.accounts import Actor
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.errors import LinkNotValid, NotIdentified
from resolvers import identifying
from resolvers.outside.identity import IdentityProvider, Trip
from resolvers.outside.ports import Outside
from resolvers.outside.secret import new_secret
from resolvers.work import Work
from schema.context import clock
from schema.operating.outside import IDENTIFIED
from schema.operating.request_ids import asking
from schema.web.public_requests import HEADERS, PROOF_COOKIE, Asked, answered_by

COOKIE = "livionkey_identifying"
SIGNING = "/public/signing"
LONGEST_PARAMETER = 2000
CANCELLED = "access_denied"
CONFIRMED = "confirmed"
NO_PROVIDER = "No identity provider is set up here; whoever runs this server can do that."

Done = TypeVar("Done")


def identity_routes(
    database: Database, outside: Outside, *, now: Callable[[], datetime] = clock
) -> list[Route]:
    """Make the routes; which of the pages comes next is told in `?identity=`.

    Args:
        database: The doors.
        outside: The identity provider, and the secret that its ways follow from.
        now: Tells the time.
    """
    ways = Ways(database, outside, now)
    go = answered_by(ways.go, public_url=outside.public_url)
    return [
        Route(f"{SIGNING}/identify", go, methods=["POST"]),
        Route(IDENTIFIED, ways.come_back, methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class Back:
    """Somebody who came back by a way that was theirs, in the browser that went.

    Args:
        owner: Whose contract they are to sign.
        trip_id: Which way it was.
        state: What they brought back.
        proof: What their browser keeps when it turns out who they are.
    """

    owner: Actor
    trip_id: UUID
    state: str = field(repr=False)
    proof: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ways:
    """What both routes need."""

    database: Database
    outside: Outside
    now: Callable[[], datetime]

    async def go(self, asked: Asked) -> Response:
        """Tell a signing page where its signer identifies themselves.

        Raises:
            LinkNotValid: Its secret opens nothing that can be signed.
            InvalidInput: The signing does not ask for strong authentication.
            NotIdentified: The provider does not answer, or it was tried too often.
        """
        if asked.secret is None:
            raise LinkNotValid
        trip, url = await self._way_there(asked.secret)
        answer = JSONResponse({"url": url}, headers=HEADERS)
        address = urlsplit(self.outside.public_url)
        answer.set_cookie(
            COOKIE,
            identifying.mark_of(self.outside.secret, trip.state),
            max_age=int(identifying.TRIP_LASTS.total_seconds()),
            path=f"{address.path}{IDENTIFIED}",
            secure=address.scheme == "https",
            httponly=True,
            samesite="lax",  # coming back from the provider is a walk of the whole page
        )
        return answer

    async def _way_there(self, secret: str) -> tuple[Trip, str]:
        async with self.database.reading() as connection:
            signer = await identifying.signer_with(connection, secret)
        trip = identifying.new_trip(self.outside.secret)
        url = await self._provider().way_there(trip, language=signer.language, now=self.now())
        begin = partial(identifying.begin, process_id=signer.process_id, state=trip.state)
        await self._writing(signer.owner, begin)
        return trip, url

    async def come_back(self, request: Request) -> Response:
        """Take somebody who comes from the provider back to the page where they sign."""
        proof = new_secret()
        outcome = await self._outcome(request, proof)
        page = f"{self.outside.public_url}/sign?identity={outcome}"
        answer = RedirectResponse(page, HTTPStatus.SEE_OTHER, HEADERS)
        address = urlsplit(self.outside.public_url)
        path = f"{address.path}{IDENTIFIED}"
        answer.delete_cookie(COOKIE, path=path, httponly=True, samesite="lax")
        if outcome == CONFIRMED:
            answer.set_cookie(
                PROOF_COOKIE,
                proof,
                max_age=int(identifying.IDENTITY_LASTS.total_seconds()),
                path=f"{address.path}{SIGNING}",
                secure=address.scheme == "https",
                httponly=True,
                samesite="strict",  # only our own page asks with it
            )
        return answer

    async def _outcome(self, request: Request, proof: str) -> str:
        """Find out who it is: `confirmed`, `cancelled` by themselves, or `refused`."""
        state, mark = parameter(request, "state"), request.cookies.get(COOKIE)
        if not identifying.is_marked(self.outside.secret, state, mark):
            return "refused"
        try:
            async with self.database.reading() as connection:
                owner = await identifying.owner_of(connection, state)
            come_back = partial(identifying.come_back, state=state)
            trip = await self._writing(owner, come_back)
        except LinkNotValid:
            return "refused"
        return await self._asked(request, Back(owner, trip.id, state, proof))

    async def _asked(self, request: Request, back: Back) -> str:
        """Ask the provider, with no transaction open, and write down what it says."""
        owner = back.owner
        refuse = partial(identifying.refuse, trip_id=back.trip_id)
        if parameter(request, "error") == CANCELLED:
            await self._writing(owner, partial(refuse, reason="They did not want to."))
            return "cancelled"
        try:
            provider = self._provider()
            check_origin(request, provider)
            identity = await provider.who_came_back(
                identifying.trip_with(self.outside.secret, back.state),
                code=parameter(request, "code"),
                now=self.now(),
            )
            confirm = partial(identifying.confirm, trip_id=back.trip_id, proof=back.proof)
            await self._writing(owner, partial(confirm, identity=identity))
        except (NotIdentified, LinkNotValid) as error:
            await self._writing(owner, partial(refuse, reason=error.message))
            return "refused"
        return CONFIRMED

    def _provider(self) -> IdentityProvider:
        if self.outside.identity is None:
            raise NotIdentified(NO_PROVIDER)
        return self.outside.identity

    async def _writing(self, owner: Actor, act: Callable[[Work], Awaitable[Done]]) -> Done:
        async def transaction() -> Done:
            async with self.database.writing(owner.organization_id) as session:
                return await act(Work(session, asking(owner), owner.time(self.now())))

        return await begun_again(transaction)


def check_origin(request: Request, provider: IdentityProvider) -> None:
    """Refuse what the provider calls an error, and what another provider sent (RFC 9207).

    Raises:
        NotIdentified: There is no code, or not of ours.
    """
    if parameter(request, "iss") not in {"", provider.issuer}:
        raise NotIdentified("Another identity provider answered.")
    if not parameter(request, "code"):
        raise NotIdentified("The identity provider could not identify them.")


def parameter(request: Request, name: str) -> str:
    """Give a parameter of the address; nothing when it is missing or absurdly long."""
    text = request.query_params.get(name, "")
    return text if len(text) <= LONGEST_PARAMETER else ""

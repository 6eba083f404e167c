"""Signing in and out, and who is signed in: JSON, by POST alone, for our own pages."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from models.accounts import Actor
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.errors import Unauthenticated
from models.people import Person, PersonSession
from resolvers.outside.ports import Outside
from resolvers.people import sessions
from resolvers.people.passwords import Passwords
from resolvers.people.signing_in import Attempt, SigningIn
from resolvers.people.slowing import TooManyGuesses
from resolvers.work import Reading, Work
from schema.answers import Refused
from schema.context import clock
from schema.doors.own_origin import check
from schema.doors.session_cookies import SessionCookies
from schema.doors.throttling import place_of
from schema.scalars import from_id, to_id, write_instant
from schema.web.public_requests import HEADERS, Answer, Asked, answered_by

NOBODY: dict[str, Any] = {"person": None}


class SessionRoutes:
    """The endpoints of those who sign in and out.

    Args:
        database: The doors.
        outside: The secret, and how people reach this server.
        passwords: Compares passwords.
    """

    def __init__(self, database: Database, outside: Outside, passwords: Passwords) -> None:
        self._database = database
        self._public_url = outside.public_url
        self._cookies = SessionCookies(outside.secret, outside.public_url)
        self._has_provider = outside.staff is not None
        self._signing_in = SigningIn(database, outside.secret, passwords)

    async def sign_in(self, asked: Asked) -> Response:
        """Open a session; one that the browser had before ends.

        Raises:
            SignInRefused: Something is not right; never which.
            Refused: There were too many attempts, or another page asks.
        """
        check(asked.request, self._public_url)
        now = clock()
        attempt = Attempt(
            email=asked.text("email"),
            password=asked.text("password"),
            code=asked.text("code"),
            network=place_of(asked.address),
            known_here=self._cookies.device_of(asked.request),
            device=asked.device,
            now=now,
        )
        try:
            opened = await self._signing_in.by_password(attempt)
        except TooManyGuesses as error:
            raise slow_down(error.wait) from error
        await self.end_present(asked, reason="signed in anew")
        answer = JSONResponse({"signedIn": True}, headers=HEADERS)
        self._cookies.write(asked.request, answer, opened, now)
        return answer

    async def show(self, asked: Asked) -> dict[str, Any]:
        """Tell who is signed in, and where else they are."""
        actor = await self.actor(asked)
        if actor is None:
            return {**NOBODY, "openId": self._has_provider}
        async with self._database.reading(actor.organization_id) as connection:
            reading = Reading(connection, actor, actor.time(clock()))
            person = await reading.get(Person, actor.person_id)
            opened = await sessions.open_sessions(reading, person.id)
        return {
            "person": {"name": person.name, "email": person.email, "role": person.role.name},
            "language": person.language,
            "openId": self._has_provider,
            "sessions": [
                {
                    "id": to_id(PersonSession, one.id),
                    "device": one.device,
                    "createdAt": write_instant(one.created_at),
                    "seenAt": write_instant(one.seen_at),
                    "isThis": one.id == actor.session_id,
                }
                for one in opened
            ],
        }

    async def end(self, asked: Asked) -> dict[str, Any]:
        """End another session of whoever is signed in."""
        actor = await self.actor(asked)
        session_id = from_id(PersonSession, asked.text("id"))
        if actor is not None and actor.person_id and session_id:
            person_id, id = actor.person_id, session_id
            await self.writing(
                actor, lambda work: sessions.end_session(work, person_id, id, reason="ended")
            )
        return await self.show(asked)

    async def sign_out(self, asked: Asked) -> Response:
        """End the session of this browser."""
        check(asked.request, self._public_url)
        await self.end_present(asked, reason="signed out")
        return self._without_session()

    async def sign_out_everywhere(self, asked: Asked) -> Response:
        """End all sessions of whoever is signed in."""
        actor = await self.actor(asked)
        if actor is not None and actor.person_id:
            person_id = actor.person_id
            await self.writing(
                actor,
                lambda work: sessions.end_all_sessions(
                    work, person_id, reason="signed out everywhere"
                ),
            )
        return self._without_session()

    def routes(self) -> list[BaseRoute]:
        """List the endpoints."""
        answers: dict[str, Answer] = {
            "/staff/sign-in": self.sign_in,
            "/staff/session": self.show,
            "/staff/session/end": self.end,
            "/staff/sign-out": self.sign_out,
            "/staff/sign-out-everywhere": self.sign_out_everywhere,
        }
        return [
            Route(path, answered_by(answer, public_url=self._public_url), methods=["POST"])
            for path, answer in answers.items()
        ]

    async def actor(self, asked: Asked) -> Actor | None:
        """Tell who has the session of this browser; None for nobody.

        Raises:
            Refused: A page of another server asks.
        """
        check(asked.request, self._public_url)
        secret = self._cookies.session_of(asked.request)
        if not secret:
            return None
        try:
            async with self._database.reading() as connection:
                return (await sessions.known_by(connection, secret, clock())).actor
        except Unauthenticated:
            return None

    async def end_present(self, asked: Asked, *, reason: str) -> None:
        """End the session of this browser, if it has one."""
        actor = await self.actor(asked)
        if actor is None or actor.person_id is None or actor.session_id is None:
            return
        person_id, session_id = actor.person_id, actor.session_id
        await self.writing(
            actor,
            lambda work: sessions.end_session(work, person_id, session_id, reason=reason),
        )

    async def writing(self, actor: Actor, act: Any) -> None:
        """Do something for whoever is signed in."""

        async def transaction() -> None:
            async with self._database.writing(actor.organization_id) as session:
                await act(Work(session, actor, actor.time(clock())))

        await begun_again(transaction)

    def _without_session(self) -> Response:
        answer = JSONResponse(NOBODY, headers=HEADERS)
        self._cookies.forget(answer)
        return answer


def slow_down(wait: timedelta) -> Refused:
    """Say for how long somebody has to wait before they try to sign in again."""
    return Refused(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Somebody tried too often; wait a little, sign in on a device that you have used before, "
        "or ask your administrator for a new invitation.",
        code="TOO_MANY_REQUESTS",
        headers={"retry-after": str(int(wait.total_seconds()) + 1)},
    )

"""Passkeys of staff: added, listed and removed by whoever is signed in, and signed in by."""

import time
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from models.accounts import Actor
from models.database import Database
from models.errors import InvalidInput, Unauthenticated
from models.people import Person
from models.ways_in import Passkey
from resolvers.outside.ports import Outside
from resolvers.people import challenges, passkeys
from resolvers.people.passkeys import Signed
from resolvers.work import Reading
from schema.context import clock
from schema.doors.own_origin import check
from schema.doors.session_cookies import SessionCookies
from schema.doors.throttling import Throttle
from schema.scalars import from_id, to_id, write_instant
from schema.web.public_requests import HEADERS, Answer, Asked, answered_by
from schema.web.session_routes import SessionRoutes

SIGN_IN, ADD = "passkey sign-in", "passkey of"
WRONG_A_MINUTE = 30
"""So often somebody may be wrong from one address: each attempt is written down."""


class PasskeyRoutes:
    """The endpoints of passkeys.

    Args:
        database: The doors.
        outside: The secret, and how people reach this server.
        sessions: Tells who is signed in.
    """

    def __init__(self, database: Database, outside: Outside, sessions: SessionRoutes) -> None:
        self._database = database
        self._secret = outside.secret
        self._public_url = outside.public_url
        self._site = passkeys.site_at(outside.public_url)
        self._cookies = SessionCookies(outside.secret, outside.public_url)
        self._sessions = sessions
        self._wrong = Throttle(WRONG_A_MINUTE)

    async def offer_to_sign_in(self, asked: Asked) -> dict[str, Any]:
        """Give a challenge to whoever wants to sign in."""
        check(asked.request, self._public_url)
        challenge = challenges.new_challenge(clock())
        return self._offered(SIGN_IN, challenge, passkeys.offer_to_sign_in(self._site, challenge))

    async def sign_in(self, asked: Asked) -> Response:
        """Open a session; one that the browser had before ends.

        Raises:
            SignInRefused: Something is not right; never which.
            Refused: There were too many attempts, or another page asks.
        """
        check(asked.request, self._public_url)
        now, began = clock(), time.monotonic()
        self._wrong.wrong(asked.address, began)
        signed = await self._signed(asked, SIGN_IN, now)
        if signed is None:
            raise passkeys.refusal()
        opened = await passkeys.sign_in(
            self._database, self._site, signed, device=asked.device, now=now
        )
        self._wrong.forgive(asked.address, began)
        await self._sessions.end_present(asked, reason="signed in anew")
        answer = JSONResponse({"signedIn": True}, headers=HEADERS)
        self._cookies.write(asked.request, answer, opened, now)
        return answer

    async def show(self, asked: Asked) -> dict[str, Any]:
        """List the passkeys of whoever is signed in."""
        actor, person_id = await self._person(asked)
        async with self._database.reading(actor.organization_id) as connection:
            reading = Reading(connection, actor, actor.time(clock()))
            found = await passkeys.of_person(reading, person_id)
        return {"passkeys": [shown(one) for one in found]}

    async def offer_to_add(self, asked: Asked) -> dict[str, Any]:
        """Give a challenge to somebody who wants to add a passkey; to them alone."""
        actor, person_id = await self._person(asked)
        challenge = challenges.new_challenge(clock())
        async with self._database.reading(actor.organization_id) as connection:
            reading = Reading(connection, actor, actor.time(clock()))
            person = await reading.get(Person, person_id)
            present = await passkeys.of_person(reading, person_id)
        options = passkeys.offer_to_add(self._site, person, present, challenge)
        return self._offered(f"{ADD} {person_id}", challenge, options)

    async def add(self, asked: Asked) -> dict[str, Any]:
        """Keep a passkey that was just made.

        Raises:
            InvalidInput: It cannot be believed, or took too long.
        """
        actor, person_id = await self._person(asked)
        signed = await self._signed(asked, f"{ADD} {person_id}", clock())
        if signed is None:
            raise InvalidInput("It took too long, or was done already; try again.")
        act = partial(
            passkeys.add,
            person_id=person_id,
            site=self._site,
            signed=signed,
            name=asked.text("name"),
        )
        await self._sessions.writing(actor, act)
        return await self.show(asked)

    async def remove(self, asked: Asked) -> dict[str, Any]:
        """Remove a passkey of whoever is signed in.

        Raises:
            NotFound: They have no such passkey.
            IllegalTransition: They could not sign in any more.
        """
        actor, person_id = await self._person(asked)
        passkey_id = from_id(Passkey, asked.text("id"))
        act = partial(passkeys.remove, person_id=person_id, passkey_id=passkey_id)
        await self._sessions.writing(actor, act)
        return await self.show(asked)

    def routes(self) -> list[BaseRoute]:
        """List the endpoints."""
        answers: dict[str, Answer] = {
            "/staff/sign-in/passkey/offer": self.offer_to_sign_in,
            "/staff/sign-in/passkey": self.sign_in,
            "/staff/passkeys": self.show,
            "/staff/passkeys/offer": self.offer_to_add,
            "/staff/passkeys/add": self.add,
            "/staff/passkeys/remove": self.remove,
        }
        return [
            Route(path, answered_by(answer, public_url=self._public_url), methods=["POST"])
            for path, answer in answers.items()
        ]

    async def _person(self, asked: Asked) -> tuple[Actor, UUID]:
        actor = await self._sessions.actor(asked)
        if actor is None or actor.person_id is None:
            raise Unauthenticated
        return actor, actor.person_id

    def _offered(self, purpose: str, challenge: str, options: dict[str, Any]) -> dict[str, Any]:
        mark = challenges.mark_of(self._secret, purpose, challenge)
        return {"options": options, "challenge": challenge, "mark": mark}

    async def _signed(self, asked: Asked, purpose: str, now: datetime) -> Signed | None:
        """Use a challenge up; None when it was not given for this, is too old, or was used."""
        challenge, credential = asked.text("challenge"), asked.body.get("credential")
        lapses_at = challenges.lapses_at(self._secret, purpose, challenge, asked.text("mark"), now)
        if lapses_at is None or not isinstance(credential, dict):
            return None
        if not await challenges.spend(self._database, challenge, lapses_at):
            return None
        return Signed(challenge, credential)


def shown(passkey: Passkey) -> dict[str, Any]:
    """Show a passkey to whom it belongs."""
    used_at = passkey.used_at
    return {
        "id": to_id(Passkey, passkey.id),
        "name": passkey.name,
        "createdAt": write_instant(passkey.created_at),
        "usedAt": write_instant(used_at) if used_at else None,
    }

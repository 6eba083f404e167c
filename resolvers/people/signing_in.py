"""Signing in by password and second factor, both at once: nobody learns which of them was wrong.

The password is looked at outside of any transaction, as that takes a tenth of a second; what it
was compared with is compared again inside. Another way to prove who one is ends, as this one does,
in `sessions.open_session`, for a person who `may enter` and whose row is locked.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor
from models.base import table_of
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.events import EventKind
from models.passwords import normalized
from models.people import Person, PersonState, ProvedBy, folded_email, state_of
from models.staff_errors import SignInRefused
from resolvers.clocks import ahead_of
from resolvers.outside.secret import Secret
from resolvers.people import second_factors, sessions
from resolvers.people.devices import device_of
from resolvers.people.passwords import Passwords
from resolvers.people.sessions import Opened
from resolvers.people.slowing import Guesser, Slowing
from resolvers.work import Work, system

LONGEST_TYPED = 1_000
BEAT_SECONDS = 0.25
"""Refusals are answered on a beat of so many seconds: what is written down of somebody known takes
some milliseconds, by which nobody is to learn who is known here."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody types to sign in, and from where.

    Args:
        email: The address.
        password: The password.
        code: Six digits of their authenticator, or a recovery code.
        network: Where it comes from: an address, or the /64 of one of IPv6.
        known_here: What the browser keeps of those who have signed in there before.
        device: What the browser calls itself.
        now: The moment, by our clock.
    """

    email: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    network: str
    known_here: str | None = field(repr=False)
    device: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What is known of somebody who wants to sign in.

    Args:
        person_id: Who.
        owner: The system of their organization.
        password_hash: What their password is compared with; None if they have none.
    """

    person_id: UUID
    owner: Actor
    password_hash: str | None = field(repr=False)


class SigningIn:
    """Lets people in by password and second factor.

    Args:
        database: The doors.
        secret: Of this installation.
        passwords: Compares passwords.
    """

    def __init__(self, database: Database, secret: Secret, passwords: Passwords) -> None:
        self._database = database
        self._secret = secret
        self._passwords = passwords
        self._slowing = Slowing(database, secret)

    async def by_password(self, attempt: Attempt) -> Opened:
        """Open a session for somebody who types their address, password and code.

        Raises:
            SignInRefused: Something is not right, or they may not enter; never which.
            TooManyGuesses: They have to wait.
        """
        email = folded_email(attempt.email[:LONGEST_TYPED])
        known = await self._enrolled(email)
        person_id = known.person_id if known else None
        device = device_of(self._secret, attempt.known_here, person_id, attempt.now)
        guesser = Guesser(email, attempt.network, device)
        await self._slowing.count(guesser, attempt.now)
        began = monotonic()
        try:
            opened = await self._looked_at(attempt, known)
        except SignInRefused:
            await asyncio.sleep(-(monotonic() - began) % BEAT_SECONDS)
            raise
        await self._slowing.forgive(guesser, attempt.now)
        return opened

    async def _enrolled(self, email: str) -> Enrolled | None:
        async with self._database.reading() as connection:
            return await enrolled(connection, email)

    async def _looked_at(self, attempt: Attempt, known: Enrolled | None) -> Opened:
        kept = known.password_hash if known else None
        is_right = await self._passwords.is_right(attempt.password[:LONGEST_TYPED], kept)
        if known is None:
            raise SignInRefused
        better = None
        if is_right and kept and self._passwords.is_outdated(kept):
            better = await self._passwords.hashed(normalized(attempt.password[:LONGEST_TYPED]))

        async def transaction() -> Opened | None:
            async with self._database.writing(known.owner.organization_id) as session:
                work = Work(session, known.owner, known.owner.time(attempt.now))
                return await self._decide(work, attempt, known, is_right=is_right, better=better)

        opened = await begun_again(transaction)
        if opened is None:
            raise SignInRefused
        return opened

    async def _decide(
        self, work: Work, attempt: Attempt, known: Enrolled, *, is_right: bool, better: str | None
    ) -> Opened | None:
        """Open a session, or write down why not; that is kept as well."""
        people = await work.locked(Person, [known.person_id])
        if not people:
            return None
        (person,) = people
        try:
            check_password(person, attempt, known, is_right=is_right)
            proved_by = await self._second_factor(work, person, attempt)
        except Unproved as refusal:
            work.record(EventKind.SIGN_IN_REFUSED, person, reason=refusal.reason)
            return None
        person.password_hash = better or person.password_hash
        return await sessions.open_session(
            work, person, proved_by=proved_by, device=attempt.device, proved_at=attempt.now
        )

    async def _second_factor(self, work: Work, person: Person, attempt: Attempt) -> ProvedBy:
        """Use up the code that was typed.

        Raises:
            Unproved: It is not good, or was used.
        """
        if person.totp_secret is not None:
            totp_secret = person.totp_secret.opened(of=person.id)
            step = second_factors.step_of(totp_secret, attempt.code, attempt.now)
            if step is not None and await second_factors.use_step(work, person.id, step):
                return ProvedBy.PASSWORD_AND_TOTP
        if await second_factors.use_recovery_code(work, person.id, attempt.code):
            return ProvedBy.PASSWORD_AND_RECOVERY_CODE
        raise Unproved("code")


class Unproved(Exception):
    """Somebody did not prove who they are.

    Args:
        reason: Why, in a word for the trail.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__()


def check_password(person: Person, attempt: Attempt, known: Enrolled, *, is_right: bool) -> None:
    """Go on only for somebody who may enter, and whose password is still the one compared with.

    Raises:
        Unproved: It is somebody else, or not any more.
    """
    state = state_of(person, attempt.now)
    if state is not PersonState.ACTIVE:
        raise Unproved(state.value)
    if not is_right or person.password_hash != known.password_hash:
        raise Unproved("password")


async def enrolled(connection: AsyncConnection, email: str) -> Enrolled | None:
    """Find somebody by the address that they sign in with, in whichever organization.

    Args:
        connection: An open connection.
        email: As `folded_email` writes it.
    """
    row = table_of(Person).c
    found: Any = await connection.execute(
        select(row.id, row.organization_id, row.password_hash, ahead_of(row.organization_id)).where(
            row.email == email
        )
    )
    person = found.first()
    if person is None:
        return None
    owner = system(person.organization_id, person.clock_ahead)
    return Enrolled(person.id, owner, person.password_hash)

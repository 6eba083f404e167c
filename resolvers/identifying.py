"""Strong authentication: who is to sign identifies themselves first (R27, R85, R86).

They go to an identity provider and come back with a `state`, which is good for one time and for
ten minutes. Only its digest is kept; nonce and verifier follow from it and from our secret, so
nothing that is stored could be used by somebody who reads the database. The browser that went
has to be the one that comes back: otherwise somebody could send the way there to another person,
and sign in their name. For the same reason the identity belongs to that browser: it is given a
proof on its way back, of which the digest is kept, and whoever has the link's secret without the
proof has not identified themselves.
"""

import hmac
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor, WayIn
from models.base import Json
from models.contracts import KeyContract, Verification
from models.errors import InvalidInput, LinkNotValid, NotIdentified
from models.events import EventKind
from models.organizations import OrganizationUnit
from models.signing import Identification, SigningProcess, SigningState
from resolvers.clocks import ahead_of
from resolvers.outside.identity import Identity, Trip
from resolvers.outside.secret import Secret, digest_of, new_secret
from resolvers.settings import settings
from resolvers.work import About, Reading, Work, system

TRIP_LASTS = timedelta(minutes=10)
IDENTITY_LASTS = timedelta(minutes=30)
MOST_TRIPS = 20
OPEN = {SigningState.PREPARING, SigningState.OFFERED}


@dataclass(frozen=True, slots=True)
class Signer:
    """Who came with the secret of a link: to sign what, for whom, in which language."""

    owner: Actor
    process_id: UUID
    language: str


async def signer_with(connection: AsyncConnection, secret: str) -> Signer:
    """Tell whose signing a link's secret opens.

    Raises:
        LinkNotValid: It opens none.
    """
    row = SigningProcess
    found = await connection.execute(
        select(row.organization_id, ahead_of(row.organization_id), row.id, row.language).where(
            row.secret_digest == digest_of(secret)
        )
    )
    signer = found.first()
    if signer is None:
        raise LinkNotValid
    return Signer(system(*signer[:2], WayIn.LINK), *signer[2:])


async def owner_of(connection: AsyncConnection, state: str) -> Actor:
    """Tell in which organization somebody comes back.

    Raises:
        LinkNotValid: We never gave that state to anybody.
    """
    row = Identification
    found = await connection.execute(
        select(row.organization_id, ahead_of(row.organization_id)).where(
            row.state_digest == digest_of(state)
        )
    )
    owner = found.first()
    if owner is None:
        raise LinkNotValid
    return system(*owner, WayIn.LINK)


def new_trip(secret: Secret) -> Trip:
    """Begin a way to the provider and back."""
    return trip_with(secret, new_secret())


def trip_with(secret: Secret, state: str) -> Trip:
    """Give the way that a state belongs to."""
    return Trip(
        state=state,
        nonce=secret.signature("identification nonce", state),
        verifier=secret.signature("identification verifier", state),
    )


def mark_of(secret: Secret, state: str) -> str:
    """Make what the browser keeps, and nobody else has, until it comes back."""
    return secret.signature("identification browser", state)


def is_marked(secret: Secret, state: str, mark: str | None) -> bool:
    """Tell whether it is the browser that went."""
    return hmac.compare_digest(mark_of(secret, state).encode(), (mark or "").encode())


async def begin(work: Work, process_id: UUID, state: str) -> Identification:
    """Let who is to sign go to the identity provider.

    Raises:
        LinkNotValid: It cannot be signed any more.
        InvalidInput: It does not ask for strong authentication.
        NotIdentified: It was tried too often.
    """
    process = await _open(work, process_id)
    if process.verification is not Verification.STRONG:
        raise InvalidInput("This signing does not ask for strong authentication.")
    row = Identification
    (trips,) = await work.scalars(
        select(func.count()).select_from(row).where(row.process_id == process.id)
    )
    if trips >= MOST_TRIPS:
        raise NotIdentified("It was tried too often; ask for a new link.")
    trip = Identification(
        organization_id=process.organization_id,
        process_id=process.id,
        state_digest=digest_of(state),
        created_at=work.now,
        expires_at=work.now + TRIP_LASTS,
    )
    await work.add(trip)
    return trip


async def come_back(work: Work, state: str) -> Identification:
    """Use a state up; whatever comes of it, nobody comes back with it again.

    Raises:
        LinkNotValid: It is unknown, used or expired, or there is nothing to sign any more.
    """
    row = Identification
    found = await work.locking(work.own(row).where(row.state_digest == digest_of(state)), row)
    for trip in found:
        if trip.used_at is None and work.now < trip.expires_at:
            await _open(work, trip.process_id)
            trip.used_at = work.now
            await work.save()
            return trip
    raise LinkNotValid


async def confirm(work: Work, trip_id: UUID, identity: Identity, proof: str) -> None:
    """Keep who it is that came back; their name is evidence, and stands in no event.

    Args:
        work: The transaction.
        trip_id: Which way they went.
        identity: What the provider says.
        proof: A fresh secret, which their browser alone keeps from now on.

    Raises:
        LinkNotValid: There is nothing to sign any more.
    """
    (trip,) = await work.locked(Identification, [trip_id])
    process = await _open(work, trip.process_id)
    trip.identity = asdict(identity) | {"at": work.now.isoformat()}
    trip.proof_digest = digest_of(proof)
    trip.expires_at = work.now + IDENTITY_LASTS
    await work.save()
    _record(work, EventKind.IDENTITY_CONFIRMED, process, issuer=identity.issuer, acr=identity.acr)


async def refuse(work: Work, trip_id: UUID, *, reason: str) -> None:
    """Write down that somebody came back without an identity.

    Args:
        work: The transaction.
        trip_id: Which way.
        reason: Why, in our own words, without anything that the provider told.
    """
    trip = await work.get(Identification, trip_id)
    process = await work.get(SigningProcess, trip.process_id)
    _record(work, EventKind.IDENTITY_REFUSED, process, reason=reason)


async def identity_of(reading: Reading, process: SigningProcess, proof: str | None) -> Json | None:
    """Give the identity that counts for a signing in one browser, for half an hour.

    It has `issuer`, `subject`, `name`, `acr` and `at`.

    Args:
        reading: The transaction.
        process: What is to be signed.
        proof: What the browser keeps since it came back from the provider; None when nothing.

    Returns:
        None when nobody came back to sign this in that browser, or too long ago.
    """
    if proof is None:
        return None
    row = Identification
    trip = await reading.first(
        reading.own(row).where(row.process_id == process.id, row.proof_digest == digest_of(proof))
    )
    return trip.identity if trip is not None and reading.now < trip.expires_at else None


async def check_strong_allowed(reading: Reading, unit_id: UUID) -> None:
    """Go on only if contracts of a unit may ask for strong authentication (R86).

    Raises:
        InvalidInput: Neither it nor a unit above it allows that.
    """
    if (await settings(reading, unit_id)).strong_authentication:
        return
    unit = await reading.get(OrganizationUnit, unit_id)
    raise InvalidInput(
        f"The unit {unit.name!r} does not allow strong authentication: set its setting "
        "strongAuthentication, or that of a unit above it.",
        path=("verification",),
    )


async def _open(work: Work, process_id: UUID) -> SigningProcess:
    for process in await work.locked(SigningProcess, [process_id]):
        if process.state in OPEN and work.now < process.expires_at:
            return process
    raise LinkNotValid


def _record(work: Work, kind: EventKind, process: SigningProcess, **facts: Any) -> None:
    contract = About(KeyContract, process.key_contract_id)
    work.record(kind, contract, process_id=process.id, **facts)

"""Passkeys (WebAuthn Level 3): added by somebody who is signed in, and enough to sign in by.

The device verifies who holds it, by finger, face or PIN, before it signs; so a passkey is both
factors at once. The browser signs for which site it was, so no other site can use it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from sqlalchemy import select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from models.accounts import Actor
from models.base import table_of
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.errors import IllegalTransition, InvalidInput, NotFound
from models.events import EventKind
from models.people import Person, PersonState, ProvedBy, state_of
from models.staff_errors import SignInRefused
from models.ways_in import Passkey, StaffIdentity
from resolvers.checks import required_text
from resolvers.clocks import ahead_of
from resolvers.people import sessions
from resolvers.people.sessions import Opened
from resolvers.people.signing_in import Unproved
from resolvers.work import Reading, Work, system

SITE_NAME = "LivionKey"
MOST = 20
"""So many passkeys somebody has at most."""
TAKEN = "passkeys_credential_id_key"
MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError)
"""What is raised for what a browser sends, if it is not what was asked for."""
VERIFIED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Site:
    """For whom devices sign.

    Args:
        id: The host of our address, without its port: a name, as no device signs for a number.
        origin: Our address as browsers write it (RFC 6454).
    """

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Signed:
    """What a browser brings.

    Args:
        challenge: What it was asked to sign, which is used up.
        credential: What its device made of it, as `PublicKeyCredential.toJSON` writes it.
    """

    challenge: str = field(repr=False)
    credential: Mapping[str, Any] = field(repr=False)


def site_at(public_url: str) -> Site:
    """Give the site at an address."""
    parts = urlsplit(public_url)
    return Site(parts.hostname or "", f"{parts.scheme}://{parts.netloc}".lower())


def offer_to_add(
    site: Site, person: Person, present: Sequence[Passkey], challenge: str
) -> dict[str, Any]:
    """Say what a device is asked for that is to make a passkey: one that it finds by itself."""
    has = [PublicKeyCredentialDescriptor(base64url_to_bytes(one.credential_id)) for one in present]
    options = webauthn.generate_registration_options(
        rp_id=site.id,
        rp_name=SITE_NAME,
        user_id=person.id.bytes,
        user_name=person.email or "",
        user_display_name=person.name,
        challenge=challenge.encode(),
        exclude_credentials=has,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
    )
    return options_to_json_dict(options)


def offer_to_sign_in(site: Site, challenge: str) -> dict[str, Any]:
    """Say what a device is asked for that is to sign in with whatever passkey it has for us."""
    options = webauthn.generate_authentication_options(
        rp_id=site.id, challenge=challenge.encode(), user_verification=VERIFIED
    )
    return options_to_json_dict(options)


async def of_person(reading: Reading, person_id: UUID) -> Sequence[Passkey]:
    """List the passkeys of somebody, the oldest first."""
    row = Passkey
    return await reading.all(reading.own(row).where(row.person_id == person_id).order_by(row.id))


async def add(work: Work, person_id: UUID, site: Site, signed: Signed, name: str) -> Passkey:
    """Keep a passkey that a device of somebody has just made.

    Raises:
        InvalidInput: It was not made for us, for this challenge, or without verifying who holds
            the device; or the name is empty.
        IllegalTransition: It is kept already, or there are twenty.
        ProofNeeded: They did not prove who they are within the last ten minutes.
    """
    await sessions.check_fresh(work)
    called = required_text(name, path=("name",))
    (person,) = await work.locked(Person, [person_id])
    if len(await of_person(work, person.id)) >= MOST:
        raise IllegalTransition(f"There are {MOST} passkeys; remove one that you do not use.")
    try:
        made = webauthn.verify_registration_response(
            credential=dict(signed.credential),
            expected_challenge=signed.challenge.encode(),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except MALFORMED as error:
        raise InvalidInput("That passkey cannot be believed; try again.") from error
    passkey = Passkey(
        organization_id=person.organization_id,
        person_id=person.id,
        name=called,
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        transports=_transports(signed.credential),
        created_at=work.actor.real(work.now),
    )
    taken = IllegalTransition("That passkey is kept already.")
    await work.add(passkey, refusals={TAKEN: taken})
    work.record(EventKind.PASSKEY_ADDED, person, passkey_id=passkey.id)
    return passkey


def _transports(credential: Mapping[str, Any]) -> str:
    response = credential.get("response")
    told = response.get("transports") if isinstance(response, dict) else None
    words = [one for one in told if isinstance(one, str)] if isinstance(told, list) else []
    return " ".join(word for word in words[:8] if word.replace("-", "").isalnum())[:200]


async def remove(work: Work, person_id: UUID, passkey_id: UUID | None) -> None:
    """Let a passkey of somebody open nothing any more.

    Raises:
        NotFound: They have no such passkey.
        IllegalTransition: They could not sign in any more.
    """
    (person,) = await work.locked(Person, [person_id])
    present = await of_person(work, person.id)
    gone = next((one for one in present if one.id == passkey_id), None)
    if gone is None:
        raise NotFound
    identity = StaffIdentity
    elsewhere = await work.first(work.own(identity).where(identity.person_id == person.id))
    if len(present) == 1 and person.password_hash is None and elsewhere is None:
        raise IllegalTransition("It is the only way in that you have; add another one first.")
    await work.session.delete(gone)
    await work.save()
    work.record(EventKind.PASSKEY_REMOVED, person, passkey_id=gone.id)


async def sign_in(
    database: Database, site: Site, signed: Signed, *, device: str | None, now: datetime
) -> Opened:
    """Open a session for whoever has a passkey.

    Args:
        database: The doors.
        site: Ours.
        signed: What the browser brings; its challenge is used up.
        device: What the browser calls itself.
        now: The moment, by our clock.

    Raises:
        SignInRefused: It is nobody's, is not right, or they may not enter; never which.
    """
    found = await _found(database, str(signed.credential.get("id", "")))
    if found is None:
        raise refusal()
    passkey_id, person_id, owner = found

    async def transaction() -> Opened | None:
        async with database.writing(owner.organization_id) as session:
            work = Work(session, owner, owner.time(now))
            for person in await work.locked(Person, [person_id]):
                try:
                    await _prove(work, person, passkey_id, site, signed)
                except Unproved as refusal:
                    work.record(EventKind.SIGN_IN_REFUSED, person, reason=refusal.reason)
                    return None
                return await sessions.open_session(
                    work, person, proved_by=ProvedBy.PASSKEY, device=device, proved_at=now
                )
        return None

    opened = await begun_again(transaction)
    if opened is None:
        raise refusal()
    return opened


def refusal() -> SignInRefused:
    """Say that a passkey does not let anybody in, and never why."""
    return SignInRefused("That passkey opens nothing here; try again, or sign in another way.")


async def _found(database: Database, credential_id: str) -> tuple[UUID, UUID, Actor] | None:
    row = table_of(Passkey).c
    columns = row.id, row.person_id, row.organization_id, ahead_of(row.organization_id)
    async with database.reading() as connection:
        found: Any = await connection.execute(
            select(*columns).where(row.credential_id == credential_id)
        )
        passkey = found.first()
    return passkey and (passkey[0], passkey[1], system(*passkey[2:]))


async def _prove(work: Work, person: Person, passkey_id: UUID, site: Site, signed: Signed) -> None:
    """Believe a passkey, and count its use.

    Raises:
        Unproved: They may not enter; it is not theirs any more, or not right; or it counts back,
            as one does that was copied (WebAuthn, 6.1.1).
    """
    now = work.actor.real(work.now)
    state, present = state_of(person, now), await work.locked(Passkey, [passkey_id])
    if state is not PersonState.ACTIVE:
        raise Unproved(state.value)
    if not present:
        raise Unproved("passkey")
    (passkey,) = present
    count = _count_of(person, passkey, site, signed)
    if (count or passkey.sign_count) and count <= passkey.sign_count:
        raise Unproved("passkey counts back")
    passkey.sign_count, passkey.used_at = count, now


def _count_of(person: Person, passkey: Passkey, site: Site, signed: Signed) -> int:
    """Check what a device signed; gives how often it says that it did."""
    try:
        handle = signed.credential["response"].get("userHandle")
        if handle and base64url_to_bytes(handle) != person.id.bytes:
            raise Unproved("passkey")
        proved = webauthn.verify_authentication_response(
            credential=dict(signed.credential),
            expected_challenge=signed.challenge.encode(),
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=0,  # compared by `_prove`, which tells it apart
            require_user_verification=True,
        )
    except MALFORMED as error:
        raise Unproved("passkey") from error
    return proved.new_sign_count

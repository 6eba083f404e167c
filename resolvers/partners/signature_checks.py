"""What we hash of a request that somebody wants to sign, and whether their signature fits."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.accounts import Permission
from models.errors import NotFound, Unauthenticated
from models.partners import ServiceAccount
from resolvers.partners import known
from resolvers.partners.known import KnownAccount
from resolvers.partners.signed_requests import (
    Signed,
    check_clock,
    fits,
    signature_bytes,
    signed_at,
)
from resolvers.work import Reading

PATH = ("service_account_id",)
NOT_BASE64 = "The signature is not base64 as RFC 4648 writes it, in one line and with its padding."
DOES_NOT_FIT = (
    "The signature is not over `signedText` by a good RSA key of the account (PKCS #1 v1.5, "
    "SHA-256)."
)


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """What came of looking at a signature.

    Args:
        signed: What was signed, with the digest and the text as we make them.
        seconds_off: How far the time that was signed is ahead of our clock; None when it is none.
        fits: Whether the signature fits; None where none was given, or no account.
        problems: What stands against letting such a request in, in sentences.
    """

    signed: Signed
    seconds_off: float | None
    fits: bool | None
    problems: list[str]


async def check(
    reading: Reading,
    signed: Signed,
    *,
    account_id: UUID | None,
    signature: str | None,
    addresses: str,
    now: datetime,
) -> SignatureCheck:
    """Look at a signature without letting anything in, and without using it up.

    Args:
        reading: Who asks: the account itself, a program of the same source, or an administrator.
        signed: What was signed.
        account_id: By which account; None to see only what is hashed.
        signature: In base64; None to see only what is hashed.
        addresses: What every address that we let in begins with.
        now: The moment, by our clock.

    Raises:
        NotAllowed: The actor may look at nothing here.
        NotFound: There is no such account, or it is none of the actor's.
    """
    reading.require(Permission.VIEW_PLACES)
    account = None if account_id is None else await _account(reading, account_id)
    problems = [*_address_problems(signed, addresses), *_clock_problems(signed, now)]
    fit = None
    if signature is not None and account is not None:
        found = signature_bytes(signature)
        fit = found is not None and fits(signed, found, account, now)
        problems += [NOT_BASE64] if found is None else []
        problems += [] if fit or found is None else [DOES_NOT_FIT]
    return SignatureCheck(signed, _seconds_off(signed, now), fit, problems)


async def _account(reading: Reading, id: UUID) -> KnownAccount:
    row = await reading.get(ServiceAccount, id, path=PATH)
    account = await known.find(await reading.connection(), row.id)
    actor = reading.actor
    is_own = account is not None and (
        actor.service_account_id == id
        or actor.source == account.actor.source
        or actor.may(Permission.EDIT_ORGANIZATION)
    )
    if account is None or not is_own:
        raise NotFound(path=PATH)
    return account


def _address_problems(signed: Signed, addresses: str) -> list[str]:
    if signed.url == addresses or signed.url.startswith((f"{addresses}/", f"{addresses}?")):
        return []
    return [f"The address has to begin with {addresses}, letter for letter."]


def _clock_problems(signed: Signed, now: datetime) -> list[str]:
    try:
        check_clock(signed.timestamp, now)
    except Unauthenticated as error:
        return [error.message]
    return []


def _seconds_off(signed: Signed, now: datetime) -> float | None:
    try:
        return (signed_at(signed.timestamp) - now).total_seconds()
    except Unauthenticated:
        return None

"""Second factors: time-based codes of an authenticator (RFC 6238), and codes on paper."""

import hmac
import secrets
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, update

from models.people import Person, RecoveryCode
from resolvers.outside.secret import digest_of
from resolvers.work import Work

STEP_SECONDS = 30
WINDOW = (0, -1, 1)
"""Steps beside the present one whose codes are good too: clocks differ by half a minute."""
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 4, 4
"""A recovery code: four groups of four of 31 signs, 79 random bits."""


def new_totp_secret() -> str:
    """Make the secret of an authenticator: 160 random bits (RFC 4226, 4), in base 32."""
    return pyotp.random_base32(32)


def address_of(totp_secret: str, *, email: str, issuer: str) -> str:
    """Write what an authenticator reads from a QR code (otpauth://, the Key Uri Format)."""
    return pyotp.TOTP(totp_secret).provisioning_uri(name=email, issuer_name=issuer)


def step_of(totp_secret: str, code: str, now: datetime) -> int | None:
    """Tell which time step a code is of; None when it is not good now.

    Args:
        totp_secret: The authenticator's secret.
        code: Six digits, with blanks between them if need be.
        now: The moment, by our clock.
    """
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdecimal()):
        return None
    authenticator, step = pyotp.TOTP(totp_secret), int(now.timestamp()) // STEP_SECONDS
    good = [
        step + beside
        for beside in WINDOW
        if hmac.compare_digest(authenticator.generate_otp(step + beside), typed)
    ]
    return good[0] if good else None


async def use_step(work: Work, person_id: UUID, step: int) -> bool:
    """Use up a time step, and all before it; False when it was used already.

    Of two who come at once with the same code the database lets one in.
    """
    is_new = func.coalesce(Person.totp_step, 0) < step
    used = update(Person).where(Person.id == person_id, is_new).values(totp_step=step)
    result = await (await work.connection()).execute(used.returning(Person.id))
    return result.first() is not None


async def renew_recovery_codes(work: Work, person: Person) -> list[str]:
    """Make ten new codes in place of all that somebody had; they are not kept anywhere."""
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    connection = await work.connection()
    await connection.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    rows = (
        RecoveryCode(
            organization_id=person.organization_id,
            person_id=person.id,
            digest=recovery_digest(person.id, code),
        )
        for code in codes
    )
    await work.add(*rows)
    return codes


async def use_recovery_code(work: Work, person_id: UUID, code: str) -> bool:
    """Use up a recovery code; False when it is none, or was used."""
    of_them = RecoveryCode.person_id == person_id
    same = RecoveryCode.digest == recovery_digest(person_id, code)
    used = (
        update(RecoveryCode)
        .where(of_them, same, RecoveryCode.used_at.is_(None))
        .values(used_at=work.actor.real(work.now))
    )
    result = await (await work.connection()).execute(used.returning(RecoveryCode.id))
    return result.first() is not None


def new_recovery_code() -> str:
    """Make a recovery code, such as abcd-efgh-jkmn-2345."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def recovery_digest(person_id: UUID, code: str) -> str:
    """Hash a recovery code as it is kept; with 79 random bits in it a fast hash is enough."""
    typed = "".join(sign for sign in code.casefold() if sign.isalnum())
    return digest_of(f"{person_id.hex} {typed}")

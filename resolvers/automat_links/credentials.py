"""One set of credentials of an automat: a file that is shown once and read by the cabinet.

Its key for codes is made here and kept sealed; its private key is kept nowhere, and does not even
come here when a cabinet made it itself (see `enrolling`).
"""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from sqlalchemy import func, select

from models.automat_links import AutomatLink
from models.automats import Automat
from models.base import new_id
from models.errors import InvalidInput
from models.events import EventKind
from resolvers.automat_links import authority, revoking
from resolvers.automat_links.issuing import Issuer
from resolvers.makers import held_end
from resolvers.outside.certificates import certificate_pem, key_pem, new_key
from resolvers.outside.secret import Secret
from resolvers.work import Work

CODES_KEY_BYTES = 32
VERSION = 1
DAY = timedelta(days=1)
MOST_A_DAY = 20
"""How many sets of credentials one automat may be issued within 24 hours, in whichever way."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """All that an automat needs to be known on the link, and to read what it is sent.

    Args:
        link_id: Its name on the wire: the common name of the certificate, and part of each topic.
        certificate: PEM.
        private_key: PEM; None where the cabinet has it already.
        authority: The certificate of the authority, PEM: by it the broker is known.
        codes_key: 32 bytes: what is sent to the automat is sealed with it.
        broker: `mqtts://host:port`; empty where this installation has no link.
        serial: The serial number of the certificate, in hex.
        expires_at: Until when the certificate is good.
    """

    link_id: UUID
    certificate: str
    private_key: str | None = field(repr=False)
    authority: str
    codes_key: bytes = field(repr=False)
    broker: str
    serial: str
    expires_at: datetime

    def as_file(self) -> dict[str, Any]:
        """Write them as the JSON that a cabinet keeps."""
        return {
            "version": VERSION,
            "linkId": str(self.link_id),
            "certificate": self.certificate,
            **({} if self.private_key is None else {"privateKey": self.private_key}),
            "authority": self.authority,
            "codesKey": base64.b64encode(self.codes_key).decode(),
            "broker": self.broker,
            "serial": self.serial,
            "expiresAt": self.expires_at.isoformat(),
        }

    @classmethod
    def from_file(cls, written: dict[str, Any]) -> Self:
        """Read what `as_file` wrote.

        Raises:
            ValueError: It is something else. The message does not repeat it.
        """
        try:
            return cls(
                link_id=UUID(written["linkId"]),
                certificate=written["certificate"],
                private_key=written.get("privateKey"),
                authority=written["authority"],
                codes_key=base64.b64decode(written["codesKey"], validate=True),
                broker=written["broker"],
                serial=written["serial"],
                expires_at=datetime.fromisoformat(written["expiresAt"]),
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            raise ValueError("These are no credentials of an automat.") from None


def new_credentials(
    issuer: Issuer,
    link_id: UUID,
    broker: str,
    now: datetime,
    *,
    public_key: EllipticCurvePublicKey | None = None,
) -> Credentials:
    """Make credentials, with a key of their own unless the cabinet has made one.

    Args:
        issuer: Signs the certificate.
        link_id: Their id.
        broker: How the automat reaches the broker.
        now: From when on they hold.
        public_key: The cabinet's.
    """
    own = new_key() if public_key is None else None
    key = own.public_key() if own else public_key
    assert key is not None  # noqa: S101  # one of them is there
    certificate = issuer.client(str(link_id), key, now)
    return Credentials(
        link_id=link_id,
        certificate=certificate_pem(certificate),
        private_key=key_pem(own) if own else None,
        authority=issuer.certificate,
        codes_key=secrets.token_bytes(CODES_KEY_BYTES),
        broker=broker,
        serial=f"{certificate.serial_number:x}",
        expires_at=certificate.not_valid_after_utc,
    )


async def issue(
    work: Work,
    automat: Automat,
    secret: Secret,
    broker: str,
    *,
    public_key: EllipticCurvePublicKey | None = None,
) -> Credentials:
    """Issue credentials that wait for their first sign of life, in the place of others that wait.

    Those that the automat works with stay good until then. Certificates go by our clock, whatever
    the one of a sandbox shows: brokers do.

    Args:
        work: The transaction.
        automat: Whose they are.
        secret: Opens the authority, and seals the key for codes.
        broker: How the automat reaches the broker, `mqtts://host:port`.
        public_key: The cabinet's, where it has made one.

    Raises:
        Unauthenticated: The access of the actor was taken back meanwhile.
        InvalidInput: So many were issued within a day that something goes wrong.
    """
    await held_end(work)  # whoever takes the maker's access back finds them
    known = await revoking.hold(work, automat.id)
    now = work.actor.real(work.now)
    await _check_how_often(work, automat, now)
    await revoking.take_back(work, [link for link in known if link.activated_at is None])
    issuer = await authority.issuer(work.session, secret, now)
    made = new_credentials(issuer, new_id(), broker, now, public_key=public_key)
    link = AutomatLink(
        id=made.link_id,
        organization_id=work.actor.organization_id,
        automat_id=automat.id,
        serial=made.serial,
        issued_at=now,
        expires_at=made.expires_at,
        codes_key=secret.sealed(_purpose(made.link_id), made.codes_key),
        **work.actor.maker,
    )
    await work.add(link)
    work.record(
        EventKind.AUTOMAT_CREDENTIALS_ISSUED, automat, link_id=link.id, expires_at=link.expires_at
    )
    return made


async def _check_how_often(work: Work, automat: Automat, now: datetime) -> None:
    """Refuse more credentials than an automat needs: each that is taken back is kept for years.

    Raises:
        InvalidInput: It had so many within a day.
    """
    row = AutomatLink
    lately = row.automat_id == automat.id, row.issued_at > now - DAY
    (counted,) = await work.rows(select(func.count().label("issued")).where(*lately))
    if counted.issued >= MOST_A_DAY:
        message = f"The automat had {MOST_A_DAY} sets of credentials within a day; wait for a day."
        raise InvalidInput(message, path=("id",))


def key_of(link_id: UUID, codes_key: str, secret: Secret) -> bytes:
    """Give the key with which what goes to an automat is sealed.

    Args:
        link_id: Its credentials.
        codes_key: What their row keeps.
        secret: Opens it.

    Raises:
        NotOurs: It was sealed with a secret that is not set any more.
    """
    return secret.unsealed(_purpose(link_id), codes_key)


def _purpose(link_id: UUID) -> str:
    return f"codes of {link_id}"

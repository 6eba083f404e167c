"""One set of credentials of an automat: a file that is shown once and read by the cabinet.

Its key for codes is made here and kept sealed; its private key is kept nowhere.
"""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from resolvers.automat_links.issuing import Issuer
from resolvers.outside.certificates import certificate_pem, key_pem, new_key

CODES_KEY_BYTES = 32
VERSION = 1


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


def new_credentials(issuer: Issuer, link_id: UUID, broker: str, now: datetime) -> Credentials:
    """Make credentials with a key of their own.

    Args:
        issuer: Signs the certificate.
        link_id: Their id.
        broker: How the automat reaches the broker.
        now: From when on they hold.
    """
    key = new_key()
    certificate = issuer.client(str(link_id), key.public_key(), now)
    return Credentials(
        link_id=link_id,
        certificate=certificate_pem(certificate),
        private_key=key_pem(key),
        authority=issuer.certificate,
        codes_key=secrets.token_bytes(CODES_KEY_BYTES),
        broker=broker,
        serial=f"{certificate.serial_number:x}",
        expires_at=certificate.not_valid_after_utc,
    )

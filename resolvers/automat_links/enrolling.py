"""What a new cabinet does with an installation PIN: it gets a certificate for a key of its own.

The private key is made in the cabinet and never leaves it: only a request with the public key comes
here (PKCS #10, RFC 2986). Nothing else of the request is taken over, neither a name nor a purpose.
"""

from dataclasses import dataclass, field
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.automats import Automat, AutomatState
from models.errors import EnrolmentRefused, InvalidInput
from models.events import EventKind
from resolvers.automat_links import credentials, installing, revoking
from resolvers.automat_links.credentials import Credentials
from resolvers.outside.secret import Secret
from resolvers.work import Work

LONGEST_HARDWARE_ID = 100


@dataclass(frozen=True, slots=True)
class Cabinet:
    """Who asks to be enrolled.

    Args:
        device_id: The device id of the automat that the cabinet is to be.
        pin: The installation PIN that somebody typed at it.
        hardware_id: The id of the cabinet itself.
        public_key: Its key.
    """

    device_id: str
    pin: str = field(repr=False)
    hardware_id: str
    public_key: EllipticCurvePublicKey


def requested_key(request: str) -> EllipticCurvePublicKey:
    """Read the public key of a certificate request, and see that whoever asks has the private one.

    Args:
        request: PKCS #10, PEM.

    Raises:
        InvalidInput: It is none, its signature is wrong, or its key is not on P-256.
    """
    try:
        asked = x509.load_pem_x509_csr(request.encode())
        key = asked.public_key()
        is_signed = asked.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm):
        message = "The field csr has to be a certificate request (PKCS #10, PEM)."
        raise InvalidInput(message, path=("csr",)) from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise InvalidInput("The key of the certificate request has to be on P-256.", path=("csr",))
    if not is_signed:
        raise InvalidInput("The certificate request is not signed with its key.", path=("csr",))
    return key


def checked_hardware_id(text: str) -> str:
    """Check the id of a cabinet.

    Raises:
        InvalidInput: It is empty, too long, or holds what cannot be printed.
    """
    found = text.strip()
    if not found or len(found) > LONGEST_HARDWARE_ID or not found.isprintable():
        message = f"A hardware id has 1 to {LONGEST_HARDWARE_ID} characters."
        raise InvalidInput(message, path=("hardware_id",))
    return found


async def meant(connection: AsyncConnection, cabinet: Cabinet, secret: Secret) -> tuple[UUID, UUID]:
    """Find the automat that a cabinet may become, in whichever organization: its id, and whose.

    Raises:
        EnrolmentRefused: There is none with that device id and that PIN.
    """
    row = Automat
    found = await connection.execute(
        select(row.id, row.organization_id, row.installation_pin)
        .where(row.device_id == cabinet.device_id, row.installation_pin.is_not(None))
        .order_by(row.id)
    )
    for automat in found:
        if installing.is_right(secret, automat, cabinet.pin):
            return automat.id, automat.organization_id
    raise EnrolmentRefused


async def enrol(
    work: Work, automat_id: UUID, cabinet: Cabinet, secret: Secret, broker: str
) -> Credentials:
    """Make a cabinet the automat; its PIN is used up.

    A cabinet that works already goes on until the new one is heard of.

    Args:
        work: The transaction.
        automat_id: What `meant` found.
        cabinet: Who asks.
        secret: Opens the authority, and seals the key for codes.
        broker: How the automat reaches the broker.

    Raises:
        EnrolmentRefused: The PIN was used meanwhile or is too old, or the automat is uninstalled.
    """
    await revoking.hold(work, automat_id)
    automat = await work.get(Automat, automat_id)
    until = automat.installation_pin_until
    is_current = until is not None and work.now < until
    is_installed = automat.state is not AutomatState.UNINSTALLED
    if not (is_current and is_installed and installing.is_right(secret, automat, cabinet.pin)):
        raise EnrolmentRefused
    automat.installation_pin = automat.installation_pin_until = None
    automat.hardware_id = cabinet.hardware_id
    made = await credentials.issue(work, automat, secret, broker, public_key=cabinet.public_key)
    work.record(EventKind.AUTOMAT_ENROLLED, automat, hardware_id=cabinet.hardware_id)
    return made

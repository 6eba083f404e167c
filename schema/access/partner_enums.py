"""The enums of partners' ways in; see `schema.enums`."""

from models.partners import OnboardingStep, ServiceKeyKind
from schema.enums import describe

__all__ = ["OnboardingStep", "ServiceKeyKind"]

describe(
    ServiceKeyKind,
    "What kind of key a service account signs with.",
    RSA="RSA with 2048 to 4096 bits; signs requests, and assertions by RS256 or PS256.",
    P256="Elliptic curve P-256; signs assertions by ES256.",
    ED25519="Ed25519; signs assertions by Ed25519.",
)
describe(
    OnboardingStep,
    "A step of a partner on the way to going live.",
    CREDENTIALS_MADE="A good token, or a service account with a good key.",
    CREDENTIALS_USED="They were used lately.",
    UNITS_REACHED="They reach a unit, or the whole organization.",
    ENTITIES_REGISTERED="Something in reach can be reserved.",
    ENTITIES_PLACED="All of it has a place.",
    KEYS_REGISTERED="All of it has a key.",
    AUTOMAT_IN_REACH="An automat in service is near enough to what was placed last.",
    RESERVATION_PUSHED="A reservation was pushed.",
    RESERVATION_CANCELLED="One was cancelled.",
    NOTHING_WAITS="No reservation waits for something that is missing.",
    NO_REFUSED_PUSHES="No push was refused lately for a device group that is not there; other "
    "refusals are answered to the partner alone, and not kept.",
)

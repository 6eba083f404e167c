"""The enums of staff, with meanings; import them from here."""

from models.people import PersonState, ProvedBy
from schema.enums import describe

__all__ = ["PersonState", "ProvedBy"]

describe(
    PersonState,
    "Whether somebody may sign in.",
    INVITED="They have not taken up their invitation; renew it when it has lapsed.",
    ACTIVE="They may.",
    BLOCKED="They are kept out until somebody lets them in again.",
    ENDED="The date is over on which their access ends.",
    REMOVED="They are gone for good; nothing personal of them is kept.",
)
describe(
    ProvedBy,
    "How somebody proved who they are when a session was opened.",
    INVITATION="By the link of an invitation, as they set their password and authenticator.",
    PASSWORD_AND_TOTP="By their password and a code of their authenticator.",  # noqa: S106 - words
    PASSWORD_AND_RECOVERY_CODE="By their password and a recovery code.",  # noqa: S106 - words
    PASSKEY="By a passkey, which counts as both factors.",
    OPEN_ID="At an identity provider.",
)

"""Who made a credential, so that it can be found when they may not come in any more."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped


class MakerKind(StrEnum):
    """What kind of somebody made a credential."""

    PERSON = "person"
    TOKEN = "token"  # noqa: S105 - the name of a kind
    SERVICE_ACCOUNT = "service_account"


class CredentialKind(StrEnum):
    """What kind of credential somebody made."""

    TOKEN = "token"  # noqa: S105 - the name of a kind
    SERVICE_ACCOUNT_KEY = "service_account_key"
    INSTALLATION_PIN = "installation_pin"
    AUTOMAT_CREDENTIALS = "automat_credentials"


class Made:
    """A credential that says who made it; nobody of those that a command or a device made.

    Args:
        maker_kind: What made it.
        maker_id: Which of them; the row stays when somebody is removed or a token is taken back.
    """

    maker_kind: Mapped[MakerKind | None]
    maker_id: Mapped[UUID | None]

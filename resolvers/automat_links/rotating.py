"""New credentials for an automat that has some, before those end or because they may be known."""

from uuid import UUID

from models.accounts import Permission
from models.automats import Automat
from models.errors import InvalidInput
from resolvers.automat_links import credentials
from resolvers.automat_links.credentials import Credentials
from resolvers.automat_links.installing import check_is_installed
from resolvers.outside.secret import Secret
from resolvers.work import Work


async def rotate(
    work: Work, id: UUID | None, secret: Secret, broker: str | None
) -> tuple[Automat, Credentials]:
    """Issue new credentials; the former ones work until the automat is heard of by the new ones.

    Args:
        work: The transaction.
        id: Which automat.
        secret: Opens the authority, and seals the key for codes.
        broker: How automats reach the broker; None where there is none.

    Raises:
        NotAllowed: The actor may not change automats.
        NotFound: There is no such automat.
        IllegalTransition: It is uninstalled.
        InvalidInput: This installation has no broker, or the automat had 20 sets of credentials
            within 24 hours.
    """
    work.require(Permission.EDIT_AUTOMATS)
    automat = await work.get(Automat, id, path=("id",))
    check_is_installed(automat)
    if broker is None:
        raise InvalidInput("This installation has no broker to automats: LIVIONKEY_MQTT_URL.")
    return automat, await credentials.issue(work, automat, secret, broker)

"""Another cabinet in the place of one that is broken: all that is known of the automat stays."""

from uuid import UUID

from models.accounts import Permission
from models.automats import Automat
from models.events import EventKind
from resolvers.automat_codes import confirming
from resolvers.automat_links import installing, revoking
from resolvers.automat_links.enrolling import checked_hardware_id
from resolvers.automat_links.installing import Installed, check_is_installed
from resolvers.outside.secret import Secret
from resolvers.work import Work


async def replace_hardware(
    work: Work, id: UUID | None, secret: Secret, broker: str | None, *, hardware_id: str | None
) -> Installed:
    """Take back the credentials of the former cabinet at once, and give a new one what it needs.

    Lockers, keys and contracts stay: whoever changes the cabinet moves the keys to the same
    lockers, and the new one reports what it finds. It knows no PIN yet, so contracts that were
    READY wait for it again.

    Args:
        work: The transaction.
        id: Which automat.
        secret: Opens the authority, signs the PIN, and seals the key for codes.
        broker: How automats reach the broker; None where there is none.
        hardware_id: The id of the new cabinet; None until it enrols itself.

    Raises:
        NotAllowed: The actor may not change automats.
        NotFound: There is no such automat.
        IllegalTransition: It is uninstalled.
        InvalidInput: The id of the cabinet is empty or too long.
    """
    work.require(Permission.EDIT_AUTOMATS)
    automat = await work.get(Automat, id, path=("id",))
    check_is_installed(automat)
    former = await revoking.hold(work, automat.id)
    for link in former:
        await confirming.codes_applied(work, link, None)
    await revoking.take_back(work, former)
    automat.hardware_id = None if hardware_id is None else checked_hardware_id(hardware_id)
    work.record(EventKind.AUTOMAT_HARDWARE_REPLACED, automat, hardware_id=automat.hardware_id)
    return await installing.equip(work, automat, secret, broker)

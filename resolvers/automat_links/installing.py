"""Installing an automat, and the PIN by which the cabinet itself fetches its credentials (2.10).

The PIN has ten digits, more than any code that opens a door, works once and for a day. Only its
keyed digest is kept, and with the automat's id, so that it is good for that automat alone.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from models.accounts import Permission
from models.automats import Automat, AutomatState
from models.errors import IllegalTransition
from models.events import EventKind
from models.pins import new_pin
from resolvers import automats
from resolvers.automat_links import credentials
from resolvers.automat_links.credentials import Credentials
from resolvers.makers import held_end
from resolvers.outside.secret import Secret
from resolvers.work import Work

PIN_LENGTH = 10
PIN_LASTS = timedelta(hours=24)
PURPOSE = "installation PIN"


@dataclass(frozen=True, slots=True)
class Installed:
    """An automat, and what is shown of it once.

    Args:
        automat: The automat.
        pin: Its installation PIN.
        credentials: Its credentials; None where this installation has no broker.
    """

    automat: Automat
    pin: str = field(repr=False)
    credentials: Credentials | None


async def install(work: Work, secret: Secret, broker: str | None, **given: Any) -> Installed:
    """Put an automat into service, with all that its cabinet needs to be known.

    Args:
        work: The transaction.
        secret: Opens the authority, signs the PIN, and seals the key for codes.
        broker: How automats reach the broker; None where there is none.
        given: See `automats.install`.

    Raises:
        LivionKeyError: As `automats.install` says, or the access of the actor was taken back.
    """
    automat = await automats.install(work, **given)
    return await equip(work, automat, secret, broker)


async def equip(work: Work, automat: Automat, secret: Secret, broker: str | None) -> Installed:
    """Give a cabinet a new PIN and new credentials."""
    made = await credentials.issue(work, automat, secret, broker) if broker else None
    return Installed(automat, await _new_pin(work, automat, secret), made)


async def renew_pin(work: Work, id: UUID | None, secret: Secret) -> tuple[Automat, str]:
    """Make a new installation PIN; one that was made before is not valid any more.

    Raises:
        Unauthenticated: The access of the actor was taken back meanwhile.
        NotAllowed: The actor may not change automats.
        NotFound: There is no such automat.
        IllegalTransition: It is uninstalled.
    """
    work.require(Permission.EDIT_AUTOMATS)
    automat = await work.get(Automat, id, path=("id",))
    check_is_installed(automat)
    pin = await _new_pin(work, automat, secret)
    work.record(EventKind.AUTOMAT_UPDATED, automat, changed=["installation_pin"])
    return automat, pin


def signed(secret: Secret, automat_id: UUID, pin: str) -> str:
    """Sign an installation PIN for keeping."""
    return secret.signature(PURPOSE, f"{automat_id} {pin}")


def is_right(secret: Secret, automat: Any, pin: str) -> bool:
    """Tell whether a PIN is the one of an automat, whatever the time.

    Args:
        secret: Signed it.
        automat: The row, or what was read of it.
        pin: What somebody typed.
    """
    kept = automat.installation_pin or ""
    return secret.is_signature(PURPOSE, f"{automat.id} {pin}", kept)


def check_is_installed(automat: Automat) -> None:
    """Refuse what makes no sense for an automat that is gone.

    Raises:
        IllegalTransition: It is uninstalled.
    """
    if automat.state is AutomatState.UNINSTALLED:
        message = "The automat is uninstalled; put it into service first, by automatUpdate."
        raise IllegalTransition(message, path=("id",))


async def _new_pin(work: Work, automat: Automat, secret: Secret) -> str:
    await held_end(work)  # whoever takes the maker's access back finds it
    pin = new_pin((), PIN_LENGTH)
    automat.installation_pin = signed(secret, automat.id, pin)
    automat.installation_pin_until = work.now + PIN_LASTS
    automat.installation_pin_maker_id = work.actor.maker["maker_id"]
    await work.save()
    return pin

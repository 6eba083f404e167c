"""Taking credentials back: what was revoked is neither told nor believed any more, at once.

That is decided here, in the database. The broker learns of it by the list of revoked certificates
and lets nobody in with them any more, see `authority.refresh`.
"""

from collections.abc import Iterable
from uuid import UUID

from models.accounts import Permission
from models.automat_alarms import AlarmKind
from models.automat_links import AutomatLink
from models.automats import Automat
from models.events import EventKind
from resolvers.automat_alarms import end_alarm
from resolvers.work import About, Work


async def revoke(work: Work, id: UUID | None) -> Automat:
    """Take back all credentials of an automat; a second time changes nothing.

    Its installation PIN is not good any more either: nobody gets credentials by what was known. It
    is run by hand then, until it has new ones.

    Raises:
        NotAllowed: The actor may not change automats.
        NotFound: There is no such automat.
    """
    work.require(Permission.EDIT_AUTOMATS)
    automat = await work.get(Automat, id, path=("id",))
    links = await hold(work, automat.id)
    automat.installation_pin = automat.installation_pin_until = None
    await take_back(work, links)
    return automat


async def good(work: Work, automat_id: UUID) -> list[AutomatLink]:
    """Lock the credentials of an automat that are good: one that works, one that waits, or none."""
    link = AutomatLink
    return await work.locking(
        work.own(link).where(link.automat_id == automat_id, link.revoked_at.is_(None)), link
    )


async def hold(work: Work, automat_id: UUID) -> list[AutomatLink]:
    """Lock an automat and its credentials that are good, so that nobody issues others meanwhile.

    The credentials come first: whoever hears an automat locks them, and then the automat.
    """
    await good(work, automat_id)
    await work.locked(Automat, [automat_id])
    return await good(work, automat_id)


async def take_back(
    work: Work, links: Iterable[AutomatLink], *, notice: str | None = None, **facts: str
) -> None:
    """Revoke locked credentials, by our clock: the broker's list does not know a sandbox's.

    Args:
        work: The transaction.
        links: Which ones.
        notice: A sentence for people, where they have to know of it.
        facts: Why, where nobody asked for it.
    """
    for link in links:
        link.revoked_at = work.actor.real(work.now)
        link.connected = False
        about, kind = About(Automat, link.automat_id), EventKind.AUTOMAT_CREDENTIALS_REVOKED
        work.record(kind, about, notice=notice, link_id=link.id, **facts)
        if link.activated_at is not None:
            await end_alarm(work, link.automat_id, AlarmKind.CREDENTIALS_EXPIRE)
    await work.save()

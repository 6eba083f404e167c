"""Taking credentials back: what was revoked is neither told nor believed any more, at once.

That is decided here, in the database. The broker learns of it by the list of revoked certificates
and lets nobody in with them any more, see `authority.refresh`.
"""

from collections.abc import Iterable
from uuid import UUID

from models.accounts import Permission
from models.automat_links import AutomatLink
from models.automats import Automat
from models.events import EventKind
from resolvers.work import About, Work


async def revoke(work: Work, id: UUID | None) -> Automat:
    """Take back all credentials of an automat; a second time changes nothing.

    It is run by hand then, until it has new ones.

    Raises:
        NotAllowed: The actor may not change automats.
        NotFound: There is no such automat.
    """
    work.require(Permission.EDIT_AUTOMATS)
    automat = await work.get(Automat, id, path=("id",))
    await work.locked(Automat, [automat.id])
    await take_back(work, await good(work, automat.id))
    return automat


async def good(work: Work, automat_id: UUID) -> list[AutomatLink]:
    """Lock the credentials of an automat that are good: one that works, one that waits, or none."""
    link = AutomatLink
    return await work.locking(
        work.own(link).where(link.automat_id == automat_id, link.revoked_at.is_(None)), link
    )


async def waiting(work: Work, automat_id: UUID) -> list[AutomatLink]:
    """Lock those that wait for their first sign of life: one, or none."""
    return [link for link in await good(work, automat_id) if link.activated_at is None]


async def take_back(work: Work, links: Iterable[AutomatLink]) -> None:
    """Revoke locked credentials, by our clock: the broker's list does not know a sandbox's."""
    for link in links:
        link.revoked_at = work.actor.real(work.now)
        link.connected = False
        work.record(
            EventKind.AUTOMAT_CREDENTIALS_REVOKED, About(Automat, link.automat_id), link_id=link.id
        )
    await work.save()

"""Credentials for automats that are simulated: for those alone that no real cabinet answers for.

A simulated automat is an automat like any other to everybody but the cabinet maker; so an automat
that works with credentials which the simulator has not got is left to whoever has them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from models.accounts import Permission
from models.automat_links import AutomatLink
from models.automats import Automat, AutomatState, Locker
from models.keys import Key
from resolvers.automat_links import credentials
from resolvers.automat_links.credentials import Credentials
from resolvers.outside.secret import Secret
from resolvers.work import Reading, Work

Contents = Mapping[int, str | None]


@dataclass(frozen=True, slots=True)
class Simulated:
    """An automat to simulate.

    Args:
        device_id: What people call it.
        lockers: How many lockers it has.
        link_id: The credentials that it works with, which the simulator has; None for `issued`.
        issued: Its new credentials.
        contents: The tags of the keys that lie in it, by the indexes of their lockers.
    """

    device_id: str
    lockers: int
    link_id: UUID | None
    issued: Credentials | None
    contents: Contents


async def prepare(
    work: Work, secret: Secret, broker: str, *, known: Collection[UUID], at_most: int | None = None
) -> list[Simulated]:
    """Choose automats to simulate, by their device ids, and issue credentials where there are none.

    Args:
        work: The transaction.
        secret: Opens the authority, and seals the keys for codes.
        broker: How automats reach the broker.
        known: The credentials that the simulator has.
        at_most: How many automats; all when left out.

    Raises:
        NotAllowed: The actor may not change automats.
    """
    work.require(Permission.EDIT_AUTOMATS)
    here, elsewhere = await _links(work, known)
    contents = await _contents(work)
    chosen = [one for one in await _installed(work) if one.id in here or one.id not in elsewhere]
    return [
        Simulated(
            device_id=automat.device_id,
            lockers=automat.model.locker_count,
            link_id=here.get(automat.id),
            issued=None
            if automat.id in here
            else await credentials.issue(work, automat, secret, broker),
            contents=contents[automat.id],
        )
        for automat in chosen[:at_most]
    ]


async def _installed(reading: Reading) -> list[Automat]:
    automats = reading.own(Automat).where(Automat.state != AutomatState.UNINSTALLED)
    return list(await reading.all(automats.order_by(Automat.device_id)))


async def _links(reading: Reading, known: Collection[UUID]) -> tuple[dict[UUID, UUID], set[UUID]]:
    """Find good credentials: those that are known by their automats, and who works with others."""
    links = await reading.all(reading.own(AutomatLink).where(AutomatLink.revoked_at.is_(None)))
    here = {link.automat_id: link.id for link in links if link.id in known}
    return here, {link.automat_id for link in links if link.activated_at is not None}


async def _contents(reading: Reading) -> dict[UUID, dict[int, str | None]]:
    """Find the tags of the keys that lie in automats, by automat and locker."""
    rows = await reading.rows(
        select(Key.automat_id, Locker.index, Key.rfid_tag)
        .join(Locker, Locker.id == Key.locker_id)
        .where(Key.organization_id == reading.actor.organization_id)
    )
    contents: dict[UUID, dict[int, str | None]] = defaultdict(dict)
    for row in rows:
        contents[row.automat_id][row.index] = row.rfid_tag
    return contents

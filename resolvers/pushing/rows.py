"""The rows of reservations and their contacts."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, select

from models.base import new_id
from models.dialects.among import also, among, texts_later
from models.dialects.many_rows import insert_rows, unless_there
from models.organizations import Contact
from models.reservations import Reservation, ReservationContact, ReservationStatus
from resolvers.pushing.requests import Push
from resolvers.reading import owned_among
from resolvers.work import Reading, Work, owned

Identity = tuple[str, str]


async def known(
    reading: Reading, identities: Collection[Identity], *, lock: bool = False
) -> dict[Identity, Reservation]:
    """Read the reservations that partners mean by their own numbers.

    On SQLite there is nothing to lock, and it would look through all of them for those in order.
    """
    is_shared = (await reading.connection()).dialect.name != "sqlite"
    locks = lock and is_shared and isinstance(reading, Work)
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, external_id in identities:
        by_source[source].append(external_id)
    found: dict[Identity, Reservation] = {}
    for source, external_ids in sorted(by_source.items()):
        told = {"owner": reading.actor.organization_id, "source": source, "ids": external_ids}
        for one in await reading.all(_meant(locks=locks), **told):
            found[source, one.external_id] = one
    return found


@cache
def _meant(*, locks: bool) -> Select[Reservation]:
    row = Reservation
    found = owned(row).where(
        row.source == bindparam("source"), among(row.external_id, texts_later("ids"))
    )
    return found.order_by(row.id).with_for_update(key_share=True) if locks else found


async def contacts_of(
    reading: Reading, reservation_ids: Collection[UUID]
) -> dict[UUID, list[Contact]]:
    """List the contacts of reservations, the main one first."""
    if not reservation_ids:
        return defaultdict(list)
    link, owner = ReservationContact, reading.actor.organization_id
    rows = await reading.rows(
        select(link.reservation_id, *Contact.__table__.c)
        .join(Contact, Contact.id == link.contact_id)
        .where(
            also(link.organization_id, owner),
            among(link.reservation_id, reservation_ids),
        )
        .order_by(link.place)
    )
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.reservation_id].append(row)
    return found


async def claim(work: Work, pushes: Sequence[Push]) -> dict[Identity, Reservation]:
    """Write new reservations; those that somebody else has just written are left out.

    They are written in the order of their numbers: whoever writes one waits for those who have just
    written the same, and must not be waited for by them.
    """
    rows = [_row(work, push) for push in sorted(pushes, key=lambda push: push.identity)]
    connection = await work.connection()
    await insert_rows(connection, Reservation, rows, ending=unless_there)
    told = {"owner": work.actor.organization_id, "ids": [row["id"] for row in rows]}
    found = await work.all(_made(), **told)
    return {(one.source, one.external_id): one for one in found}


@cache
def _made() -> Select[Reservation]:
    return owned_among(Reservation, Reservation.id)


def _row(work: Work, push: Push) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organization_id": work.actor.organization_id,
        "source": push.source,
        "external_id": push.external_id,
        "status": ReservationStatus.CONFIRMED,
        **_said(push),
    }


def _said(push: Push, *, before: str | None = None) -> dict[str, Any]:
    return {
        "entity_id": push.entity.id,
        "starts_at": push.window.starts_at,
        "ends_at": push.window.ends_at,
        "time_zone": push.zone_after(before),
        "wanted_automat_id": push.wanted.automat_id,
        "wanted_device_group_id": push.wanted.device_group_id,
        "wanted_key_ids": [id.hex for id in push.wanted.key_ids],
    }


def keep(reservation: Reservation, push: Push) -> None:
    """Write what a push says into its reservation."""
    for name, value in _said(push, before=reservation.time_zone).items():
        setattr(reservation, name, value)


async def remove(work: Work, reservations: Sequence[Reservation]) -> None:
    """Remove reservations that were claimed and then refused."""
    ids = [one.id for one in reservations]
    for one in reservations:
        work.session.expunge(one)
    if ids:
        await (await work.connection()).execute(
            delete(Reservation).where(among(Reservation.id, ids))
        )


async def set_contacts(work: Work, pairs: Sequence[tuple[Reservation, Push]]) -> None:
    """Give reservations the contacts that their pushes say, instead of those they had."""
    contacts, links = [], []
    for reservation, push in pairs:
        for place, details in enumerate(push.contacts):
            contact = {
                "id": new_id(),
                "organization_id": reservation.organization_id,
                "name": details.name,
                "email": details.email,
                "phone": details.phone,
                "language": details.language or push.settings.language,
            }
            link = {
                "id": new_id(),
                "organization_id": reservation.organization_id,
                "reservation_id": reservation.id,
                "contact_id": contact["id"],
                "place": place,
            }
            contacts.append(contact)
            links.append(link)
    connection = await work.connection()
    await insert_rows(connection, Contact, contacts)
    await insert_rows(connection, ReservationContact, links)


async def forget_contacts(work: Work, reservations: Sequence[Reservation]) -> None:
    """Take the contacts off reservations; who they were stays in the trail."""
    ids = [one.id for one in reservations]
    if ids:
        of_these = among(ReservationContact.reservation_id, ids)
        await (await work.connection()).execute(delete(ReservationContact).where(of_these))

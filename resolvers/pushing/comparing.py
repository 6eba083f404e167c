"""What of a push is news: compared with the reservation as it is."""

from collections.abc import Sequence
from uuid import UUID

from models.organizations import Contact
from models.reservations import Change, Reservation, ReservationStatus
from models.times import Window
from resolvers.planning.stays import Wanted
from resolvers.pushing.requests import Push

WITHOUT_A_PLAN = {Change.CONTACTS, Change.TIME_ZONE}
"""Changes for which keys and lockers stay as they are."""


def changes(reservation: Reservation, contacts: Sequence[Contact], push: Push) -> frozenset[Change]:
    """Name what a push changes; a push after a cancel revives the reservation.

    Contacts that were erased are over with their reservation (G27): a push that says what it always
    said does not bring them back. One that changes something else brings contacts of its own.
    """
    changed = changes_of_the_plan(reservation, push.entity.id, push.window, push.wanted)
    if reservation.time_zone != push.zone_after(reservation.time_zone):
        changed.add(Change.TIME_ZONE)
    if reservation.status is ReservationStatus.CANCELLED:
        changed.add(Change.STATUS)
    was_erased = any(one.erased_at is not None for one in contacts)
    if changed if was_erased else _contacts_differ(contacts, push):
        changed.add(Change.CONTACTS)
    return frozenset(changed)


def changes_of_the_plan(
    reservation: Reservation, entity_id: UUID, window: Window, wanted: Wanted
) -> set[Change]:
    """Name what is otherwise of all that decides on an automat; also of plain rows."""
    pairs = {
        Change.ENTITY: (reservation.entity_id, entity_id),
        Change.STARTS_AT: (reservation.starts_at, window.starts_at),
        Change.ENDS_AT: (reservation.ends_at, window.ends_at),
        Change.AUTOMAT: (reservation.wanted_automat_id, wanted.automat_id),
        Change.DEVICE_GROUP: (reservation.wanted_device_group_id, wanted.device_group_id),
        Change.KEYS: ({UUID(id) for id in reservation.wanted_key_ids}, set(wanted.key_ids)),
    }
    return {change for change, (before, after) in pairs.items() if before != after}


def _contacts_differ(contacts: Sequence[Contact], push: Push) -> bool:
    if len(contacts) != len(push.contacts):
        return True
    return any(
        (before.name, before.email, before.phone) != (after.name, after.email, after.phone)
        or after.language not in {None, before.language}
        for before, after in zip(contacts, push.contacts, strict=True)
    )


def needs_a_plan(changed: frozenset[Change]) -> bool:
    """Tell whether keys and lockers have to be looked at again."""
    return bool(changed - WITHOUT_A_PLAN)

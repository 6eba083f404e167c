"""Reservations: pushing them, again and again, and giving them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from models.accounts import Permission
from models.contracts import KeyContractStatus
from models.entities import ReservableEntity
from models.errors import ExternalIdInUse, InvalidInput, KeyOut, NotFound
from models.events import EventKind
from models.organizations import Contact, ContactDetails
from models.reservations import (
    Reservation,
    ReservationContact,
    ReservationStatus,
    UpsertOutcome,
    check_start,
)
from models.times import Window, instant, time_zone
from resolvers import contracts, entities, organizations, planning, selections
from resolvers.checks import exactly_one, required_text
from resolvers.selections import Wanted
from resolvers.settings import settings as settings_of
from resolvers.work import Reading, Work

ID_TAKEN = "reservations_organization_id_source_external_id_key"


@dataclass(frozen=True, slots=True)
class Push:
    """What a partner says of a reservation, all of it, each time."""

    source: str
    external_id: str
    entity: ReservableEntity
    window: Window
    contacts: list[ContactDetails]
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Times:
    """When, as a partner says it: by instants, or by the clock on the wall of a time zone."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    starts_at_local: datetime | None = None
    ends_at_local: datetime | None = None
    time_zone: str | None = None


async def window_of(reading: Reading, times: Times, entity: ReservableEntity) -> Window:
    """Read when a reservation is.

    Raises:
        InvalidInput: No start, instants and local times together, or no such time zone.
        StartsAfterEnd: The end is not after the start.
    """
    exactly_one(startsAt=times.starts_at, startsAtLocal=times.starts_at_local)
    if times.ends_at is not None and times.ends_at_local is not None:
        raise InvalidInput("Give endsAt or endsAtLocal, not both.", path=("ends_at",))
    name = times.time_zone or (await settings_of(reading, entity.unit_id)).time_zone
    zone = time_zone(name)
    starts_at = _at(times.starts_at, times.starts_at_local, zone)
    ends_at = _at(times.ends_at, times.ends_at_local, zone)
    assert starts_at is not None  # noqa: S101  # exactly one of the two was given
    return Window.checked(starts_at, ends_at)


def _at(given: datetime | None, local: datetime | None, zone: ZoneInfo) -> datetime | None:
    moment = given if local is None else instant(local, zone)
    return None if moment is None else moment.astimezone(UTC)


async def upsert(
    work: Work,
    *,
    external_id: str,
    source: str | None = None,
    entity_id: UUID | None = None,
    entity_external_id: str | None = None,
    contacts: list[ContactDetails],
    times: Times,
    wanted: Wanted,
) -> tuple[Reservation, UpsertOutcome]:
    """Take a push: a new reservation, a change of one, or the same again, which writes nothing.

    Raises:
        NotAllowed: The actor may not push reservations.
        InvalidInput: No contact, an empty id, or not exactly one way to name the entity.
        NotFound: There is no such entity, automat, group or key.
        StartsAfterEnd: The end is not after the start.
        StartsInPast: A new or changed start is more than 15 minutes ago.
        KeyTaken: The keys are promised to somebody else.
        KeyOut: Somebody has the key, so the plan cannot be made anew.
        MixedStorage: The wanted keys lie partly in automats and partly at desks.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    entity = await entities.named(work, id=entity_id, external_id=entity_external_id)
    push = Push(
        source=required_text(source or work.actor.source, path=("source",)),
        external_id=required_text(external_id, path=("external_id",)),
        entity=entity,
        window=await window_of(work, times, entity),
        contacts=organizations.checked_contacts(contacts),
        wanted=wanted,
    )
    await selections.check_wanted(work, wanted)
    known = await _locked(work, push)
    if known is None:
        return await _create(work, push)
    return await _update(work, known, push)


async def _locked(work: Work, push: Push) -> Reservation | None:
    found = await named(work, source=push.source, external_id=push.external_id)
    return (await work.locked(Reservation, [found.id]))[0] if found else None


async def _create(work: Work, push: Push) -> tuple[Reservation, UpsertOutcome]:
    check_start(push.window.starts_at, work.now)
    reservation = Reservation(
        organization_id=work.actor.organization_id,
        source=push.source,
        external_id=push.external_id,
    )
    _write(reservation, push)
    reservation.confirm()
    try:
        async with work.attempt():
            await work.add(reservation, refusals={ID_TAKEN: ExternalIdInUse()})
    except ExternalIdInUse:
        # Somebody pushed the same one at the same moment and was first: this is a change of it.
        known = await _locked(work, push)
        if known is None:
            raise
        return await _update(work, known, push)
    await _set_contacts(work, reservation, push)
    work.record(EventKind.RESERVATION_CREATED, reservation, entity_id=push.entity.id)
    await planning.plan(work, reservation, push.entity)
    return reservation, UpsertOutcome.CREATED


async def _update(
    work: Work, reservation: Reservation, push: Push
) -> tuple[Reservation, UpsertOutcome]:
    plan_changes = _changed(reservation, push)
    contacts_change = await _contacts_changed(work, reservation, push)
    if "starts_at" in plan_changes:
        check_start(push.window.starts_at, work.now)
    if not plan_changes and not contacts_change:
        return reservation, await _try_again(work, reservation, push)
    if contacts_change:
        await _forget_contacts(work, reservation)
        await _set_contacts(work, reservation, push)
    if plan_changes:
        await _refuse_while_out(work, reservation)
        _write(reservation, push)
        reservation.confirm()
        await planning.plan(work, reservation, push.entity)
    elif contract := await contracts.contract_of(work, reservation):
        await contracts.renew_contacts(work, reservation, contract)
    changed = sorted(plan_changes | ({"contacts"} if contacts_change else set()))
    work.record(EventKind.RESERVATION_UPDATED, reservation, changed=changed)
    return reservation, UpsertOutcome.UPDATED


async def _try_again(work: Work, reservation: Reservation, push: Push) -> UpsertOutcome:
    """Look whether an unfulfilled reservation can be fulfilled now; otherwise write nothing."""
    if planning.is_waiting(reservation) and await planning.retry(work, reservation, push.entity):
        return UpsertOutcome.UPDATED
    return UpsertOutcome.UNCHANGED


def _write(reservation: Reservation, push: Push) -> None:
    reservation.entity_id = push.entity.id
    reservation.starts_at, reservation.ends_at = push.window.starts_at, push.window.ends_at
    reservation.wanted_automat_id = push.wanted.automat_id
    reservation.wanted_device_group_id = push.wanted.device_group_id
    reservation.wanted_key_ids = [id.hex for id in push.wanted.key_ids]


def _changed(reservation: Reservation, push: Push) -> set[str]:
    """Name what a push changes of the plan; a push after a cancel revives the reservation."""
    pairs = {
        "entity": (reservation.entity_id, push.entity.id),
        "starts_at": (reservation.starts_at, push.window.starts_at),
        "ends_at": (reservation.ends_at, push.window.ends_at),
        "automat": (reservation.wanted_automat_id, push.wanted.automat_id),
        "device_group": (reservation.wanted_device_group_id, push.wanted.device_group_id),
        "keys": (set(reservation.wanted_keys), set(push.wanted.key_ids)),
    }
    changed = {name for name, (before, after) in pairs.items() if before != after}
    if reservation.status is ReservationStatus.CANCELLED:
        changed.add("status")
    return changed


async def _contacts_changed(work: Work, reservation: Reservation, push: Push) -> bool:
    known = await contacts_of(work, reservation.id)
    if len(known) != len(push.contacts):
        return True
    return any(
        (before.name, before.email, before.phone) != (after.name, after.email, after.phone)
        or after.language not in {None, before.language}
        for before, after in zip(known, push.contacts, strict=True)
    )


async def contacts_of(reading: Reading, reservation_id: UUID) -> Sequence[Contact]:
    """List the contacts of a reservation, the main one first."""
    return await reading.all(
        reading.own(Contact)
        .join(ReservationContact, ReservationContact.contact_id == Contact.id)
        .where(ReservationContact.reservation_id == reservation_id)
        .order_by(ReservationContact.place)
    )


async def _forget_contacts(work: Work, reservation: Reservation) -> None:
    of_reservation = ReservationContact.reservation_id == reservation.id
    await work.session.execute(delete(ReservationContact).where(of_reservation))


async def _set_contacts(work: Work, reservation: Reservation, push: Push) -> None:
    settings = await settings_of(work, push.entity.unit_id)
    people = await organizations.add_contacts(work, push.contacts, language=settings.language)
    await work.add(
        *(
            ReservationContact(
                organization_id=reservation.organization_id,
                reservation_id=reservation.id,
                contact_id=contact.id,
                place=place,
            )
            for place, contact in enumerate(people)
        )
    )


async def cancel(
    work: Work,
    *,
    id: UUID | None = None,
    source: str | None = None,
    external_id: str | None = None,
) -> Reservation:
    """Give a reservation up and free all that it held; a second time changes nothing.

    Raises:
        NotAllowed: The actor may not cancel reservations.
        InvalidInput: Not exactly one of id and external id was given.
        NotFound: There is no such reservation.
        KeyOut: Somebody has the key (R65-R67).
    """
    work.require(Permission.EDIT_RESERVATIONS)
    exactly_one(id=id, externalId=external_id)
    known = (
        await named(work, source=source or work.actor.source, external_id=external_id)
        if external_id is not None
        else await work.find(Reservation, id)
    )
    if known is None:
        raise NotFound("Your organization has no such reservation.")
    reservation = (await work.locked(Reservation, [known.id]))[0]
    if reservation.status is ReservationStatus.CANCELLED:
        return reservation
    await _refuse_while_out(work, reservation)
    if contract := await contracts.contract_of(work, reservation):
        await contracts.let_go(work, contract)
        contract.status = KeyContractStatus.CANCELLED
        work.record(EventKind.KEY_CONTRACT_CANCELLED, contract, reservation_id=reservation.id)
    reservation.cancel()
    work.record(EventKind.RESERVATION_CANCELLED, reservation)
    await work.save()
    return reservation


async def _refuse_while_out(work: Work, reservation: Reservation) -> None:
    contract = await contracts.contract_of(work, reservation)
    for allocation in await contracts.live_allocations(work, contract) if contract else []:
        if allocation.fetched_at is not None and allocation.returned_at is None:
            raise KeyOut(
                f"The key was fetched at {allocation.fetched_at.isoformat()} and is not back yet."
            )


async def named(reading: Reading, *, source: str, external_id: str) -> Reservation | None:
    """Find the reservation that a partner means by its own number."""
    return await reading.first(
        reading.own(Reservation).where(
            Reservation.source == source.strip(), Reservation.external_id == external_id.strip()
        )
    )

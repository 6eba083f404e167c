"""What is told of a key contract in the document that is signed, and in the agreements' words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from models.access_schedules import AccessSchedule
from models.base import Json
from models.contracts import KeyAllocation, KeyContract
from models.entities import ReservableEntity
from models.errors import InvalidInput
from models.keys import Key
from models.organizations import OrganizationUnit
from models.reservations import Reservation
from models.times import time_zone
from resolvers import looking, relations
from resolvers.access_hours import zones_of
from resolvers.agreements.markup import as_fact
from resolvers.agreements.wording import hours, local_time, until
from resolvers.planning.existing import unit_of
from resolvers.settings import settings
from resolvers.work import Reading

UNKNOWN = "-"

PLACEHOLDERS: Mapping[str, str] = {
    "reference": "The contract's reference.",
    "keys": "The codes of its keys.",
    "entities": "The names of what is reserved, or of what its keys open.",
    "contacts": "The names of its contacts, the main one first.",
    "contact": "The name of the contact who signs.",
    "starts": "Its start, by the clock of its unit.",
    "ends": "Its end, by the clock of its unit; `until further notice` when it has none.",
    "organization": "The name of the organization.",
    "pickUp": "How its keys are got where they lie at a desk.",
}
"""What can be filled into an agreement's words, by its name between braces."""


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """One key of a contract, with the names of what it opens."""

    code: str
    kind: str
    entities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScheduleFacts:
    """When the keys of a contract may be fetched, and the time zone by whose clock that goes."""

    stored: Json
    time_zone: str

    def shown(self, language: str) -> Json:
        """Write it down as it is kept, and as lines for people in a language."""
        lines = hours(AccessSchedule.read(self.stored), language)
        return {**self.stored, "timeZone": self.time_zone, "lines": lines}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is told of a key contract, before it is written in some language.

    Args:
        entities: What is reserved, or what its keys open where staff made it.
        schedule: When its keys may be fetched; None when they may be at any time (2.16).
        zone: The time zone of its unit.
        contact_language: The main contact's; None without a contact.
        languages: What is tried where a text is not in the contract's own language (G18).
    """

    reference: str
    keys: tuple[KeyFacts, ...]
    entities: tuple[str, ...]
    contacts: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime | None
    organization: str
    pick_up: str | None
    schedule: ScheduleFacts | None
    zone: ZoneInfo
    contact_language: str | None
    languages: tuple[str, ...]

    def shown(self, language: str) -> Json:
        """Write them down as data, with times for people in a language."""
        ends_at = self.ends_at
        return {
            "reference": self.reference,
            "keys": [
                {"code": key.code, "kind": key.kind, "entities": list(key.entities)}
                for key in self.keys
            ],
            "contacts": list(self.contacts),
            "startsAt": self.starts_at.isoformat(),
            "endsAt": ends_at.isoformat() if ends_at else None,
            "startsAtLocal": local_time(self.starts_at, self.zone, language),
            "endsAtLocal": local_time(ends_at, self.zone, language) if ends_at else None,
            "timeZone": self.zone.key,
            "pickUpInformation": self.pick_up,
            "accessSchedule": self.schedule.shown(language) if self.schedule else None,
            "organization": self.organization,
        }

    def filled_in(self, language: str, *, contact: str) -> dict[str, str]:
        """Give what stands for each placeholder in a language."""
        said = {
            "reference": self.reference,
            "keys": ", ".join(key.code for key in self.keys),
            "entities": ", ".join(self.entities),
            "contacts": ", ".join(self.contacts),
            "contact": contact,
            "starts": local_time(self.starts_at, self.zone, language),
            "ends": until(self.ends_at, self.zone, language),
            "organization": self.organization,
            "pickUp": self.pick_up or "",
        }
        return {name: as_fact(text) or UNKNOWN for name, text in said.items()}


async def facts_of(reading: Reading, contract: KeyContract) -> Facts:
    """Read what is told of a key contract, which is the same whoever asks."""
    if reading.is_narrow:
        reading = await reading.whole()
    keys = await _keys(reading, contract.id)
    unit_id, reserved = await _place(reading, contract, keys)
    here = await settings(reading, unit_id)
    organization_id = reading.actor.organization_id
    organization = await reading.get(OrganizationUnit, organization_id)
    (contacts,) = await looking.belonging(
        reading, relations.CONTACTS_OF_KEY_CONTRACT, [contract.id]
    )
    opened = await looking.belonging(reading, relations.ENTITIES_OF_KEY, [key.id for key in keys])
    names = [tuple(as_fact(entity.name) for entity in entities) for entities in opened]
    return Facts(
        reference=contract.reference,
        keys=tuple(
            KeyFacts(code=key.code, kind=key.kind.name, entities=opens)
            for key, opens in zip(keys, names, strict=True)
        ),
        entities=reserved or tuple(dict.fromkeys(name for opens in names for name in opens)),
        contacts=tuple(as_fact(contact.name) for contact in contacts),
        starts_at=contract.starts_at,
        ends_at=contract.ends_at,
        organization=as_fact(organization.name),
        pick_up=as_fact(contract.pick_up_information or "") or None,
        schedule=await _schedule(reading, contract),
        zone=_zone(here.time_zone),
        contact_language=next((contact.language for contact in contacts), None),
        languages=(here.language, (await settings(reading, organization_id)).language),
    )


async def _schedule(reading: Reading, contract: KeyContract) -> ScheduleFacts | None:
    if contract.access_schedule is None:
        return None
    (zone,) = await zones_of(reading, [contract.id])
    return ScheduleFacts(contract.access_schedule, zone)


async def _keys(reading: Reading, contract_id: UUID) -> Sequence[Any]:
    """Read the keys of a contract, also those that are back; not those that were taken out."""
    allocated = select(KeyAllocation.key_id).where(
        KeyAllocation.key_contract_id == contract_id, KeyAllocation.removed_at.is_(None)
    )
    return await reading.all(reading.own(Key).where(Key.id.in_(allocated)).order_by(Key.code))


async def _place(
    reading: Reading, contract: KeyContract, keys: Sequence[Any]
) -> tuple[UUID, tuple[str, ...]]:
    """Give the unit whose settings hold for a contract, and the name of what is reserved."""
    reservation = await reading.find(Reservation, contract.reservation_id)
    if reservation is None:
        return await unit_of(reading, [key.id for key in keys]), ()
    entity = await reading.get(ReservableEntity, reservation.entity_id)
    return entity.unit_id, (as_fact(entity.name),)


def _zone(name: str) -> ZoneInfo:
    try:
        return time_zone(name)
    except InvalidInput:  # the zone went out of the calendar's data since it was set
        return ZoneInfo("UTC")

"""What a row of each of the demo's data files says."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.automats import AutomatModel
from models.entities import EntityKind
from models.keys import KeyKind
from models.organizations import ContactDetails
from models.places import Coordinates, PostalAddress


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """An organization, or a unit inside its parent."""

    key: str
    parent: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class DemoDesk:
    """A desk that keeps keys."""

    key: str
    unit: str
    name: str
    address: PostalAddress
    instructions: str


@dataclass(frozen=True, slots=True)
class DemoAutomat:
    """An automat at a place that people find."""

    device_id: str
    unit: str
    name: str
    model: AutomatModel
    address: PostalAddress
    coordinates: Coordinates


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """A device group and its automats."""

    key: str
    unit: str
    name: str
    automats: tuple[str, ...]
    free_locker_limit: int | None


@dataclass(frozen=True, slots=True)
class DemoEntity:
    """An apartment, an office or a car."""

    external_id: str
    unit: str
    kind: EntityKind
    name: str
    address: PostalAddress | None
    group: str


@dataclass(frozen=True, slots=True)
class DemoKey:
    """A key, at a desk or in a locker."""

    code: str
    unit: str
    kind: KeyKind
    shared: bool
    entities: tuple[str, ...]
    desk: str
    automat: str
    locker: int | None
    return_code: str | None
    rfid_tag: str | None


@dataclass(frozen=True, slots=True)
class DemoReservation:
    """A stay that begins some hours after the demo does; without a length it is permanent."""

    external_id: str
    entity: str
    starts_in: timedelta
    lasts: timedelta | None
    contacts: tuple[ContactDetails, ...]

    def starts_at(self, now: datetime) -> datetime:
        """Count from the start of the demo."""
        return now + self.starts_in

    def ends_at(self, now: datetime) -> datetime | None:
        """Count from the start of the demo."""
        return None if self.lasts is None else now + self.starts_in + self.lasts

"""What partners say of reservations, as it came and as it was checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.entities import ReservableEntity
from models.organizations import ContactDetails
from models.settings import UnitSettings
from models.times import Window
from resolvers.planning.stays import Wanted


@dataclass(frozen=True, slots=True)
class Times:
    """When, as a partner says it: by instants, or by the clock on the wall of a time zone."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    starts_at_local: datetime | None = None
    ends_at_local: datetime | None = None
    time_zone: str | None = None

    @property
    def by_local_times(self) -> bool:
        """Whether the start, or the end, is said by the clock on the wall."""
        return self.starts_at_local is not None or self.ends_at_local is not None

    def said_at(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """Give the way to a time as it was said: by an instant, or by the clock on the wall."""
        if path == ("starts_at",) and self.starts_at is None:
            return ("starts_at_local",)
        if path == ("ends_at",) and self.ends_at is None and self.ends_at_local is not None:
            return ("ends_at_local",)
        return path


@dataclass(frozen=True, slots=True)
class Request:
    """What a partner says of a reservation, as it came.

    Args:
        external_id: The partner's own number of it.
        contacts: For whom.
        times: When.
        wanted: Of the choice.
        source: Whose number the external id is; the actor's when None.
        entity_id: What is reserved.
        entity_external_id: The same by the partner's own number.
        idempotency_key: What one of many must not have of its own: the whole call has one.
    """

    external_id: str
    contacts: Sequence[ContactDetails]
    times: Times
    wanted: Wanted
    source: str | None = None
    entity_id: UUID | None = None
    entity_external_id: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Push:
    """The same, checked: all of it makes sense by itself.

    Args:
        time_zone: The zone that was named, if one was.
        by_local_times: Whether the times were said by the clock on the wall.
    """

    source: str
    external_id: str
    entity: ReservableEntity
    window: Window
    time_zone: str | None
    by_local_times: bool
    contacts: Sequence[ContactDetails]
    wanted: Wanted
    settings: UnitSettings

    @property
    def identity(self) -> tuple[str, str]:
        """What always means the same reservation (G1)."""
        return self.source, self.external_id

    def zone_after(self, before: str | None) -> str | None:
        """Give the zone that is kept: instants say nothing of it, local times mean the unit's."""
        return self.time_zone if self.by_local_times else self.time_zone or before

"""What partners say of reservations, checked before anything is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from models.automats import Automat, DeviceGroup
from models.base import Base
from models.dialects.among import among
from models.entities import ReservableEntity
from models.errors import DeviceGroupNotFound, InvalidInput, LivionKeyError, NotFound
from models.organizations import ContactDetails
from models.settings import UnitSettings
from models.times import Window, instant, time_zone
from resolvers import organizations
from resolvers.checks import exactly_one, required_text
from resolvers.planning.stays import Wanted
from resolvers.settings import Pair, effective
from resolvers.work import Reading

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class Times:
    """When, as a partner says it: by instants, or by the clock on the wall of a time zone."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    starts_at_local: datetime | None = None
    ends_at_local: datetime | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What a partner says of a reservation, as it came."""

    external_id: str
    contacts: Sequence[ContactDetails]
    times: Times
    wanted: Wanted
    source: str | None = None
    entity_id: UUID | None = None
    entity_external_id: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Push:
    """The same, checked: all of it makes sense by itself."""

    source: str
    external_id: str
    entity: ReservableEntity
    window: Window
    time_zone: str | None
    contacts: Sequence[ContactDetails]
    wanted: Wanted
    settings: UnitSettings

    @property
    def identity(self) -> tuple[str, str]:
        """What always means the same reservation (G1)."""
        return self.source, self.external_id


@dataclass(frozen=True, slots=True)
class Mentioned:
    """The things that requests mention, as far as the organization has them."""

    entities: dict[UUID, ReservableEntity]
    by_external_id: dict[str | None, ReservableEntity]
    automat_ids: set[UUID]
    group_ids: set[UUID]


async def checked(reading: Reading, requests: Sequence[Request]) -> list[Push | LivionKeyError]:
    """Check requests; a refusal stands in the place of a push."""
    mentioned = await _mentioned(reading, requests)
    entities = [_entity(request, mentioned) for request in requests]
    found = [
        (one, request.wanted)
        for one, request in zip(entities, requests, strict=True)
        if isinstance(one, ReservableEntity)
    ]
    settings = await _settings(reading, found)
    pushes: list[Push | LivionKeyError] = []
    for request, entity in zip(requests, entities, strict=True):
        try:
            pushes.append(_checked(reading, request, entity, mentioned, settings))
        except LivionKeyError as refusal:
            pushes.append(refusal)
    return pushes


async def _mentioned(reading: Reading, requests: Sequence[Request]) -> Mentioned:
    row = ReservableEntity
    ids = {one.entity_id for one in requests if one.entity_id is not None}
    names = {one.entity_external_id for one in requests if one.entity_external_id is not None}
    by_id = await reading.all(reading.own(row).where(among(row.id, ids))) if ids else ()
    by_name = (
        await reading.all(reading.own(row).where(among(row.external_id, names))) if names else ()
    )
    automat_ids = {one.wanted.automat_id for one in requests} - {None}
    group_ids = {one.wanted.device_group_id for one in requests} - {None}
    return Mentioned(
        {one.id: one for one in by_id},
        {one.external_id: one for one in by_name},
        await _known(reading, Automat, automat_ids),
        await _known(reading, DeviceGroup, group_ids),
    )


async def _known(reading: Reading, model: type[Row], ids: set[UUID | None]) -> set[UUID]:
    if not ids:
        return set()
    found = await reading.all(reading.own(model).where(among(model.id, ids)))
    return {row.id for row in found}


def _entity(request: Request, mentioned: Mentioned) -> ReservableEntity | LivionKeyError:
    try:
        exactly_one(entityId=request.entity_id, entityExternalId=request.entity_external_id)
    except InvalidInput as refusal:
        return refusal
    if request.entity_external_id is not None:
        found = mentioned.by_external_id.get(request.entity_external_id)
        path = ("entity_external_id",)
        message = f"Your organization has no entity with the number {request.entity_external_id!r}."
        return found or NotFound(message, path=path)
    assert request.entity_id is not None  # noqa: S101  # exactly one of the two was given
    message = "Your organization has no such entity; look its id up again."
    return mentioned.entities.get(request.entity_id) or NotFound(message, path=("entity_id",))


async def _settings(
    reading: Reading, found: Sequence[tuple[ReservableEntity, Wanted]]
) -> dict[Pair, UnitSettings]:
    pairs = list({settings_key(entity, wanted) for entity, wanted in found})
    return dict(zip(pairs, await effective(reading, pairs), strict=True))


def settings_key(entity: ReservableEntity, wanted: Wanted) -> Pair:
    """Say whose settings hold: those of the named or own group, and of the unit."""
    return entity.unit_id, wanted.device_group_id or entity.device_group_id


def _checked(
    reading: Reading,
    request: Request,
    entity: ReservableEntity | LivionKeyError,
    mentioned: Mentioned,
    settings: dict[Pair, UnitSettings],
) -> Push:
    if isinstance(entity, LivionKeyError):
        raise entity
    wanted = request.wanted
    if wanted.automat_id is not None and wanted.automat_id not in mentioned.automat_ids:
        message = "Your organization has no such automat; look its id up again."
        raise NotFound(message, path=("automat_id",))
    if wanted.device_group_id is not None and wanted.device_group_id not in mentioned.group_ids:
        raise DeviceGroupNotFound(path=("device_group_id",))
    here = settings[settings_key(entity, wanted)]
    return Push(
        source=required_text(request.source or reading.actor.source, path=("source",)),
        external_id=required_text(request.external_id, path=("external_id",)),
        entity=entity,
        window=window_of(request.times, default_zone=here.time_zone),
        time_zone=request.times.time_zone,
        contacts=organizations.checked_contacts(list(request.contacts)),
        wanted=wanted,
        settings=here,
    )


def window_of(times: Times, *, default_zone: str) -> Window:
    """Read when a reservation is.

    Raises:
        InvalidInput: No start, instants and local times together, or no such time zone.
        StartsAfterEnd: The end is not after the start.
    """
    exactly_one(startsAt=times.starts_at, startsAtLocal=times.starts_at_local)
    if times.ends_at is not None and times.ends_at_local is not None:
        raise InvalidInput("Give endsAt or endsAtLocal, not both.", path=("ends_at",))
    zone = time_zone(times.time_zone or default_zone)
    starts_at = _at(times.starts_at, times.starts_at_local, zone)
    ends_at = _at(times.ends_at, times.ends_at_local, zone)
    assert starts_at is not None  # noqa: S101  # exactly one of the two was given
    return Window.checked(starts_at, ends_at)


def _at(given: datetime | None, local: datetime | None, zone: ZoneInfo) -> datetime | None:
    moment = given if local is None else instant(local, zone)
    return None if moment is None else moment.astimezone(UTC)

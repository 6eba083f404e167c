"""Checking what partners say of reservations before anything is done."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from models.entities import ReservableEntity
from models.errors import DeviceGroupNotFound, InvalidInput, LivionKeyError, NotFound
from models.settings import UnitSettings
from models.times import Window, instant, time_zone
from resolvers import organizations
from resolvers.checks import exactly_one, required_text
from resolvers.planning.stays import Wanted
from resolvers.pushing.mentions import Mentioned, entity_of, mentioned_by
from resolvers.pushing.requests import Push, Request, Times
from resolvers.settings import Pair, effective
from resolvers.work import Reading

LONGEST_IDENTITY = 2_600
"""So many bytes source and number have together at most: no index of PostgreSQL takes more."""


async def checked(reading: Reading, requests: Sequence[Request]) -> list[Push | LivionKeyError]:
    """Check requests; a refusal stands in the place of a push."""
    mentioned = await mentioned_by(requests, reading)
    entities = [entity_of(request, mentioned) for request in requests]
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
    if request.idempotency_key is not None:
        message = "One of many has no idempotency key of its own; give one for the whole call."
        raise InvalidInput(message, path=("idempotency_key",))
    source = required_text(request.source or reading.actor.source, path=("source",))
    external_id = required_text(request.external_id, path=("external_id",))
    if len(source.encode()) + len(external_id.encode()) > LONGEST_IDENTITY:
        message = (
            f"The source and the external id have more than {LONGEST_IDENTITY} bytes together."
        )
        raise InvalidInput(message, path=("external_id",))
    if isinstance(entity, LivionKeyError):
        raise entity
    wanted = request.wanted
    if wanted.automat_id is not None and wanted.automat_id not in mentioned.automat_ids:
        message = "Your organization has no such automat; look its id up again."
        raise NotFound(message, path=("automat_id",))
    if wanted.device_group_id is not None and wanted.device_group_id not in mentioned.group_ids:
        raise DeviceGroupNotFound(
            source=source, external_id=external_id, device_group_id=wanted.device_group_id
        )
    here = settings[settings_key(entity, wanted)]
    return Push(
        source=source,
        external_id=external_id,
        entity=entity,
        window=window_of(request.times, default_zone=here.time_zone),
        time_zone=request.times.time_zone or None,
        by_local_times=request.times.by_local_times,
        contacts=organizations.checked_contacts(list(request.contacts)),
        wanted=replace(wanted, key_ids=list(dict.fromkeys(wanted.key_ids))),
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
    starts_at = _at(times.starts_at, times.starts_at_local, zone, "starts_at_local")
    ends_at = _at(times.ends_at, times.ends_at_local, zone, "ends_at_local")
    assert starts_at is not None  # noqa: S101  # exactly one of the two was given
    return Window.checked(starts_at, ends_at)


def _at(
    given: datetime | None, local: datetime | None, zone: ZoneInfo, name: str
) -> datetime | None:
    moment = given if local is None else instant(local, zone, path=(name,))
    return None if moment is None else moment.astimezone(UTC)

"""Which automat: what a reservation would get, what it got, and which automats are nearest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from geo.candidates import Candidate, facts_of
from geo.judging import nearness
from geo.key_supply import KeySupply
from geo.nearest import nearest_automats
from geo.selection import Decision, Wish, choose, ranking
from models.accounts import Permission
from models.addressed import PlacementProblem, placement_of
from models.automats import Automat, DeviceGroup
from models.entities import ReservableEntity
from models.errors import (
    AddressAmbiguous,
    AddressNotFound,
    ErrorCode,
    InvalidInput,
    LivionKeyError,
    NoKeyForEntity,
)
from models.places import Coordinates
from models.reservations import Reservation
from models.selections import AutomatSelection
from models.settings import UnitSettings
from models.times import Window
from resolvers import entities, keys
from resolvers.settings import settings as settings_of
from resolvers.work import Reading, Work


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants of a choice, beside the entity and the time."""

    automat_id: UUID | None = None
    device_group_id: UUID | None = None
    key_ids: Sequence[UUID] = ()


async def preview(
    reading: Reading,
    *,
    entity_id: UUID | None,
    entity_external_id: str | None,
    starts_at: datetime,
    ends_at: datetime | None,
    wanted: Wanted,
    reservation_id: UUID | None = None,
) -> Decision:
    """Decide what a reservation would get, without making it.

    Raises:
        NotAllowed: The actor may not look at reservations.
        NotFound: There is no such entity, automat, group, key or reservation.
        StartsAfterEnd: The end is not after the start.
        KeyTaken: The keys are promised to somebody.
        MixedStorage: The wanted keys lie partly in automats and partly at desks.
    """
    reading.require(Permission.VIEW)
    window = Window.checked(starts_at, ends_at)
    entity = await entities.named(reading, id=entity_id, external_id=entity_external_id)
    await check_wanted(reading, wanted)
    if reservation_id is not None:
        await reading.get(Reservation, reservation_id, path=("reservation_id",))
    try:
        supply = await keys.supply_for(
            reading, entity, wanted=wanted.key_ids, window=window, ignoring=reservation_id
        )
    except NoKeyForEntity as refusal:
        return nothing(entity, refusal)
    settings = await settings_of(reading, entity.unit_id)
    return await decide(
        reading,
        entity,
        settings=settings,
        supply=supply,
        window=window,
        wanted=wanted,
        ignoring=reservation_id,
    )


def nothing(entity: ReservableEntity, refusal: LivionKeyError) -> Decision:
    """Decide nothing, for want of something other than an automat."""
    none = KeySupply(interchangeable=False, needed=1, inside={}, at_desks=())
    return Decision(None, None, (), 0, (refusal.message,), entity.position, refusal, none)


def notes_of(decision: Decision) -> list[str]:
    """Give a decision's notes; why nothing was chosen is one of them."""
    notes = list(decision.notes)
    if decision.refusal is not None and decision.refusal.message not in notes:
        notes.append(decision.refusal.message)
    return notes


async def check_wanted(reading: Reading, wanted: Wanted) -> None:
    """Refuse a named automat or group that the organization does not have.

    Raises:
        NotFound: It has none by that id.
    """
    if wanted.automat_id is not None:
        await reading.get(Automat, wanted.automat_id, path=("automat_id",))
    if wanted.device_group_id is not None:
        await reading.get(DeviceGroup, wanted.device_group_id, path=("device_group_id",))


async def decide(
    reading: Reading,
    entity: ReservableEntity,
    *,
    settings: UnitSettings,
    supply: KeySupply,
    window: Window,
    wanted: Wanted,
    ignoring: UUID | None = None,
) -> Decision:
    """Choose an automat, or none where the unit hands keys over at its desks."""
    origin, notes = origin_of(entity, settings)
    wish = Wish(
        organization_id=reading.actor.organization_id,
        window=window,
        now=reading.now,
        settings=settings,
        supply=supply,
        origin=origin,
        notes=notes,
        automat_id=wanted.automat_id,
        device_group_id=wanted.device_group_id,
        own_device_group_id=entity.device_group_id,
        ignoring=ignoring,
    )
    if stays_at_desk(supply, settings, wanted):
        note = "The unit hands keys over at its desks, so no automat is wanted."
        return Decision(None, None, (), 0, (*notes, note), origin, None, supply)
    decision = await choose(await reading.connection(), wish)
    return _with_reason(decision, entity)


def stays_at_desk(supply: KeySupply, settings: UnitSettings, wanted: Wanted) -> bool:
    """Tell whether keys that all lie at desks are to stay there."""
    named = wanted.automat_id is not None or wanted.device_group_id is not None
    return not settings.uses_automats and not supply.inside and not named


def origin_of(
    entity: ReservableEntity, settings: UnitSettings
) -> tuple[Coordinates | None, tuple[str, ...]]:
    """Give the entity's place where it is known exactly enough, else say why it is not used."""
    placement = placement_of(entity)
    if placement is None:
        if entity.address_text is None:
            return None, ("The entity has no address.",)
        problem = entity.placement_problem_message or "It has not been looked up yet."
        return None, (f"The entity's address has no place: {problem}",)
    if not placement.precision.is_at_least(settings.least_precision):
        note = (
            f"The entity's address was placed only as {placement.precision.name}; its unit asks "
            f"for {settings.least_precision.name} or better."
        )
        return None, (note,)
    return placement.coordinates, ()


def _with_reason(decision: Decision, entity: ReservableEntity) -> Decision:
    """Name the address as the reason when nothing else could decide."""
    if decision.method is not None or entity.placement_problem_code is None:
        return decision
    if entity.position is not None or decision.refusal is None:
        return decision
    ambiguous = entity.placement_problem_code is ErrorCode.ADDRESS_AMBIGUOUS
    kind = AddressAmbiguous if ambiguous else AddressNotFound  # also when nobody could be asked
    return decision.refused(kind(entity.placement_problem_message or ""))


async def store(work: Work, reservation: Reservation, decision: Decision) -> AutomatSelection:
    """Keep a decision with its reservation."""
    selection = AutomatSelection(
        organization_id=work.actor.organization_id,
        reservation_id=reservation.id,
        method=decision.method,
        automat_id=decision.chosen.automat.id if decision.chosen else None,
        origin=decision.origin,
        candidates=[candidate.stored() for candidate in decision.candidates],
        examined=decision.examined,
        notes=notes_of(decision),
        decided_at=work.now,
    )
    await work.add(selection)
    return selection


async def nearest(
    reading: Reading,
    here: Coordinates,
    *,
    window: Window | None = None,
    count: int = 5,
    farthest_metres: float | None = None,
) -> list[Candidate]:
    """List the automats nearest to a place, suitable or not, nearest first.

    Raises:
        NotAllowed: The actor may not look at automats.
        InvalidInput: The largest distance is negative.
    """
    reading.require(Permission.VIEW_AUTOMATS)
    if farthest_metres is not None and not farthest_metres >= 0:
        raise InvalidInput(
            "The largest distance must not be negative.", path=("max_distance_metres",)
        )
    over = window or Window.moment(reading.now)
    organization_id = reading.actor.organization_id
    settings = await settings_of(reading, organization_id)
    connection = await reading.connection()
    near = await nearest_automats(connection, here, organization_ids=[organization_id], count=count)
    metres: dict[UUID, float | None] = {
        found.automat_id: found.metres
        for found in near
        if farthest_metres is None or found.metres <= farthest_metres
    }
    facts = await facts_of(connection, metres, over)
    judged = [nearness(known, settings, reading.now, over) for known in facts]
    ranks = {candidate.automat.id: candidate for candidate in ranking(judged)}
    return [ranks[candidate.automat.id] for candidate in judged]


async def place_of_entity(reading: Reading, entity_id: UUID | None) -> Coordinates:
    """Give where an entity is, to measure from.

    Raises:
        NotFound: There is no such entity.
        AddressNotFound: It has no place; the message says why.
        AddressAmbiguous: Its address fits several places.
    """
    reading.require(Permission.VIEW)
    entity = await reading.get(ReservableEntity, entity_id, path=("entity_id",))
    if entity.position is not None:
        return entity.position
    raise _no_place(entity)


def _no_place(entity: ReservableEntity) -> LivionKeyError:
    if entity.placement_problem_code is None:
        return AddressNotFound(f"The entity {entity.name} has no address that could be placed.")
    return PlacementProblem(
        entity.placement_problem_code, entity.placement_problem_message or ""
    ).as_error()

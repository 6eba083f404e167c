"""Which automat: what a reservation would get, what it got, and which automats are nearest."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from geo.candidates import Candidate
from geo.decisions import Decision, ranking
from geo.judging import nearness
from geo.snapshot import Snapshot
from geo.walking.on_foot import as_people_go
from models.accounts import Permission
from models.addressed import PlacementProblem
from models.automats import Automat, DeviceGroup
from models.contracts import KeyContract
from models.entities import ReservableEntity
from models.errors import AddressNotFound, LivionKeyError
from models.organizations import OrganizationUnit
from models.places import Coordinates
from models.reservations import Reservation, check_start
from models.settings import UnitSettings
from models.times import Window
from resolvers import entities
from resolvers.nearby import ANY, Filter, nearest_passing
from resolvers.planning.holdings import held_by
from resolvers.planning.planner import look, plan_one
from resolvers.planning.stays import Plan, Stay, Wanted
from resolvers.planning.supplies import keys_of
from resolvers.planning.wants import Wants
from resolvers.pushing.comparing import changes_of_the_plan
from resolvers.pushing.running import refusal_of
from resolvers.settings import settings as settings_of
from resolvers.work import Reading


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

    While somebody has the key of one that would be replaced, a push keeps its place and changes
    the end only; this says what a later look would choose.

    Raises:
        NotAllowed: The actor may not look at reservations.
        NotFound: There is no such entity, automat, group, key or reservation.
        StartsAfterEnd: The end is not after the start.
        StartsInPast: A new or changed start is more than 15 minutes ago.
        KeyOut: Somebody has the key of what would be replaced, and more than its end changes.
        KeyTaken: The keys are promised to somebody.
        MixedStorage: The wanted keys lie partly in automats and partly at desks.
    """
    reading.require(Permission.VIEW)
    window = Window.checked(starts_at, ends_at)
    entity = await entities.named(reading, id=entity_id, external_id=entity_external_id)
    await check_wanted(reading, wanted)
    replaced = await _replaced(reading, reservation_id)
    if replaced is None or replaced.starts_at != window.starts_at:
        check_start(window.starts_at, reading.now)
    contract = await _contract(reading, replaced)
    if replaced is not None and contract is not None:
        changed = changes_of_the_plan(replaced, entity.id, window, wanted)
        held = await held_by(reading, [contract.id])
        if refusal := refusal_of(changed, held[contract.id]):
            raise refusal
    group_id = wanted.device_group_id or entity.device_group_id
    stay = Stay(
        window=window,
        settings=await settings_of(reading, entity.unit_id, group_id),
        wanted=replace(wanted, key_ids=list(dict.fromkeys(wanted.key_ids))),
        entity=entity,
        contract=contract,
        now=reading.now,
    )
    known = await keys_of(reading, [stay])
    snapshot = await look(reading, [stay])
    planned = await plan_one(reading, snapshot, stay, Wants(reading, known))
    if not isinstance(planned, Plan):
        raise planned
    return planned.decision


async def _replaced(reading: Reading, reservation_id: UUID | None) -> Reservation | None:
    if reservation_id is None:
        return None
    return await reading.get(Reservation, reservation_id, path=("reservation_id",))


async def _contract(reading: Reading, replaced: Reservation | None) -> KeyContract | None:
    """Find the contract of what would be replaced; what it holds counts as free."""
    if replaced is None:
        return None
    contracts = reading.own(KeyContract).where(KeyContract.reservation_id == replaced.id)
    return await reading.first(contracts)


async def check_wanted(reading: Reading, wanted: Wanted) -> None:
    """Refuse a named automat or group that the organization does not have.

    Raises:
        NotFound: It has none by that id.
    """
    if wanted.automat_id is not None:
        await reading.get(Automat, wanted.automat_id, path=("automat_id",))
    if wanted.device_group_id is not None:
        await reading.get(DeviceGroup, wanted.device_group_id, path=("device_group_id",))


async def nearest(
    reading: Reading,
    here: Coordinates,
    *,
    window: Window | None = None,
    count: int = 5,
    passing: Filter = ANY,
    policy: UnitSettings | None = None,
) -> list[Candidate]:
    """List the automats nearest to a place, suitable or not, nearest first.

    Args:
        reading: Who asks.
        here: Where to measure from.
        window: When a locker is wanted; just now when None.
        count: How many at most.
        passing: What an automat has to be to be listed.
        policy: What judges them, and says whether distances are on foot, see `policy_of`; None
            for straight lines and the organization's own policy.

    Raises:
        NotAllowed: The actor may not look at automats.
        InvalidInput: The largest distance is negative.
    """
    reading.require(Permission.VIEW_PLACES)
    passing.check()
    if reading.is_narrow:
        passing = replace(passing, among=await _seen_automats(reading))
    over = window or Window.moment(reading.now)
    organization_id = reading.actor.organization_id
    settings = policy or await settings_of(reading, organization_id)
    connection = await reading.connection()
    whole = Snapshot(connection, [organization_id], whole=True)
    measured = whole if policy is None else as_people_go(whole, policy)
    is_on_foot = measured is not whole
    sees_few = passing.asks_for_much and passing.open_at is None and not is_on_foot
    metres = await nearest_passing(
        Snapshot(connection, [organization_id]) if sees_few else measured,
        *(here, over, reading.now),
        count=count,
        passing=passing,
        reach=passing.reach_on_foot(here) if is_on_foot else passing.reach(here),
    )
    facts = await measured.facts(metres, over)
    judged = [nearness(known, settings, reading.now, over) for known in facts]
    ranks = {candidate.automat.id: candidate for candidate in ranking(judged)}
    return [ranks[candidate.automat.id] for candidate in judged]


async def _seen_automats(reading: Reading) -> frozenset[UUID]:
    return frozenset(await reading.scalars(reading.seen(Automat).with_only_columns(Automat.id)))


async def policy_of(
    reading: Reading, *, unit_id: UUID | None, entity_id: UUID | None
) -> UnitSettings | None:
    """Give the policy by which somebody looks around: a unit's, else the entity's.

    Args:
        reading: Who asks.
        unit_id: The unit, if one is named.
        entity_id: The entity, if one is asked about; its device group's settings come first.

    Raises:
        NotFound: There is no such unit or entity.
    """
    if unit_id is not None:
        unit = await reading.get(OrganizationUnit, unit_id, path=("organization_unit_id",))
        return await settings_of(reading, unit.id)
    if entity_id is None:
        return None
    entity = await reading.get(ReservableEntity, entity_id, path=("entity_id",))
    return await settings_of(reading, entity.unit_id, entity.device_group_id)


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

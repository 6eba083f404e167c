"""Which coming stays of an entity would move if it had another address; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from geo.decisions import Decision
from models.accounts import Permission
from models.addressed import PlacementProblem
from models.base import table_of
from models.contracts import KeyContract, LockerContractKind
from models.dialects.among import among
from models.entities import ReservableEntity
from models.errors import LivionKeyError
from models.places import Placement, PostalAddress
from models.reservations import Reservation, ReservationStatus
from models.times import Window
from resolvers.planning import claiming, planner
from resolvers.planning.holdings import NOTHING_HELD, Held, held_by
from resolvers.planning.stays import Plan, Stay, Wanted
from resolvers.planning.supplies import keys_of
from resolvers.planning.wants import Wants
from resolvers.settings import effective
from resolvers.work import Reading

MOST_STAYS = 100
COMING = (ReservationStatus.CONFIRMED, ReservationStatus.UNFULFILLED)


@dataclass(frozen=True, slots=True)
class MovedStay:
    """What would become of a coming stay.

    Args:
        reservation: The stay.
        automat_id: The automat that it has, if any.
        would_be: The automat that it would get, if any.
        decision: Why; None where the stay was refused or stays because a key is out.
        refusal: Why it would not get one.
    """

    reservation: Reservation
    automat_id: UUID | None
    would_be: UUID | None
    decision: Decision | None = None
    refusal: LivionKeyError | None = None

    @property
    def moves(self) -> bool:
        """Whether it would have another automat than now."""
        return self.automat_id != self.would_be


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of the coming stays of an entity.

    Args:
        stays: Those that begin first.
        more: How many more there are.
    """

    stays: list[MovedStay]
    more: int


async def preview(
    reading: Reading,
    entity_id: UUID | None,
    *,
    address: PostalAddress | None,
    found: Placement | PlacementProblem | None,
) -> Preview:
    """Plan the coming stays of an entity anew as if it stood elsewhere, and write nothing.

    They are planned in the order in which they begin, each against what the ones before it would
    take by then and the ones behind it have now, as planning them anew after the change would.

    Args:
        reading: Who asks.
        entity_id: The entity.
        address: Its address then; None leaves it.
        found: Where that is.

    Raises:
        NotAllowed: The actor may not look at reservations.
        NotFound: There is no such entity.
    """
    reading.require(Permission.VIEW)
    entity = await reading.get(ReservableEntity, entity_id, path=("entity_id",))
    elsewhere = _moved(entity, address, found)
    conditions = _coming(reading, entity.id)
    ordered = reading.own(Reservation).where(*conditions)
    reservations = await reading.all(
        ordered.order_by(Reservation.starts_at, Reservation.id).limit(MOST_STAYS)
    )
    ((number,),) = await reading.rows(
        select(func.count()).select_from(Reservation).where(*conditions)
    )
    stays = await _stays(reading, reservations, elsewhere)
    return Preview(await _planned(reading, stays), number - len(reservations))


def _coming(reading: Reading, entity_id: UUID) -> list[ColumnElement[bool]]:
    return [
        Reservation.organization_id == reading.actor.organization_id,
        Reservation.entity_id == entity_id,
        Reservation.starts_at > reading.now,
        Reservation.status.in_(COMING),
    ]


def _moved(
    entity: Any, address: PostalAddress | None, found: Placement | PlacementProblem | None
) -> ReservableEntity:
    """Copy an entity, and let the copy, which nothing writes, stand elsewhere."""
    columns = table_of(ReservableEntity).columns.keys()
    copy = ReservableEntity(**{name: getattr(entity, name) for name in columns})
    if address is not None:
        copy.address = address
    copy.place(found)
    return copy


async def _stays(
    reading: Reading, reservations: Sequence[Reservation], entity: ReservableEntity
) -> list[Stay]:
    ids = [one.id for one in reservations]
    rows = await reading.all(reading.own(KeyContract).where(among(KeyContract.reservation_id, ids)))
    contracts = {row.reservation_id: row for row in rows}
    held = await held_by(reading, [row.id for row in rows])
    pairs = [
        (entity.unit_id, one.wanted_device_group_id or entity.device_group_id)
        for one in reservations
    ]
    settings = await effective(reading, pairs)
    return [
        Stay(
            window=Window(one.starts_at, one.ends_at),
            settings=said,
            wanted=Wanted(
                automat_id=one.wanted_automat_id,
                device_group_id=one.wanted_device_group_id,
                key_ids=[UUID(id) for id in one.wanted_key_ids],
            ),
            entity=entity,
            reservation=one,
            contract=contracts.get(one.id),
            held=held[contracts[one.id].id] if one.id in contracts else NOTHING_HELD,
            now=reading.now,
        )
        for one, said in zip(reservations, settings, strict=True)
    ]


async def _planned(reading: Reading, stays: Sequence[Stay]) -> list[MovedStay]:
    movable = [stay for stay in stays if not stay.held.keys_out]
    wants = Wants(reading, await keys_of(reading, movable))
    snapshot = await planner.look(reading, movable)
    await planner.prefetch(snapshot, movable, wants)
    claiming.take_what_is_held(snapshot, movable)
    plans = {stay: await planner.plan_one(reading, snapshot, stay, wants) for stay in movable}
    return [_told(stay, plans.get(stay)) for stay in stays]


def _told(stay: Stay, planned: Plan | LivionKeyError | None) -> MovedStay:
    assert stay.reservation is not None  # noqa: S101 - they were made of reservations
    now = _automat_of(stay.held)
    if planned is None:  # somebody has a key: it stays as it is until that is back
        return MovedStay(stay.reservation, now, now)
    if not isinstance(planned, Plan):
        return MovedStay(stay.reservation, now, None, refusal=planned)
    chosen = planned.decision.chosen
    would_be = chosen.automat.id if chosen and planned.waits_for is None else None
    return MovedStay(stay.reservation, now, would_be, planned.decision, planned.waits_for)


def _automat_of(held: Held) -> UUID | None:
    """Tell where a stay's keys are fetched."""
    fetched = [one for one in held.lockers if one.kind is not LockerContractKind.RETURN]
    return min(fetched, key=lambda one: one.window.starts_at).automat_id if fetched else None

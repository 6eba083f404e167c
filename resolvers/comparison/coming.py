"""The coming stays of entities, and for how long they hold lockers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select

from models.contracts import KeyContract, LockerContract
from models.dialects.among import among, ids_later
from models.live_contracts import is_live
from models.reservations import Reservation, ReservationStatus
from models.times import Window, earlier
from resolvers.work import Reading, owned


@dataclass(frozen=True, slots=True)
class Coming:
    """What is to come of an entity within a time.

    Args:
        stays: Its reservations that are confirmed and begin then.
        held: For how long their lockers are held then; two lockers at a time count twice.
    """

    stays: int = 0
    held: timedelta = timedelta()


async def coming(
    reading: Reading, entity_ids: Iterable[UUID], within: Window
) -> dict[UUID, Coming]:
    """Count the coming stays of entities, in two statements; entities without any are left out.

    Args:
        reading: Who asks.
        entity_ids: Which entities.
        within: The time that is looked at, with an end.
    """
    told = {"owner": reading.actor.organization_id, "entities": list(entity_ids)}
    told |= {"from_": within.starts_at, "until": within.ends_at}
    stays = {row.entity_id: row.stays for row in await reading.rows(_stays(), **told)}
    held: dict[UUID, timedelta] = defaultdict(timedelta)
    for row in await reading.rows(_held(), **told):
        ends_at = row.ends_at if within.ends_at is None else earlier(within.ends_at, row.ends_at)
        held[row.entity_id] += max(ends_at - row.starts_at, timedelta())
    return {id: Coming(number, held.get(id, timedelta())) for id, number in stays.items()}


def _begins_within() -> tuple[Any, ...]:
    return (
        among(Reservation.entity_id, ids_later("entities")),
        Reservation.status == ReservationStatus.CONFIRMED,
        Reservation.starts_at >= bindparam("from_", type_=Reservation.starts_at.type),
        Reservation.starts_at < bindparam("until", type_=Reservation.starts_at.type),
    )


@cache
def _stays() -> Select[*tuple[Any, ...]]:
    return (
        owned(Reservation)
        .with_only_columns(Reservation.entity_id, func.count().label("stays"))
        .where(*_begins_within())
        .group_by(Reservation.entity_id)
    )


@cache
def _held() -> Select[*tuple[Any, ...]]:
    return (
        select(Reservation.entity_id, LockerContract.starts_at, LockerContract.ends_at)
        .join(KeyContract, KeyContract.reservation_id == Reservation.id)
        .join(LockerContract, LockerContract.key_contract_id == KeyContract.id)
        .where(
            Reservation.organization_id == bindparam("owner"),
            is_live(LockerContract),
            *_begins_within(),
        )
    )

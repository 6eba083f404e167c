"""Reservations as clients see them and look them up."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

import models.reservations as models
from models.accounts import Permission
from models.entities import ReservableEntity as EntityRow
from models.errors import ErrorCode
from models.reservations import status_at
from models.times import time_zone, wall_clock
from resolvers import looking, relations
from resolvers.checks import exactly_one
from schema.contacts import Contact
from schema.context import Info
from schema.contracts.contracts import KeyContract, contracts_with_a_key_out
from schema.entities import ReservableEntity
from schema.enums import ReservationStatus
from schema.execution import batched
from schema.loaders import to_first, to_many, to_one
from schema.nodes import Node, shows
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query
from schema.scalars import LocalDateTime, from_id, to_id
from schema.selecting.selections import AutomatSelection

load_contracts = to_first(relations.KEY_CONTRACT_OF_RESERVATION, "reservation_id")


async def statuses(pushed: list[Any], context: Any) -> list[ReservationStatus]:
    """Tell where reservations stand now; whether a key is out matters only after the end."""
    over = [one for one in pushed if one.ends_at and one.ends_at <= context.now]
    out: set[UUID] = set()
    if over:
        contracts = [one for one in await load_contracts(over, context) if one is not None]
        ids = [contract.contract_id for contract in contracts]
        with_key_out = await contracts_with_a_key_out(ids, context)
        out = {one.reservation_id for one in contracts if one.contract_id in with_key_out}
    return [status_at(one.row, context.now, key_is_out=one.reservation_id in out) for one in pushed]


async def time_zones(pushed: list[Any], context: Any) -> list[str]:
    """Tell by which clocks reservations are meant: those of the push, else of what holds for it."""
    silent = [one for one in pushed if one.row.time_zone is None]
    entities = await context.loaders.rows(EntityRow).load_many([one.entity_id for one in silent])
    pairs = [
        (entity.unit_id, one.row.wanted_device_group_id or entity.device_group_id)
        for one, entity in zip(silent, entities, strict=True)
    ]
    lines = await context.loaders.settings.load_many(pairs)
    usual = {
        one.reservation_id: line.effective().time_zone
        for one, line in zip(silent, lines, strict=True)
    }
    return [one.row.time_zone or usual[one.reservation_id] for one in pushed]


async def local_starts(pushed: list[Any], context: Any) -> list[datetime]:
    """Tell what the clock on the wall shows where reservations begin."""
    zones = await time_zones(pushed, context)
    return [
        wall_clock(one.starts_at, time_zone(zone)) for one, zone in zip(pushed, zones, strict=True)
    ]


async def local_ends(pushed: list[Any], context: Any) -> list[datetime | None]:
    """Tell what the clock on the wall shows where reservations end."""
    zones = await time_zones(pushed, context)
    return [
        one.ends_at and wall_clock(one.ends_at, time_zone(zone))
        for one, zone in zip(pushed, zones, strict=True)
    ]


@shows(models.Reservation)
@strawberry.type(description="An entity promised to contacts for a stretch of time.")
class Reservation(Node):
    reservation_id: strawberry.Private[UUID]
    entity_id: strawberry.Private[UUID]
    row: strawberry.Private[Any]
    source: str = strawberry.field(description="Whose number `externalId` is.")
    external_id: str = strawberry.field(description="The partner's own number of it.")
    entity: ReservableEntity = batched(
        to_one(EntityRow, "entity_id"), description="What is reserved."
    )
    contacts: list[Contact] = batched(
        to_many(relations.CONTACTS_OF_RESERVATION, "reservation_id"),
        description="For whom; the first is the main contact.",
    )
    starts_at: datetime = strawberry.field(description="Where it begins.")
    ends_at: datetime | None = strawberry.field(
        description="The first moment after it; null when it is permanent."
    )
    starts_at_local: LocalDateTime = batched(
        local_starts, description="Where it begins, by the clock on the wall of `timeZone`."
    )
    ends_at_local: LocalDateTime | None = batched(
        local_ends,
        description="The first moment after it, by the same clock; null when it is permanent.",
    )
    time_zone: str = batched(
        time_zones,
        description="The zone in which it was pushed, by its IANA name; its unit's when the push "
        "said none.",
    )
    status: ReservationStatus = batched(statuses, description="Where it stands now.")
    unfulfilled_reason: ErrorCode | None = strawberry.field(
        description="Why it is UNFULFILLED, else null."
    )
    unfulfilled_message: str | None = strawberry.field(description="The same in a sentence.")
    unfulfilled_free_from: datetime | None = strawberry.field(
        description="From when on a locker would be free for as long, where that is what is "
        "missing and it is known; as it was when that was last decided."
    )
    selection: AutomatSelection | None = batched(
        to_first(relations.SELECTIONS, "reservation_id"),
        description="How the automat was chosen: the newest decision.",
    )
    key_contract: KeyContract | None = batched(
        load_contracts, description="The keys that were promised for it."
    )

    @classmethod
    def of(cls, row: models.Reservation) -> Self:
        return cls(
            id=to_id(models.Reservation, row.id),
            reservation_id=row.id,
            entity_id=row.entity_id,
            row=row,
            source=row.source,
            external_id=row.external_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            unfulfilled_reason=row.unfulfilled_reason,
            unfulfilled_message=row.unfulfilled_message,
            unfulfilled_free_from=row.unfulfilled_free_from,
        )


@strawberry.type
class ReservationQueries:
    @query(
        permission=Permission.VIEW,
        description="One reservation, by its id or by the partner's own number of it.",
    )
    async def reservation(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="Its id.")] = None,
        source: Annotated[
            str | None,
            strawberry.argument(description="Whose number it is; the token's when left out."),
        ] = None,
        external_id: Annotated[
            str | None, strawberry.argument(description="The partner's own number of it.")
        ] = None,
    ) -> Reservation | None:
        exactly_one(id=id, externalId=external_id)
        row = models.Reservation
        async with info.context.reading() as reading:
            if external_id is None:
                found = await looking.find(reading, row, from_id(row, id))
            else:
                whose = source or info.context.actor.source
                conditions = (row.source == whose, row.external_id == external_id)
                found = await looking.find_by(reading, row, *conditions)
        return None if found is None else Reservation.of(found)

    @query(permission=Permission.VIEW, description="The reservations of your organization.")
    async def reservations(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        entity_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those of this entity.")
        ] = None,
        unfulfilled: Annotated[
            bool | None, strawberry.argument(description="True: only those that wait.")
        ] = None,
    ) -> Connection[Reservation]:
        behind = from_cursor(after)
        row = models.Reservation
        conditions = []
        if entity_id is not None:
            conditions.append(row.entity_id == from_id(EntityRow, entity_id))
        if unfulfilled is not None:
            waits = row.status == ReservationStatus.UNFULFILLED
            conditions.append(waits if unfulfilled else ~waits)
        async with info.context.reading() as reading:
            part = await looking.page(reading, row, *conditions, first=first, after=behind)
        return connection(part, Reservation.of, behind)

"""Reservations as clients see them and push them."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

import models.reservations as models
from models.accounts import Permission
from models.entities import ReservableEntity as EntityRow
from models.errors import ErrorCode
from models.reservations import status_at
from resolvers import idempotency, looking, relations, reservations
from resolvers.checks import exactly_one
from resolvers.pushing.requests import Times
from schema.contacts import Contact, ContactInput
from schema.context import Info
from schema.contracts import KeyContract, contracts_with_a_key_out
from schema.entities import ReservableEntity
from schema.enums import ReservationStatus, UpsertOutcome
from schema.errors import UserError, mutation
from schema.execution import batched
from schema.inputs import given
from schema.loaders import to_first, to_many, to_one
from schema.nodes import Node, shows
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.scalars import LocalDateTime, from_id, to_id
from schema.selections import AutomatSelection, wanted_of

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
    status: ReservationStatus = batched(statuses, description="Where it stands now.")
    unfulfilled_reason: ErrorCode | None = strawberry.field(
        description="Why it is UNFULFILLED, else null."
    )
    unfulfilled_message: str | None = strawberry.field(description="The same in a sentence.")
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
        )


@strawberry.input(
    description="Give either entityId or entityExternalId, and the start (and end, unless it is "
    "permanent) either as instants or as local times."
)
class ReservationUpsertInput:
    external_id: str = strawberry.field(
        description="The partner's own number of it: the same one always means the same "
        "reservation."
    )
    contacts: list[ContactInput] = strawberry.field(
        description="For whom; the first is the main contact."
    )
    source: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whose number externalId is; that of the token when left out.",
    )
    entity_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="What is reserved."
    )
    entity_external_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="Your own number of it."
    )
    starts_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Where it begins."
    )
    ends_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="The first moment after it."
    )
    starts_at_local: LocalDateTime | None = strawberry.field(
        default=strawberry.UNSET, description="Where it begins, by the clock on the wall."
    )
    ends_at_local: LocalDateTime | None = strawberry.field(
        default=strawberry.UNSET, description="The first moment after it, by the clock on the wall."
    )
    time_zone: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="IANA name for the local times; the unit's when left out.",
    )
    device_group_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Legacy: look only among this group's automats."
    )
    automat_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Use this automat and no other."
    )
    key_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Certain keys, all of which go out."
    )
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The same key and the same input give the same answer again for seven days.",
    )

    def times(self) -> Times:
        return Times(
            starts_at=given(self.starts_at),
            ends_at=given(self.ends_at),
            starts_at_local=given(self.starts_at_local),
            ends_at_local=given(self.ends_at_local),
            time_zone=given(self.time_zone),
        )


@strawberry.type(description="What a push did.")
class ReservationUpsertPayload:
    reservation: Reservation | None = strawberry.field(
        default=None, description="The reservation; null when the push was refused."
    )
    outcome: UpsertOutcome | None = strawberry.field(
        default=None, description="What the push did; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.input(description="Give either id or externalId.")
class ReservationCancelInput:
    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Which reservation."
    )
    source: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whose number externalId is; that of the token when left out.",
    )
    external_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="The partner's own number of it."
    )


@strawberry.type(description="What became of a reservation.")
class ReservationCancelPayload:
    reservation: Reservation | None = strawberry.field(
        default=None, description="The reservation; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class ReservationQueries:
    @strawberry.field(
        description="One reservation, by its id or by the partner's own number of it."
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

    @strawberry.field(description="The reservations of your organization.")
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


@strawberry.type
class ReservationMutations:
    @mutation(
        description="Push a reservation: make it, change it, or change nothing when it is the same "
        "again. The answer has the automat, the reasons, the locker and the PIN."
    )
    async def reservation_upsert(
        self, info: Info, input: ReservationUpsertInput
    ) -> ReservationUpsertPayload:
        key = given(input.idempotency_key)
        async with info.context.writing() as work:
            known = await idempotency.recall(
                work, key, input, permission=Permission.EDIT_RESERVATIONS
            )
            if known is not None:
                row = await work.get(models.Reservation, UUID(known["reservation_id"]))
                outcome = UpsertOutcome(known["outcome"])
            else:
                row, outcome = await reservations.upsert(
                    work,
                    external_id=input.external_id,
                    source=given(input.source),
                    entity_id=from_id(EntityRow, input.entity_id),
                    entity_external_id=given(input.entity_external_id),
                    contacts=[contact.details() for contact in input.contacts],
                    times=input.times(),
                    wanted=wanted_of(input),
                )
                answer = {"reservation_id": row.id.hex, "outcome": outcome.value}
                await idempotency.remember(work, key, input, answer)
        return ReservationUpsertPayload(reservation=Reservation.of(row), outcome=outcome)

    @mutation(description="Give a reservation up and free all that it held.")
    async def reservation_cancel(
        self, info: Info, input: ReservationCancelInput
    ) -> ReservationCancelPayload:
        async with info.context.writing() as work:
            row = await reservations.cancel(
                work,
                id=from_id(models.Reservation, input.id),
                source=given(input.source),
                external_id=given(input.external_id),
            )
        return ReservationCancelPayload(reservation=Reservation.of(row))

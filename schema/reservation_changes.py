"""Pushing reservations and giving them up: mutations."""

from collections.abc import Collection
from datetime import datetime

import strawberry

import models.reservations as models
from models.accounts import Permission
from models.entities import ReservableEntity as EntityRow
from resolvers import reservations
from resolvers.pushing.requests import Request, Times
from resolvers.work import Work
from schema.contacts import ContactInput
from schema.enums import Change, UpsertOutcome
from schema.errors import UserError
from schema.inputs import Repeatable, given
from schema.many_inputs import one_of_many
from schema.mutations import mutation
from schema.permissions import reached
from schema.reservations import Reservation
from schema.scalars import LocalDateTime, from_id
from schema.wishes import wanted_of


@one_of_many
@strawberry.input(
    description="Give either entityId or entityExternalId, and the start (and end, unless it is "
    "permanent) either as instants or as local times."
)
class ReservationUpsertInput(Repeatable):
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
        default=strawberry.UNSET,
        description="Where it begins, by the clock on the wall. A time that the clock jumps over "
        "means the first moment after the jump; one that comes twice means the first.",
    )
    ends_at_local: LocalDateTime | None = strawberry.field(
        default=strawberry.UNSET,
        description="The first moment after it, by the clock on the wall, read in the same way.",
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

    def times(self) -> Times:
        return Times(
            starts_at=given(self.starts_at),
            ends_at=given(self.ends_at),
            starts_at_local=given(self.starts_at_local),
            ends_at_local=given(self.ends_at_local),
            time_zone=given(self.time_zone),
        )

    def request(self, *, idempotency_key: str | None = None) -> Request:
        return Request(
            external_id=self.external_id,
            source=given(self.source),
            entity_id=from_id(EntityRow, self.entity_id),
            entity_external_id=given(self.entity_external_id),
            contacts=[contact.details() for contact in self.contacts],
            times=self.times(),
            wanted=wanted_of(self),
            idempotency_key=idempotency_key,
        )


def in_order(changed: Collection[Change]) -> list[Change]:
    """List changes in the order of their names in the schema."""
    return [change for change in Change if change in changed]


@reached
@strawberry.type(description="What a push did.")
class ReservationUpsertPayload:
    reservation: Reservation | None = strawberry.field(
        default=None, description="The reservation; null when the push was refused."
    )
    outcome: UpsertOutcome | None = strawberry.field(
        default=None, description="What the push did; null when it was refused."
    )
    changed: list[Change] = strawberry.field(
        default_factory=list, description="What of it is otherwise now; empty unless UPDATED."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.input(description="Give either id or externalId.")
class ReservationCancelInput(Repeatable):
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
    force: bool | None = strawberry.field(
        default=False,
        description="True: end the stay now also while somebody has a key. The reservation is "
        "CANCELLED, and the key contract waits for the key as for one that is late; without it "
        "that is refused as KEY_OUT.",
    )


@reached
@strawberry.type(description="What became of a reservation.")
class ReservationCancelPayload:
    reservation: Reservation | None = strawberry.field(
        default=None, description="The reservation; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class ReservationMutations:
    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Push a reservation: make it, change it, or change nothing when it is the same "
        "again. The answer has the automat, the reasons, the locker and the PIN.",
        frequent=True,
    )
    async def reservation_upsert(
        self, work: Work, input: ReservationUpsertInput
    ) -> ReservationUpsertPayload:
        pushed = await reservations.push(work, input.request())
        return ReservationUpsertPayload(
            reservation=Reservation.of(pushed.kept()),
            outcome=pushed.outcome,
            changed=in_order(pushed.changed),
        )

    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Give a reservation up and free all that it held.",
    )
    async def reservation_cancel(
        self, work: Work, input: ReservationCancelInput
    ) -> ReservationCancelPayload:
        row = await reservations.cancel(
            work,
            id=from_id(models.Reservation, input.id),
            source=given(input.source),
            external_id=given(input.external_id),
            force=bool(input.force),
        )
        return ReservationCancelPayload(reservation=Reservation.of(row))

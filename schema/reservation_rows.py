"""Pushing many reservations in one call: rows going in, and what became of each coming out."""

from collections.abc import Sequence
from typing import Self

import strawberry

from models.accounts import Permission
from models.errors import ErrorCode
from resolvers.pushing.batches import Row, push_many
from resolvers.pushing.pushing import Pushed
from resolvers.work import Work
from schema.automats.automats import Automat
from schema.enums import Change, ErrorPolicy, RowOutcome, SelectionMethod
from schema.errors import UserError
from schema.inputs import Repeatable, given
from schema.mutations import mutation
from schema.permissions import reached
from schema.reservation_changes import ReservationUpsertInput, in_order
from schema.reservations import Reservation


@strawberry.input(description="Many reservations, as they are now.")
class ReservationsUpsertInput(Repeatable):
    reservations: list[ReservationUpsertInput] = strawberry.field(
        description="1 to 1 000 of them. They are done in this order, so a row may use what an "
        "earlier one frees. A row has no idempotencyKey of its own; the call has one."
    )
    error_policy: ErrorPolicy | None = strawberry.field(
        default=ErrorPolicy.KEEP_GOOD, description="What a refused row means for the others."
    )
    dry_run: bool | None = strawberry.field(
        default=False,
        description="True: nothing is done, and the answer tells what would have been.",
    )


@reached
@strawberry.type(description="What became of one row; in a dry run, what would have.")
class ReservationsUpsertRow:
    index: int = strawberry.field(description="Its place in the input, counted from 0.")
    external_id: str = strawberry.field(description="The partner's own number of it, as it came.")
    outcome: RowOutcome = strawberry.field(description="What became of it.")
    changed: list[Change] = strawberry.field(
        default_factory=list, description="What of it is otherwise now; empty unless UPDATED."
    )
    reservation: Reservation | None = strawberry.field(
        default=None,
        description="The reservation; null in a dry run, and when the row was refused or not done.",
    )
    automat: Automat | None = strawberry.field(
        default=None,
        description="The automat that was chosen for it; null when none was, or when nothing had "
        "to be planned.",
    )
    selection_method: SelectionMethod | None = strawberry.field(
        default=None, description="By which rule that automat was chosen."
    )
    unfulfilled_reason: ErrorCode | None = strawberry.field(
        default=None, description="Why the reservation is kept as UNFULFILLED, else null."
    )
    unfulfilled_message: str | None = strawberry.field(
        default=None, description="The same in a sentence."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against this row."
    )

    @classmethod
    def of(cls, index: int, input: ReservationUpsertInput, row: Row, *, dry_run: bool) -> Self:
        pushed = row.pushed
        reservation = pushed.reservation
        return cls(
            index=index,
            external_id=input.external_id,
            outcome=row.outcome,
            changed=in_order(pushed.changed),
            reservation=Reservation.of(reservation) if reservation and not dry_run else None,
            automat=Automat.of(row.automat) if row.automat else None,
            selection_method=pushed.plan.decision.method if pushed.plan else None,
            unfulfilled_reason=reservation.unfulfilled_reason if reservation else None,
            unfulfilled_message=reservation.unfulfilled_message if reservation else None,
            user_errors=errors_of(index, pushed),
        )


def errors_of(index: int, pushed: Pushed) -> list[UserError]:
    """Say what stood against a row, with the way into it."""
    if pushed.refusal is None:
        return []
    return [UserError.of(pushed.refusal, within=("reservations", str(index)))]


@reached
@strawberry.type(description="What became of many reservations; in a dry run, what would have.")
class ReservationsUpsertPayload:
    rows: list[ReservationsUpsertRow] = strawberry.field(
        default_factory=list, description="One for each row of the input, in its order."
    )
    created: int = strawberry.field(default=0, description="How many rows are CREATED.")
    updated: int = strawberry.field(default=0, description="How many rows are UPDATED.")
    unchanged: int = strawberry.field(default=0, description="How many rows are UNCHANGED.")
    refused: int = strawberry.field(default=0, description="How many rows are REFUSED.")
    not_done: int = strawberry.field(default=0, description="How many rows are NOT_DONE.")
    user_errors: list[UserError] = strawberry.field(
        default_factory=list,
        description="Why nothing of the whole call was done: also those of its rows under "
        "REJECT_ALL. Empty when the rows were done that were not refused.",
    )

    @classmethod
    def of(cls, rows: list[ReservationsUpsertRow], policy: ErrorPolicy) -> Self:
        all_rejected = policy is ErrorPolicy.REJECT_ALL
        return cls(
            rows=rows,
            created=count(rows, RowOutcome.CREATED),
            updated=count(rows, RowOutcome.UPDATED),
            unchanged=count(rows, RowOutcome.UNCHANGED),
            refused=count(rows, RowOutcome.REFUSED),
            not_done=count(rows, RowOutcome.NOT_DONE),
            user_errors=[error for row in rows for error in row.user_errors if all_rejected],
        )


def count(rows: Sequence[ReservationsUpsertRow], outcome: RowOutcome) -> int:
    """Count the rows of which one thing became."""
    return sum(row.outcome is outcome for row in rows)


@strawberry.type
class ReservationRowMutations:
    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Push many reservations in one transaction: each as `reservationUpsert` would, "
        "with an outcome for each.",
    )
    async def reservations_upsert(
        self, work: Work, input: ReservationsUpsertInput
    ) -> ReservationsUpsertPayload:
        inputs, dry_run = input.reservations, bool(input.dry_run)
        policy = input.error_policy or ErrorPolicy.KEEP_GOOD
        done = await push_many(
            work,
            [one.request(idempotency_key=given(one.idempotency_key)) for one in inputs],
            policy=policy,
            dry_run=dry_run,
        )
        rows = [
            ReservationsUpsertRow.of(index, one, row, dry_run=dry_run)
            for index, (one, row) in enumerate(zip(inputs, done, strict=True))
        ]
        return ReservationsUpsertPayload.of(rows, policy)

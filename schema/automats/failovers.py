"""Failover as clients see it: what is to come at an automat, and where it goes or would go."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import strawberry

from models.accounts import Permission
from models.automats import Automat as AutomatRow
from models.contracts import KeyContract as KeyContractRow
from models.contracts import LockerContract as LockerContractRow
from resolvers.failover import applying
from resolvers.failover.moves import Move
from resolvers.work import Work
from schema.automats.automats import Automat
from schema.context import Info
from schema.contracts.contracts import KeyContract, LockerContract
from schema.enums import LockerContractKind
from schema.errors import UserError
from schema.execution import batched
from schema.inputs import Repeatable
from schema.loaders import to_one
from schema.mutations import mutation
from schema.permissions import query, reached
from schema.scalars import from_id


@reached
@strawberry.type(
    description="One locker contract to come at an automat that fails, and what becomes of it."
)
class FailoverMove:
    from_id: strawberry.Private[UUID]
    to_id: strawberry.Private[UUID | None]
    locker_contract_id: strawberry.Private[UUID]
    key_contract_id: strawberry.Private[UUID]
    locker_contract: LockerContract | None = batched(
        to_one(LockerContractRow, "locker_contract_id"),
        description="Which locker contract, as it stands now. NOT_ALLOWED for whoever may not look "
        "at contracts.",
    )
    key_contract: KeyContract | None = batched(
        to_one(KeyContractRow, "key_contract_id"), description="Whose; as `lockerContract`."
    )
    kind: LockerContractKind = strawberry.field(description="What it is held for.")
    starts_at: datetime = strawberry.field(description="From when on its locker is held.")
    from_automat: Automat | None = batched(
        to_one(AutomatRow, "from_id"), description="The automat that fails."
    )
    to_automat: Automat | None = batched(
        to_one(AutomatRow, "to_id"), description="Where it goes; null when it stays."
    )
    locker_index: int | None = strawberry.field(
        description="Which locker there, counted from 0; null when it stays."
    )
    metres_before: float | None = strawberry.field(
        description="From the entity to the automat that fails, in metres, as its policy measures; "
        "0 for a contract of staff, which has no entity. Null when either place is not known."
    )
    metres_after: float | None = strawberry.field(
        description="From the entity to the other automat, in the same way; for a contract of "
        "staff from the automat that fails. Null when it stays, or a place is not known."
    )
    same_pin: bool = strawberry.field(
        description="Whether its PIN stays the same; it has a new one where the other automat "
        "knows it already. False when it stays."
    )
    reason: str | None = strawberry.field(description="Why it stays; null when it is moved.")

    @classmethod
    def of(cls, move: Move) -> Self:
        return cls(
            from_id=move.from_automat_id,
            to_id=move.to_automat_id,
            locker_contract_id=move.locker_contract_id,
            key_contract_id=move.key_contract_id,
            kind=move.kind,
            starts_at=move.starts_at,
            locker_index=move.locker_index,
            metres_before=move.metres_before,
            metres_after=move.metres_after,
            same_pin=move.same_pin,
            reason=move.reason,
        )


@strawberry.input(description="An automat from which all that is to come is to go elsewhere.")
class FailoverApplyInput(Repeatable):
    automat_id: strawberry.ID = strawberry.field(description="Which automat.")


@reached
@strawberry.type(description="What became of all that was to come at an automat.")
class FailoverApplyPayload:
    moves: list[FailoverMove] | None = strawberry.field(
        default=None,
        description="All of it, what begins first first; empty when nothing is to come any more, "
        "null when it was refused.",
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class FailoverQueries:
    @query(
        permission=Permission.EDIT_AUTOMATS,
        description="What `failoverApply` would do now, and nothing of it is done: the locker "
        "contracts to come at an automat that nobody has begun to use, with where each would go "
        "or why it stays. A key that lies in the automat keeps its stay there. Needs the "
        "permission to change automats.",
    )
    async def failover_plan(
        self,
        info: Info,
        automat_id: Annotated[strawberry.ID, strawberry.argument(description="Which automat.")],
    ) -> list[FailoverMove]:
        id = from_id(AutomatRow, automat_id)

        async def show(work: Work) -> applying.Failover:
            return await applying.plan(work, id)

        shown = await info.context.writing(show)
        return [FailoverMove.of(move) for move in shown.moves]


@strawberry.type
class FailoverMutations:
    @mutation(
        permission=Permission.EDIT_AUTOMATS,
        description="Move all that is to come at an automat elsewhere, as far as keys and policy "
        "allow, whatever its state: one event and one notice for each contract that moves. A "
        "second time moves nothing. By itself that is done when an automat is taken out of "
        "service, or is silent for longer than the policy of a stay allows.",
    )
    async def failover_apply(self, work: Work, input: FailoverApplyInput) -> FailoverApplyPayload:
        done = await applying.apply(work, from_id(AutomatRow, input.automat_id))
        return FailoverApplyPayload(moves=[FailoverMove.of(move) for move in done.moves])

"""Saying of a contract when its keys may be fetched."""

import strawberry

import models.contracts as models
from models.accounts import Permission
from resolvers import access_schedules
from resolvers.work import Work
from schema.contracts.access_schedules import AccessScheduleInput
from schema.contracts.contracts import KeyContract
from schema.errors import UserError
from schema.inputs import Repeatable
from schema.mutations import mutation
from schema.permissions import reached
from schema.scalars import from_id


@strawberry.input(description="When the keys of a contract may be fetched.")
class KeyContractScheduleSetInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which key contract.")
    access_schedule: AccessScheduleInput | None = strawberry.field(
        description="The schedule; null when they may be fetched at any time."
    )


@reached
@strawberry.type(description="What became of a key contract.")
class KeyContractScheduleSetPayload:
    key_contract: KeyContract | None = strawberry.field(
        default=None, description="The key contract; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class AccessScheduleMutations:
    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Say when the keys of a contract may be fetched, where its unit lets contracts "
        "have an access schedule.",
    )
    async def key_contract_schedule_set(
        self, work: Work, input: KeyContractScheduleSetInput
    ) -> KeyContractScheduleSetPayload:
        wanted = input.access_schedule
        contract = await access_schedules.set_schedule(
            work,
            from_id(models.KeyContract, input.id),
            None if wanted is None else wanted.stored(),
        )
        return KeyContractScheduleSetPayload(key_contract=KeyContract.of(contract))

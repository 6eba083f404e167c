"""Key contracts that staff and partners make, change, make to hold, and give up."""

import strawberry

from models.accounts import Permission
from resolvers import contracts
from resolvers.staff_contracts import changing, creating, drafts
from resolvers.work import Work
from schema.contracts.contract_inputs import (
    KeyContractActivateInput,
    KeyContractCancelInput,
    KeyContractCreateInput,
    KeyContractUpdateInput,
    changes_of,
    contract_id,
    pins_of,
)
from schema.contracts.contracts import KeyContract
from schema.errors import UserError
from schema.inputs import given
from schema.mutations import mutation
from schema.permissions import reached


@reached
@strawberry.type(description="What became of a key contract.")
class KeyContractCreatePayload:
    key_contract: KeyContract | None = strawberry.field(
        default=None, description="The key contract; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="What became of a key contract.")
class KeyContractUpdatePayload(KeyContractCreatePayload):
    pass


@reached
@strawberry.type(description="What became of a key contract.")
class KeyContractActivatePayload(KeyContractCreatePayload):
    pass


@reached
@strawberry.type(description="What became of a key contract.")
class KeyContractCancelPayload(KeyContractCreatePayload):
    pass


@strawberry.type
class ContractMutations:
    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Promise certain keys to contacts for a time, without a reservation; or only "
        "keep a draft of that.",
    )
    async def key_contract_create(
        self, work: Work, input: KeyContractCreateInput
    ) -> KeyContractCreatePayload:
        create = drafts.create if given(input.draft) else creating.create
        contract = await create(work, input.asked())
        return KeyContractCreatePayload(key_contract=KeyContract.of(contract))

    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Change a contract by staff; that of a reservation changes by pushing it, but "
        "for how it is confirmed.",
    )
    async def key_contract_update(
        self, work: Work, input: KeyContractUpdateInput
    ) -> KeyContractUpdatePayload:
        contract = await changing.change(work, contract_id(input.id), changes_of(input))
        return KeyContractUpdatePayload(key_contract=KeyContract.of(contract))

    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Let a draft hold, or wait for its signature; where that is refused it stays "
        "a draft.",
    )
    async def key_contract_activate(
        self, work: Work, input: KeyContractActivateInput
    ) -> KeyContractActivatePayload:
        id = contract_id(input.id)
        contract = await drafts.activate(work, id, pins=pins_of(input.pins))
        return KeyContractActivatePayload(key_contract=KeyContract.of(contract))

    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Give a contract by staff up, and free all that it held. Twice is once.",
    )
    async def key_contract_cancel(
        self, work: Work, input: KeyContractCancelInput
    ) -> KeyContractCancelPayload:
        contract = await contracts.cancel(work, contract_id(input.id))
        return KeyContractCancelPayload(key_contract=KeyContract.of(contract))

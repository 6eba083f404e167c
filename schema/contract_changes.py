"""Key contracts that staff make, change and give up."""

from datetime import datetime

import strawberry

import models.contracts as models
from models.accounts import Permission
from models.automats import Automat as AutomatRow
from models.errors import InvalidInput
from models.keys import Key as KeyRow
from models.keys import KeyRing as KeyRingRow
from models.times import Window
from resolvers import contract_changes, contracts
from resolvers.work import Work
from schema.contacts import ContactInput
from schema.contracts import KeyContract
from schema.errors import UserError
from schema.inputs import Repeatable, given, was_given
from schema.mutations import mutation
from schema.scalars import from_id


@strawberry.input(
    description="A contract of certain keys. One in an automat keeps its locker all the time; "
    "those at desks are handed over there, unless an automat is named. Never both together."
)
class KeyContractCreateInput(Repeatable):
    contacts: list[ContactInput] = strawberry.field(
        description="Who may have the keys; the first is the main contact."
    )
    key_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Which keys, also in several automats."
    )
    key_ring_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Key rings, all keys of which are meant."
    )
    starts_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="Where it begins; now when left out."
    )
    ends_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="The first moment after it; permanent when left out.",
    )
    automat_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="To which automat keys at desks are brought to be fetched there.",
    )
    free_locker_after_fetch: bool | None = strawberry.field(
        default=False, description="Whether its locker is free for others once its key is out."
    )
    pick_up_information: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="How keys at a desk are got; needed when the contract lies ahead.",
    )
    reference: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What people call it: letters, digits and _ / . -; made when left out.",
    )


@strawberry.input(description="Changes of a contract that staff made; what is left out stays.")
class KeyContractUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which key contract.")
    ends_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="The first moment after it, also while its keys are out; null makes it "
        "permanent.",
    )
    pick_up_information: str | None = strawberry.field(
        default=strawberry.UNSET, description="How keys at a desk are got."
    )


@strawberry.input(description="A contract that staff made and that is given up.")
class KeyContractCancelInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which key contract.")


@strawberry.type(description="What became of a key contract.")
class KeyContractCreatePayload:
    key_contract: KeyContract | None = strawberry.field(
        default=None, description="The key contract; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type(description="What became of a key contract.")
class KeyContractUpdatePayload(KeyContractCreatePayload):
    pass


@strawberry.type(description="What became of a key contract.")
class KeyContractCancelPayload(KeyContractCreatePayload):
    pass


@strawberry.type
class ContractMutations:
    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Promise certain keys to contacts for a time, without a reservation.",
    )
    async def key_contract_create(
        self, work: Work, input: KeyContractCreateInput
    ) -> KeyContractCreatePayload:
        contract = await contracts.create(
            work,
            key_ids=[from_id(KeyRow, id) for id in given(input.key_ids) or ()],
            key_ring_ids=[from_id(KeyRingRow, id) for id in given(input.key_ring_ids) or ()],
            contacts=[contact.details() for contact in input.contacts],
            window=Window.checked(given(input.starts_at) or work.now, given(input.ends_at)),
            automat_id=from_id(AutomatRow, input.automat_id),
            free_locker_after_fetch=bool(given(input.free_locker_after_fetch)),
            pick_up_information=given(input.pick_up_information),
            reference=given(input.reference),
        )
        return KeyContractCreatePayload(key_contract=KeyContract.of(contract))

    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Give a contract by staff another end, or other words for the pick-up.",
    )
    async def key_contract_update(
        self, work: Work, input: KeyContractUpdateInput
    ) -> KeyContractUpdatePayload:
        id = from_id(models.KeyContract, input.id)
        contract = None
        if was_given(input.ends_at):
            contract = await contract_changes.change_end(work, id, ends_at=input.ends_at)
        if was_given(input.pick_up_information):
            words = input.pick_up_information
            contract = await contract_changes.describe_pick_up(work, id, words)
        if contract is None:
            raise InvalidInput("Say what is to be changed: endsAt or pickUpInformation.")
        return KeyContractUpdatePayload(key_contract=KeyContract.of(contract))

    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Give a contract by staff up, and free all that it held. Twice is once.",
    )
    async def key_contract_cancel(
        self, work: Work, input: KeyContractCancelInput
    ) -> KeyContractCancelPayload:
        contract = await contracts.cancel(work, from_id(models.KeyContract, input.id))
        return KeyContractCancelPayload(key_contract=KeyContract.of(contract))

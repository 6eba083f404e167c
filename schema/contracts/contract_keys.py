"""Keys of a contract added, removed and swapped, and new PINs for its lockers."""

import strawberry

from models.accounts import Permission
from models.contracts import LockerContract as LockerContractRow
from models.keys import Key as KeyRow
from resolvers.staff_contracts import keys, pins
from resolvers.staff_contracts.keys import Swap
from resolvers.work import Work
from schema.contracts.contract_changes import KeyContractCreatePayload
from schema.contracts.contract_inputs import contract_id
from schema.contracts.contracts import KeyContract
from schema.inputs import Repeatable, given
from schema.mutations import mutation
from schema.permissions import reached
from schema.scalars import from_id


@strawberry.input(description="One key instead of another one.")
class KeySwapInput:
    key_id: strawberry.ID = strawberry.field(description="The key that comes.")
    for_key_id: strawberry.ID = strawberry.field(description="The key that goes.")


@strawberry.input(description="Other keys for a contract that staff made: all of it or nothing.")
class KeyContractKeysChangeInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which key contract.")
    add_key_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Keys that come."
    )
    remove_key_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Keys that go; none that somebody has."
    )
    swaps: list[KeySwapInput] | None = strawberry.field(
        default=strawberry.UNSET, description="Keys that come instead of others."
    )


@strawberry.input(description="A new PIN for a locker that a contract holds.")
class KeyContractPinRenewInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which key contract.")
    locker_contract_id: strawberry.ID = strawberry.field(description="Which of its lockers.")


@reached
@strawberry.type(description="What became of a key contract.")
class KeyContractKeysChangePayload(KeyContractCreatePayload):
    pass


@reached
@strawberry.type(description="What became of a key contract.")
class KeyContractPinRenewPayload(KeyContractCreatePayload):
    pass


@strawberry.type
class ContractKeyMutations:
    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Add keys to a contract by staff, remove some, and swap some for others. Those "
        "that stay keep their lockers and PINs; at least one key stays or comes.",
    )
    async def key_contract_keys_change(
        self, work: Work, input: KeyContractKeysChangeInput
    ) -> KeyContractKeysChangePayload:
        contract = await keys.change_keys(
            work,
            contract_id(input.id),
            add=[from_id(KeyRow, id) for id in given(input.add_key_ids) or ()],
            remove_ids=[from_id(KeyRow, id) for id in given(input.remove_key_ids) or ()],
            swaps=[
                Swap(from_id(KeyRow, one.key_id), from_id(KeyRow, one.for_key_id))
                for one in given(input.swaps) or ()
            ],
        )
        return KeyContractKeysChangePayload(key_contract=KeyContract.of(contract))

    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Make a new PIN for a locker before its key is fetched; the automat learns it "
        "anew, and the one before opens nothing any more.",
    )
    async def key_contract_pin_renew(
        self, work: Work, input: KeyContractPinRenewInput
    ) -> KeyContractPinRenewPayload:
        locker_contract_id = from_id(LockerContractRow, input.locker_contract_id)
        contract = await pins.renew(work, contract_id(input.id), locker_contract_id)
        return KeyContractPinRenewPayload(key_contract=KeyContract.of(contract))

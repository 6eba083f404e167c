"""What people do at a desk: handing keys over, taking them back, putting them elsewhere."""

from datetime import datetime

import strawberry

import models.keys as models
from models.accounts import Permission
from models.automats import Automat as AutomatRow
from models.contracts import KeyContract as KeyContractRow
from resolvers.handover import desks
from resolvers.work import Work
from schema.contacts import ContactInput
from schema.contracts.contracts import KeyContract
from schema.errors import UserError
from schema.inputs import Repeatable, given
from schema.keys.key_changes import KeyStorageInput
from schema.keys.key_names import KeyNameInput, warnings_of
from schema.keys.keys import Key
from schema.mutations import mutation
from schema.permissions import reached
from schema.scalars import from_id


@strawberry.input(
    description="Keys that are handed over at a desk: under `keyContractId`, under a new contract "
    "with `contacts`, or under the contract whose time it is or that comes next."
)
class KeyHandOverInput(Repeatable):
    keys: list[KeyNameInput] | None = strawberry.field(
        default=strawberry.UNSET, description="Which keys."
    )
    key_ring_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Key rings, all keys of which are handed over."
    )
    key_contract_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The contract that waits for them."
    )
    contacts: list[ContactInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="To whom, for a new contract that begins now; the first is the main contact.",
    )
    due_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="When they have to be back, for a new contract; never when left out.",
    )
    pick_up_information: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="How they are got, for a new contract, such as at which counter.",
    )


@reached
@strawberry.type(description="What became of keys that are handed over.")
class KeyHandOverPayload:
    keys: list[Key] | None = strawberry.field(
        default=None, description="The keys; null when it was refused."
    )
    key_contract: KeyContract | None = strawberry.field(
        default=None, description="The contract under which somebody has them now."
    )
    warnings: list[UserError] = strawberry.field(
        default_factory=list, description="What it contradicts that was known before."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.input(
    description="A key that somebody brings to a desk: late, early, twice, or of another contract."
)
class KeyTakeBackInput(Repeatable):
    key: KeyNameInput = strawberry.field(description="Which key.")
    manual_storage_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="At which desk; when left out the one where it lives, or the only one.",
    )
    key_contract_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The contract under which it should have been out, to be told if it was not.",
    )


@reached
@strawberry.type(description="What became of a key that is taken back.")
class KeyTakeBackPayload:
    key: Key | None = strawberry.field(
        default=None, description="The key; null when it was refused."
    )
    key_contract: KeyContract | None = strawberry.field(
        default=None, description="The contract under which somebody had it; null when unknown."
    )
    warnings: list[UserError] = strawberry.field(
        default_factory=list, description="What it contradicts that was known before."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.input(description="A key that is put elsewhere: into a locker, or to another desk.")
class KeyTransferInput(Repeatable):
    key: KeyNameInput = strawberry.field(description="Which key.")
    storage: KeyStorageInput = strawberry.field(description="Where it is put.")
    locker_index: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Into which locker; when left out the one that is held for its next contract, "
        "or its own, or the lowest free one.",
    )


@reached
@strawberry.type(description="What became of a key that is put elsewhere.")
class KeyTransferPayload:
    key: Key | None = strawberry.field(
        default=None, description="The key; null when it was refused."
    )
    warnings: list[UserError] = strawberry.field(
        default_factory=list, description="What it contradicts that was known before."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class DeskMutations:
    @mutation(
        permission=Permission.HAND_OVER_KEYS,
        description="Hand keys over at a desk. Twice is once.",
    )
    async def key_hand_over(self, work: Work, input: KeyHandOverInput) -> KeyHandOverPayload:
        given_to = await desks.hand_over(
            work,
            [key.name() for key in given(input.keys) or ()],
            key_ring_ids=[from_id(models.KeyRing, id) for id in given(input.key_ring_ids) or ()],
            key_contract_id=from_id(KeyContractRow, input.key_contract_id),
            contacts=[contact.details() for contact in given(input.contacts) or ()],
            due_at=given(input.due_at),
            pick_up_information=given(input.pick_up_information),
        )
        return KeyHandOverPayload(
            keys=[Key.of(key) for key in given_to.keys],
            key_contract=KeyContract.of(given_to.contract),
            warnings=warnings_of(given_to.contradictions),
        )

    @mutation(
        permission=Permission.HAND_OVER_KEYS,
        description="Take a key back at a desk, from whoever brings it. Twice is once.",
    )
    async def key_take_back(self, work: Work, input: KeyTakeBackInput) -> KeyTakeBackPayload:
        heard = await desks.take_back(
            work,
            input.key.name(),
            manual_storage_id=from_id(models.ManualStorage, input.manual_storage_id),
            key_contract_id=from_id(KeyContractRow, input.key_contract_id),
        )
        contract = await work.find(KeyContractRow, heard.key_contract_id)
        return KeyTakeBackPayload(
            key=None if heard.key is None else Key.of(heard.key),
            key_contract=None if contract is None else KeyContract.of(contract),
            warnings=warnings_of([heard.contradiction]),
        )

    @mutation(
        permission=Permission.HAND_OVER_KEYS,
        description="Put a key that is in our hands elsewhere. Twice is once.",
    )
    async def key_transfer(self, work: Work, input: KeyTransferInput) -> KeyTransferPayload:
        heard = await desks.transfer(
            work,
            input.key.name(),
            automat_id=from_id(AutomatRow, input.storage.automat_id),
            manual_storage_id=from_id(models.ManualStorage, input.storage.manual_storage_id),
            locker_index=given(input.locker_index),
        )
        return KeyTransferPayload(
            key=None if heard.key is None else Key.of(heard.key),
            warnings=warnings_of([heard.contradiction]),
        )

"""Making many key contracts in one call: rows going in, and what became of each coming out."""

from typing import Self

import strawberry

from models.accounts import Permission
from models.errors import LivionKeyError
from resolvers.staff_contracts.asked import Asked
from resolvers.staff_contracts.many import Row, create_many
from resolvers.work import Work
from schema.contracts.contract_enums import ContractRowOutcome
from schema.contracts.contract_inputs import KeyContractInput
from schema.contracts.contracts import KeyContract
from schema.enums import ErrorPolicy
from schema.errors import UserError
from schema.inputs import Repeatable
from schema.mutations import mutation
from schema.permissions import reached


@strawberry.input(description="Many contracts of certain keys.")
class KeyContractsCreateInput(Repeatable):
    contracts: list[KeyContractInput] = strawberry.field(
        description="1 to 200 of them, made in this order, each as `keyContractCreate` would."
    )
    error_policy: ErrorPolicy | None = strawberry.field(
        default=ErrorPolicy.KEEP_GOOD, description="What a refused one means for the others."
    )
    dry_run: bool | None = strawberry.field(
        default=False,
        description="True: nothing is done, and the answer tells what would have been.",
    )


@reached
@strawberry.type(description="What became of one contract; in a dry run, what would have.")
class KeyContractsCreateRow:
    index: int = strawberry.field(description="Its place in the input, counted from 0.")
    outcome: ContractRowOutcome = strawberry.field(description="What became of it.")
    key_contract: KeyContract | None = strawberry.field(
        default=None,
        description="The contract; null in a dry run, and when it was refused or not done.",
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )

    @classmethod
    def of(cls, index: int, row: Row, *, dry_run: bool) -> Self:
        within = ("contracts", str(index))
        errors = [] if row.refusal is None else [UserError.of(row.refusal, within=within)]
        contract = KeyContract.of(row.contract) if row.contract and not dry_run else None
        return cls(index=index, outcome=row.outcome, key_contract=contract, user_errors=errors)


@reached
@strawberry.type(description="What became of many contracts; in a dry run, what would have.")
class KeyContractsCreatePayload:
    rows: list[KeyContractsCreateRow] = strawberry.field(
        default_factory=list, description="One for each of the input, in its order."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list,
        description="Why nothing of the whole call was done: also those of its rows under "
        "REJECT_ALL. Empty when the contracts were made that were not refused.",
    )


@strawberry.type
class ContractRowMutations:
    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Make many key contracts in one transaction, with an outcome for each.",
    )
    async def key_contracts_create(
        self, work: Work, input: KeyContractsCreateInput
    ) -> KeyContractsCreatePayload:
        dry_run = bool(input.dry_run)
        policy = input.error_policy or ErrorPolicy.KEEP_GOOD
        asked = [asked_of(one) for one in input.contracts]
        done = await create_many(work, asked, policy=policy, dry_run=dry_run)
        rows = [
            KeyContractsCreateRow.of(index, row, dry_run=dry_run) for index, row in enumerate(done)
        ]
        all_rejected = policy is ErrorPolicy.REJECT_ALL
        errors = [error for row in rows for error in row.user_errors if all_rejected]
        return KeyContractsCreatePayload(rows=rows, user_errors=errors)


def asked_of(input: KeyContractInput) -> Asked | LivionKeyError:
    """Read one of many; what is wrong with it is its own refusal."""
    try:
        return input.asked()
    except LivionKeyError as refusal:
        return refusal

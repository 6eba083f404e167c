"""Many key contracts in one call: each is made or refused by itself, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.accounts import Permission
from models.contracts import ContractRowOutcome, KeyContract
from models.errors import InvalidInput, LivionKeyError
from models.reservations import ErrorPolicy
from resolvers.staff_contracts import creating
from resolvers.staff_contracts.asked import Asked
from resolvers.work import Work

LARGEST = 200
PATH = ("contracts",)


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one of many contracts; in a rehearsal, what would have.

    Args:
        outcome: CREATED, REFUSED, or NOT_DONE where another one's refusal rejects all.
        contract: The contract, where it was made.
        refusal: What stood against it, where it was refused.
    """

    outcome: ContractRowOutcome
    contract: KeyContract | None = None
    refusal: LivionKeyError | None = None


async def create_many(
    work: Work, asked: Sequence[Asked | LivionKeyError], *, policy: ErrorPolicy, dry_run: bool
) -> list[Row]:
    """Make many contracts, each against what those before it have taken, and say what came of each.

    Args:
        work: The transaction; it is undone in a rehearsal, and where a refusal rejects all.
        asked: 1 to 200 of them; what could not even be read is a refusal already.
        policy: What a refused one means for the others.
        dry_run: Whether it is a rehearsal: nothing is kept, whatever comes of it.

    Raises:
        NotAllowed: The actor may not make contracts.
        InvalidInput: There is none, or there are more than 200.
    """
    work.require(Permission.EDIT_RESERVATIONS)
    if not 1 <= len(asked) <= LARGEST:
        message = f"One call takes 1 to {LARGEST} contracts; these are {len(asked)}."
        raise InvalidInput(message, path=PATH)
    rows = [await _create(work, one) for one in asked]
    is_refused = any(row.refusal is not None for row in rows)
    all_rejected = is_refused and policy is ErrorPolicy.REJECT_ALL
    if dry_run or all_rejected:
        work.undo()
    return [
        Row(ContractRowOutcome.NOT_DONE) if all_rejected and row.contract else row for row in rows
    ]


async def _create(work: Work, asked: Asked | LivionKeyError) -> Row:
    if isinstance(asked, LivionKeyError):
        return Row(ContractRowOutcome.REFUSED, refusal=asked)
    try:
        async with work.attempt():
            contract = await creating.create(work, asked)
    except LivionKeyError as refusal:
        return Row(ContractRowOutcome.REFUSED, refusal=refusal)
    return Row(ContractRowOutcome.CREATED, contract)

"""What follows for a key contract when what was signed is changed."""

from models.contracts import KeyContract
from resolvers.work import Work


async def changed(work: Work, contract: KeyContract) -> None:
    """Count another content of a key contract (R69).

    Args:
        work: The transaction.
        contract: The contract, locked and changed.
    """
    contract.revision += 1
    await work.save()

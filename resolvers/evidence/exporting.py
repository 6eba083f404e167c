"""A contract's evidence, whoever asks: a signed link or the command line is all that they need."""

from datetime import datetime
from typing import IO
from uuid import UUID

from sqlalchemy import select

from models.base import table_of
from models.contracts import KeyContract
from models.database import Database
from models.errors import NotFound
from resolvers.evidence.gathering import Gathered, gather
from resolvers.evidence.packing import pack
from resolvers.outside.ports import Outside
from resolvers.work import Reading, system


async def export(
    database: Database, outside: Outside, contract_id: UUID | None, target: IO[bytes], now: datetime
) -> Gathered:
    """Write the evidence of a contract, and tell what is in it.

    Args:
        database: Where it is.
        outside: Where the files are, and who seals.
        contract_id: The key contract.
        target: An empty file that is open for writing and reading.
        now: The moment that counts as now.

    Raises:
        NotFound: There is no such contract.
    """
    table = table_of(KeyContract)
    async with database.reading() as connection:
        owners = select(table.c.organization_id).where(table.c.id == contract_id)
        owner = (await connection.execute(owners)).scalar()
        if owner is None:
            raise NotFound("There is no such key contract.")
        gathered = await gather(Reading(connection, system(owner), now), contract_id)
    await pack(gathered, outside, target, now)
    return gathered

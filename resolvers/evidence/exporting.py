"""A contract's evidence, whoever asks: a signed link or the command line is all that they need."""

from datetime import datetime
from typing import IO
from uuid import UUID

from sqlalchemy import select

from models.base import table_of
from models.contracts import KeyContract
from models.database import Database
from models.errors import FileRefused, NotFound
from resolvers.evidence.gathering import Gathered, gather
from resolvers.evidence.packing import pack
from resolvers.outside.ports import Outside
from resolvers.work import Reading, system


class BundleTooLarge(FileRefused):
    """The files of a contract are too large for a bundle over HTTP."""


async def export(
    database: Database,
    outside: Outside,
    contract_id: UUID | None,
    target: IO[bytes],
    now: datetime,
    *,
    at_most: int | None = None,
) -> Gathered:
    """Write the evidence of a contract, and tell what is in it.

    Args:
        database: Where it is.
        outside: Where the files are, and who seals.
        contract_id: The key contract.
        target: An empty file that is open for writing and reading.
        now: The moment that counts as now.
        at_most: How large its files may be together, in bytes; None for any size.

    Raises:
        NotFound: There is no such contract.
        BundleTooLarge: Its files are larger than that.
    """
    table = table_of(KeyContract)
    async with database.reading() as connection:
        owners = select(table.c.organization_id).where(table.c.id == contract_id)
        owner = (await connection.execute(owners)).scalar()
        if owner is None:
            raise NotFound("There is no such key contract.")
        gathered = await gather(Reading(connection, system(owner), now), contract_id)
    size = sum(file.size_bytes for file in gathered.files)
    if at_most is not None and size > at_most:
        raise BundleTooLarge(
            f"The files of this contract have {size:,} bytes together, more than the {at_most:,} "
            "that are sent; whoever runs the server gets them by `livionkey evidence export`."
        )
    await pack(gathered, outside, target, now)
    return gathered

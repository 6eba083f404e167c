"""A contract's evidence, whoever asks: a signed link or the command line is all that they need."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import IO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor, WayIn
from models.base import table_of
from models.contracts import KeyContract
from models.database import Database
from models.dialects.row_security import narrow
from models.errors import FileRefused, NotFound
from models.events import EventKind
from resolvers.clocks import ahead_of
from resolvers.evidence.gathering import Gathered, gather
from resolvers.evidence.packing import pack
from resolvers.outside.ports import Outside
from resolvers.work import About, Reading, Work, system


@dataclass(frozen=True, slots=True)
class Asker:
    """Who took evidence away, for the trail: the fields of an `Actor`.

    Args:
        way_in: How they came.
        token_id: The token for which their link was made; None for the command line.
        request_id: With which request.
    """

    way_in: WayIn
    token_id: UUID | None = None
    request_id: str | None = None


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
    async with database.reading() as connection:
        owner = await _owner_of(connection, contract_id)
    async with database.reading(owner.organization_id) as connection:
        gathered = await gather(Reading(connection, owner, owner.time(now)), contract_id)
    size = sum(file.size_bytes for file in gathered.files)
    if at_most is not None and size > at_most:
        raise BundleTooLarge(
            f"The files of this contract have {size:,} bytes together, more than the {at_most:,} "
            "that are sent; whoever runs the server gets them by `livionkey evidence export`."
        )
    await pack(gathered, outside, target, now)
    return gathered


async def note_exported(database: Database, contract_id: UUID, now: datetime, *, by: Asker) -> None:
    """Write down that the evidence of a contract was given out; a bundle does not tell of itself.

    Args:
        database: Where the contract is.
        contract_id: The key contract.
        now: The moment that counts as now.
        by: Who asked for it.

    Raises:
        NotFound: There is no such contract.
    """
    async with database.writing() as session:
        owner = await _owner_of(await session.connection(), contract_id)
        await narrow(session, owner.organization_id)
        work = Work(session, replace(owner, **asdict(by)), owner.time(now))
        work.record(EventKind.EVIDENCE_EXPORTED, About(KeyContract, contract_id))


async def _owner_of(connection: AsyncConnection, contract_id: UUID | None) -> Actor:
    table = table_of(KeyContract)
    owner = table.c.organization_id
    owners = select(owner, ahead_of(owner)).where(table.c.id == contract_id)
    found = (await connection.execute(owners)).first()
    if found is None:
        raise NotFound("There is no such key contract.")
    return system(*found)

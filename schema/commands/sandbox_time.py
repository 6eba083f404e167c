"""The clock of a sandbox, moved by a program that has the database, as people move it by GraphQL.

A worker has to be there (`livionkey serve` or `work`): it does what becomes due on the way.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from models.accounts import WayIn
from models.database import Database
from models.sandboxes import SandboxAdvance
from resolvers import clocks, sandboxes
from resolvers.work import Reading, Work
from schema.context import clock

LOOK_SECONDS = 0.1
SECOND = timedelta(seconds=1)


async def is_sandbox(database: Database, *, id: UUID) -> bool:
    """Tell whether an organization is there, and has a clock of its own."""
    async with database.reading() as connection:
        return (await clocks.of_organizations(connection, [id])).get(id) is not None


class SandboxTime:
    """The clock of one sandbox.

    Args:
        database: Where it is.
        organization_id: Whose.
    """

    def __init__(self, database: Database, organization_id: UUID) -> None:
        self._database = database
        self._organization_id = organization_id

    async def pass_by(self, by: timedelta) -> datetime:
        """Move it ahead, in whole seconds, and wait until all that was due has been done.

        Where somebody else moves it just now that is waited for first.

        Returns:
            What it shows then.

        Raises:
            NotASandbox: It is the clock of everybody.
            InvalidInput: It would go too far, see `sandboxes.advance`.
        """
        await self._stands()
        async with self._database.writing(self._organization_id) as session:
            connection, command = await session.connection(), WayIn.COMMAND
            actor = await clocks.system_of(connection, self._organization_id, command)
            work = Work(session, actor, actor.time(clock()))
            await sandboxes.advance(work, by=-(-by // SECOND) * SECOND)
        return await self._stands()

    async def _stands(self) -> datetime:
        while True:
            now, last = await self._look()
            if last is None or last.ended_at is not None:
                return now
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> tuple[datetime, SandboxAdvance | None]:
        async with self._database.reading(self._organization_id) as connection:
            actor = await clocks.system_of(connection, self._organization_id)
            now = actor.time(clock())
            return now, await sandboxes.newest(Reading(connection, actor, now))

"""Commands that people give while things are killed, and what became of each of them."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from linked import clock
from linked_fleet import Stand
from sqlalchemy import func, select
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from models.accounts import Actor
from models.automat_commands import OPEN_STATES, AutomatCommand, CommandKind, CommandState
from models.automat_reports import AutomatReport, ReportKind
from models.base import table_of
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.errors import AutomatBusy, AutomatOffline
from resolvers.automat_commands import asking
from resolvers.work import Work

LOCKER = 8
"""Of nobody else: its door is opened by commands alone."""
MAY_BE_DONE = {CommandState.DONE: (1, 1), CommandState.EXPIRED: (0, 1)}
"""How often the door may have been opened, at least and at most; never by any other command."""


@dataclass
class Orders:
    """Commands to open a door.

    Args:
        database: Where they are asked for.
        actor: Who asks.
    """

    database: Database
    actor: Actor
    refused: Counter[str] = field(default_factory=Counter)
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    def give(self, stand: Stand) -> None:
        """Ask for a door to be opened, and do not wait for it."""
        task = asyncio.create_task(self._ask(stand))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _ask(self, stand: Stand) -> None:
        async def once() -> None:
            async with self.database.writing() as session:
                work = Work(session, self.actor, clock())
                place = {"automat_id": stand.automat_id, "locker_index": LOCKER}
                await asking.open_locker(work, **place, reason="Chaos.")

        try:
            await begun_again(once)
        except (AutomatBusy, AutomatOffline, NoConnectionLeft) as refusal:  # SQLite has one writer
            self.refused[type(refusal).__name__] += 1

    async def are_over(self) -> bool:
        """Tell whether none is under way any more."""
        row = table_of(AutomatCommand).c
        of_people = row.kind != CommandKind.REPLAY, row.state.in_(OPEN_STATES)
        async with self.database.reading() as connection:
            found = await connection.execute(select(func.count()).where(*of_people))
            return not self._asking and not found.scalar_one()

    async def compared(self) -> tuple[int, int]:
        """Print what became of them; gives how many were not done as said, and done twice."""
        states, opened = await self._states(), await self._opened()
        ended = dict(Counter(state.value for state in states.values()))
        print(f"  commands: {ended}; refused at once: {dict(self.refused)}")
        lost = twice = 0
        for id, state in states.items():
            least, most = MAY_BE_DONE.get(state, (0, 0))
            lost, twice = lost + (opened[id] < least), twice + (opened[id] > most)
        return lost, twice + sum(count for id, count in opened.items() if id not in states)

    async def _states(self) -> dict[UUID, CommandState]:
        row = table_of(AutomatCommand).c
        asked = select(row.id, row.state).where(row.kind == CommandKind.OPEN_LOCKER)
        async with self.database.reading() as connection:
            return dict((await connection.execute(asked)).all())

    async def _opened(self) -> Counter[UUID]:
        """Count by which commands doors were opened, by what automats reported."""
        row = table_of(AutomatReport).c
        told = select(row.facts).where(row.kind == ReportKind.DOOR_OPENED, row.number.is_not(None))
        async with self.database.reading() as connection:
            facts = (await connection.execute(told)).scalars()
            return Counter(UUID(one["commandId"]) for one in facts if "commandId" in one)

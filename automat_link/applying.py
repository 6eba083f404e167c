"""What was said takes effect: automat by automat, some of them at once, each in its order.

What waits for an automat is little however much it says: its reports wait in the database, and of
its states and connections only the last one counts.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from resolvers.automat_reports import applying, links, presence

from automat_link.messages.commands import Answer
from automat_link.messages.states import Online, State
from models.database import Database
from resolvers.automat_commands import answering
from resolvers.waking import AWAY, with_place

WORKERS = 8
MOST_ANSWERS = 100
REST_SECONDS = 1.0
"""Before the next attempt, while the database is away."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Pending:
    """What an automat said that did not take effect yet.

    Args:
        online: Whether it is connected; None when it did not say.
        state: Its last state; None for none.
        answers: Its answers, by the id of the command.
    """

    online: bool | None = None
    state: State | None = None
    answers: dict[UUID, Answer] = field(default_factory=dict)

    def add(self, message: State | Answer | Online) -> None:
        """Take one more message in."""
        match message:
            case Online():
                self.online = message.online
            case State():
                self.state = message
            case Answer() if len(self.answers) < MOST_ANSWERS:
                self.answers[message.id] = message


class Believing:
    """Lets what automats said take effect.

    Args:
        database: Where.
        clock: Tells the time.
        heard: Is told of every automat of which something took effect.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        heard: Callable[[UUID], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._heard = heard
        self._pending: dict[UUID, Pending] = {}
        self._busy: set[UUID] = set()
        self._due: asyncio.Queue[UUID] = asyncio.Queue()

    def add(self, link_id: UUID, message: State | Answer | Online | None = None) -> None:
        """Take in what was said; None for reports, which the database has already."""
        if link_id not in self._pending:
            self._pending[link_id] = Pending()
            if link_id not in self._busy:
                self._due.put_nowait(link_id)
        if message is not None:
            self._pending[link_id].add(message)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._work())

    async def done(self) -> None:
        """Wait until nothing is left to do."""
        while self._pending or self._busy:  # noqa: ASYNC110 - once, at the end of a process
            await asyncio.sleep(0.01)

    async def _work(self) -> None:
        while True:
            link_id = await self._due.get()
            pending = self._pending.pop(link_id)
            self._busy.add(link_id)
            try:
                await self._try(link_id, pending)
            finally:
                self._busy.discard(link_id)
                if link_id in self._pending:
                    self._due.put_nowait(link_id)

    async def _try(self, link_id: UUID, pending: Pending) -> None:
        """Let something take effect; what fails is said again by the automat, and tried again."""
        try:
            await self._believe(link_id, pending)
        except AWAY as error:
            logger.warning("link %s has to wait: %s", link_id, type(error).__name__)
            self._keep(link_id, pending)
            await asyncio.sleep(REST_SECONDS)
        except Exception as error:  # noqa: BLE001 - one automat's trouble is not another one's
            logger.error("what link %s said failed: %s", link_id, with_place(error))  # noqa: TRY400

    def _keep(self, link_id: UUID, before: Pending) -> None:
        """Take something in again, behind nothing that was said since."""
        later = self._pending.setdefault(link_id, before)
        if later is not before:
            later.online = before.online if later.online is None else later.online
            later.state = later.state or before.state
            later.answers = before.answers | later.answers

    async def _believe(self, link_id: UUID, pending: Pending) -> None:
        if pending.online is not None or pending.state is not None:
            await self._presence(link_id, pending)
        for answer in pending.answers.values():
            await self._answer(link_id, answer)
        await applying.apply(self._database, link_id, self._clock)
        self._heard(link_id)

    async def _presence(self, link_id: UUID, pending: Pending) -> None:
        async with self._database.writing() as session:
            found = await links.locked(session, link_id, self._clock())
            if found is None:
                return
            work, link = found
            if pending.online is not None:
                await presence.online_heard(work, link, online=pending.online)
            if pending.state is not None:
                await presence.state_heard(work, link, pending.state)

    async def _answer(self, link_id: UUID, answer: Answer) -> None:
        async with self._database.writing() as session:
            found = await links.locked(session, link_id, self._clock())
            if found is not None:
                work, link = found
                await answering.answered(
                    work,
                    link,
                    answer.id,
                    done=answer.done,
                    refusal=answer.refusal,
                    at=answer.at,
                )

"""What was said takes effect: automat by automat, some of them at once, each in its order.

What waits for an automat is little however much it says: its reports wait in the database, and of
its states and connections only the last one counts.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from automat_link.messages.commands import Answer
from automat_link.messages.states import State
from automat_link.pending import Pending
from automat_link.said import Said
from models.automat_links import AutomatLink
from models.database import Database
from resolvers.automat_commands import answering
from resolvers.automat_reports import applying, clocks, gaps, links, presence
from resolvers.automat_reports.sensors import SeenLocker
from resolvers.waking import AWAY, Patience, with_place
from resolvers.work import Work

WORKERS = 8
LOOK_SECONDS = 5.0
REST_SECONDS = 1.0
"""Before the next attempt, while the database is away."""

logger = logging.getLogger(__name__)


class Believing:
    """Lets what automats said take effect.

    Args:
        database: Where.
        clock: Tells the time.
        heard: Is told of every automat of which reports may have taken effect.
        tell_again: Is told of every automat that seems not to know what was heard, or what time
            it is.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        heard: Callable[[UUID], None],
        *,
        tell_again: Callable[[UUID], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._heard, self._tell_again = heard, tell_again
        self._pending: dict[UUID, Pending] = {}
        self._busy: set[UUID] = set()
        self._due: asyncio.Queue[UUID] = asyncio.Queue()

    def add(self, link_id: UUID, said: Said | None = None) -> None:
        """Take in what was said; None for reports, which the database has already."""
        if link_id not in self._pending:
            self._pending[link_id] = Pending()
            if link_id not in self._busy:
                self._due.put_nowait(link_id)
        if said is None:
            self._pending[link_id].reports = True
        else:
            self._pending[link_id].add(said)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look())
            for _ in range(WORKERS):
                group.create_task(self._work())

    async def done(self) -> None:
        """Wait until nothing is left to do."""
        while self._pending or self._busy:  # noqa: ASYNC110 - once, at the end of a process
            await asyncio.sleep(0.01)

    async def _look(self) -> None:
        """Look now and then for reports that are kept and have not taken effect.

        Whoever kept them may have died before, and the automat does not say them again.
        """
        patience = Patience("the look for reports that were not applied")
        while True:
            with patience:
                async with self._database.reading() as connection:
                    left = await applying.to_apply(connection)
                for link_id in left:
                    self.add(link_id)
            await asyncio.sleep(LOOK_SECONDS)

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
        later = self._pending.setdefault(link_id, Pending())
        later.add_before(before)

    async def _believe(self, link_id: UUID, pending: Pending) -> None:
        for answer in pending.answers.values():  # what was done explains what is seen afterwards
            await self._answer(link_id, answer)
        if pending.online is False or pending.state is not None:
            await self._presence(link_id, pending)
        if not pending.reports:
            return
        if await applying.apply_a_few(self._database, link_id, self._clock):
            self.add(link_id)  # behind all that wait: one with much to say keeps nobody waiting
        self._heard(link_id)

    async def _presence(self, link_id: UUID, pending: Pending) -> None:
        async with self._database.writing() as session:
            found = await links.locked(session, link_id, self._clock())
            if found is None:
                return
            work, link = found
            if pending.state is not None:
                await self._state(work, link, *pending.state)
            if pending.online is False:  # what it said before it went is no sign that it is there
                await presence.gone_heard(work, link)
            if gaps.may_be_lost(link):
                pending.reports = True  # those behind what is lost need not wait for it any more

    async def _state(self, work: Work, link: AutomatLink, state: State, said: Said) -> None:
        heard, kept = heartbeat(state, said.heard_at), said.is_retained
        is_newest = await presence.state_heard(work, link, heard, is_retained=kept)
        if not kept and (not is_newest or seems_not_to_know(link, state)):
            self._tell_again(link.id)

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


def seems_not_to_know(link: AutomatLink, state: State) -> bool:
    """Tell whether an automat keeps what was heard, or goes by a clock that is wrong."""
    ahead = link.clock_ahead or timedelta()
    return state.oldest_number <= link.heard_up_to or abs(ahead) > clocks.NOT_WORTH_IT


def heartbeat(state: State, heard_at: datetime) -> presence.Said:
    """Take a state apart, as use cases take it."""
    lockers = [
        SeenLocker(one.index, has_key=one.has_key, door_open=one.door_open) for one in state.lockers
    ]
    return presence.Said(
        at=state.at,
        heard_at=heard_at,
        told_at=state.told_at,
        clock_set=state.clock_set,
        number=state.number,
        oldest_number=state.oldest_number,
        revision=state.revision,
        firmware=state.firmware,
        lockers=lockers,
        health=state.health.model_dump(mode="json", exclude_none=True),
    )

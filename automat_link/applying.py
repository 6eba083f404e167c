"""What was said takes effect: automat by automat, some of them at once, each in its order.

What waits for an automat is little however much it says: its reports wait in the database, and of
its states and connections only the last one counts.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from automat_link.answers import Answers
from automat_link.messages.states import State
from automat_link.pending import Pending
from automat_link.said import Said
from models.automat_links import AutomatLink
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.dialects.row_security import narrow
from resolvers.automat_reports import applying, clocks, gaps, links, presence, turns
from resolvers.automat_reports.sensors import SeenLocker
from resolvers.waking import AWAY, Patience, with_place
from resolvers.work import Work

WORKERS = 2
"""While they are busy what is said waits, and takes effect together."""
TOGETHER = 50
"""How many automats' words take effect together, where so many wait."""
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
        self._answers = Answers(database, clock)
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
            batch = await self._next_ones()
            try:
                await self._believe(batch)
            finally:
                self._busy.difference_update(batch)
                for link_id in batch:
                    if link_id in self._pending:
                        self._due.put_nowait(link_id)

    async def _next_ones(self) -> dict[UUID, Pending]:
        """Wait for somebody to have said something, and take all who wait with them."""
        link_ids = [await self._due.get()]
        while len(link_ids) < TOGETHER and not self._due.empty():
            link_ids.append(self._due.get_nowait())
        self._busy.update(link_ids)
        return {link_id: self._pending.pop(link_id) for link_id in link_ids}

    async def _believe(self, batch: dict[UUID, Pending]) -> None:
        """Let what some automats said take effect: answers first, they explain what is seen."""
        said = [(id, answer) for id in batch for answer in batch[id].answers.values()]
        failed = await self._answers.believe(said)
        for link_id in batch.keys() - failed.keys():
            failed |= await self._tried(
                link_id, begun_again(partial(self._presence, link_id, batch[link_id]))
            )
        reporting = [id for id in batch if batch[id].reports and id not in failed]
        if reporting:
            failed |= await self._believe_reports(reporting)
        await self._bear(failed, batch)

    async def _bear(self, failed: dict[UUID, BaseException], batch: dict[UUID, Pending]) -> None:
        """Bear what failed: automats say it again, or it waits while the database is away."""
        away = [id for id, error in failed.items() if isinstance(error, AWAY)]
        for link_id, error in failed.items():
            if isinstance(error, AWAY):
                self._keep(link_id, batch[link_id])
            elif isinstance(error, Exception):
                logger.error("what link %s said failed: %s", link_id, with_place(error))
        if away:
            names = {type(failed[id]).__name__ for id in away}
            logger.warning("%d links have to wait: %s", len(away), ", ".join(sorted(names)))
            await asyncio.sleep(REST_SECONDS)

    def _keep(self, link_id: UUID, before: Pending) -> None:
        """Take something in again, behind nothing that was said since."""
        later = self._pending.setdefault(link_id, Pending())
        later.add_before(before)

    async def _tried(self, link_id: UUID, act: Awaitable[None]) -> dict[UUID, BaseException]:
        """Do something about one automat; its trouble is not another one's."""
        try:
            await act
        except Exception as error:  # noqa: BLE001 - whoever asked bears it
            return {link_id: error}
        return {}

    async def _believe_reports(self, link_ids: Sequence[UUID]) -> dict[UUID, BaseException]:
        try:
            turn = await turns.take(self._database, link_ids, self._clock)
        except AWAY as error:
            return dict.fromkeys(link_ids, error)
        for link_id in link_ids:
            if link_id in turn.again:
                self.add(link_id)  # behind all that wait: who has much to say keeps nobody waiting
            self._heard(link_id)
        return turn.failed

    async def _presence(self, link_id: UUID, pending: Pending) -> None:
        if pending.online is None and pending.state is None:
            return
        async with self._database.writing() as session:
            found = await links.locked(session, link_id, self._clock())
            if found is None:
                return
            work, link = found
            await narrow(session, link.organization_id)
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

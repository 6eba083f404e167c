"""The answers of automats to commands take effect: those of many automats in one transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from automat_link.messages.commands import Answer
from models.database import Database
from models.dialects.deadlocks import begun_again
from models.dialects.row_security import narrow
from resolvers.automat_commands import answering
from resolvers.automat_commands.answering import Answered
from resolvers.automat_reports import links
from resolvers.waking import AWAY

From = tuple[UUID, Answer]


class Answers:
    """Lets what automats answered take effect.

    Args:
        database: Where.
        clock: Tells the time.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def believe(self, answers: Sequence[From]) -> dict[UUID, BaseException]:
        """Let answers take effect, each with the link by which it came; tells what went wrong.

        Those that cannot be kept with others are kept one by one.
        """
        alone, failed = list(answers), dict[UUID, BaseException]()
        if len(answers) > 1:
            try:
                alone = await self._together(answers)
            except AWAY as error:
                return dict.fromkeys((link_id for link_id, _ in answers), error)
            except Exception:  # noqa: BLE001, S110 - each is tried alone, and its error is told
                pass
        for link_id, answer in alone:
            try:
                await begun_again(partial(self._keep, link_id, answer))
            except Exception as error:  # noqa: BLE001 - one automat's trouble is not another one's
                failed[link_id] = error
        return failed

    async def _together(self, answers: Sequence[From]) -> list[From]:
        """Keep answers, those of each organization in one transaction; gives those not kept."""
        async with self._database.reading() as connection:
            owners = await links.owners(connection, {link_id for link_id, _ in answers})
        alone: set[UUID] = set()
        for owner in set(owners.values()):
            theirs = [one for one in answers if owners.get(one[0]) == owner]
            alone |= await begun_again(partial(self._keep_together, owner, theirs))
        return [one for one in answers if one[1].id in alone]

    async def _keep_together(self, owner: UUID, answers: Sequence[From]) -> set[UUID]:
        async with self._database.writing(owner) as session:
            ids = {link_id for link_id, _ in answers}
            found = await links.locked_together(session, ids, self._clock())
            if found is None:
                return set()
            work, locked = found
            known = {link.id: link for link in locked}
            said = [(known[id], answered(one)) for id, one in answers if id in known]
            return await answering.answered_together(work, said)

    async def _keep(self, link_id: UUID, answer: Answer) -> None:
        async with self._database.writing() as session:
            found = await links.locked(session, link_id, self._clock())
            if found is not None:
                work, link = found
                await narrow(session, link.organization_id)
                said = answered(answer)
                await answering.answered(
                    *(work, link, said.command_id),
                    done=said.done,
                    refusal=said.refusal,
                    at=said.at,
                )


def answered(answer: Answer) -> Answered:
    """Take an answer apart, as use cases take it."""
    return Answered(answer.id, answer.done, answer.at, answer.refusal)

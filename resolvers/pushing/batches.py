"""Many pushes in one call, and what a refused one means for the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.automats import Automat
from models.dialects.among import among
from models.dialects.plans import plan_for_many
from models.errors import InvalidInput
from models.reservations import ErrorPolicy, RowOutcome
from resolvers.pushing.pushing import Pushed, push_all
from resolvers.pushing.requests import Request
from resolvers.work import Reading, Work

LARGEST = 1_000
MANY = 50
"""From so many on the time to plan statements does not count."""
PATH = ("reservations",)


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one of many pushes; in a rehearsal, what would have.

    Args:
        outcome: What.
        pushed: What came of it; nothing but the refusal, if any, where nothing was done.
        automat: The automat that was chosen for it, if one was.
    """

    outcome: RowOutcome
    pushed: Pushed
    automat: Automat | None = None


async def push_many(
    work: Work, requests: Sequence[Request], *, policy: ErrorPolicy, dry_run: bool
) -> list[Row]:
    """Take many pushes, and say of each, in their order, what became of it.

    Args:
        work: The transaction; it is undone in a rehearsal, and where a refusal rejects all.
        requests: 1 to 1 000 pushes.
        policy: What a refused push means for the others.
        dry_run: Whether it is a rehearsal: nothing is kept, whatever comes of it.

    Raises:
        NotAllowed: The actor may not push reservations.
        InvalidInput: There is no push, or there are more than 1 000.
    """
    _check_number(requests)
    if len(requests) >= MANY:
        await plan_for_many(await work.connection())
    pushed = await push_all(work, requests)
    automats = await _automats(work, pushed)
    refusals = [one.refusal for one in pushed if one.refusal is not None]
    all_rejected = bool(refusals) and policy is ErrorPolicy.REJECT_ALL
    if dry_run or all_rejected:
        work.undo()
    if not dry_run:
        work.refused += refusals
    return [_row(one, automats, all_rejected=all_rejected) for one in pushed]


def _check_number(requests: Sequence[Request]) -> None:
    if not 1 <= len(requests) <= LARGEST:
        message = f"One call takes 1 to {LARGEST} reservations; these are {len(requests)}."
        raise InvalidInput(message, path=PATH)


async def _automats(work: Work, pushed: Sequence[Pushed]) -> dict[UUID, Automat]:
    """Read the automats that were chosen, as plain rows: they outlive a transaction undone."""
    ids = {id for one in pushed if (id := _automat_id(one)) is not None}
    reading = Reading(await work.connection(), work.actor, work.now)
    chosen = reading.seen(Automat).where(among(Automat.id, ids))
    return {row.id: row for row in await reading.all(chosen)} if ids else {}


def _automat_id(pushed: Pushed) -> UUID | None:
    chosen = pushed.plan.decision.chosen if pushed.plan else None
    return chosen.automat.id if chosen else None


def _row(pushed: Pushed, automats: dict[UUID, Automat], *, all_rejected: bool) -> Row:
    if pushed.outcome is None:
        return Row(RowOutcome.REFUSED, pushed)
    if all_rejected:
        return Row(RowOutcome.NOT_DONE, Pushed())
    id = _automat_id(pushed)
    return Row(RowOutcome(pushed.outcome.value), pushed, automats.get(id) if id else None)

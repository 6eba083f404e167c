"""Moving what is to come away from an automat, or showing what that would do."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from geo.snapshot import Snapshot
from models.accounts import Permission
from models.automats import Automat
from resolvers.failover.leaving import leaving
from resolvers.failover.moves import Move
from resolvers.failover.returns import move_returns
from resolvers.failover.staying import tell_of_those_that_stay
from resolvers.failover.stays import move_stays
from resolvers.failover.telling import tell
from resolvers.planning.supplies import keys_of
from resolvers.work import Work


@dataclass(frozen=True, slots=True)
class Failover:
    """What a failover does, or would do.

    Args:
        automat_id: The automat that is left.
        moves: All that is to come there, first what begins first.
        next_at: When the policy of a stay that was left alone counts the automat as failed.
    """

    automat_id: UUID
    moves: tuple[Move, ...]
    next_at: datetime | None = None


async def plan(work: Work, automat_id: UUID | None) -> Failover:
    """Show what `apply` would do now: it is done, and nothing of it is kept.

    Raises:
        NotAllowed: The actor may not change automats.
        NotFound: There is no such automat.
    """
    found = await apply(work, automat_id)
    work.undo()
    return found


async def apply(work: Work, automat_id: UUID | None) -> Failover:
    """Move all that is to come at an automat elsewhere, as far as keys and policy allow.

    That is done whatever its state: staff may empty one that works. A second time moves nothing.

    Raises:
        NotAllowed: The actor may not change automats.
        NotFound: There is no such automat.
    """
    work.require(Permission.EDIT_AUTOMATS)
    automat = await work.get(Automat, automat_id, path=("automat_id",))
    return await move_away(work, automat, by_policy=False)


async def move_away(work: Work, automat: Automat, *, by_policy: bool) -> Failover:
    """Move what is to come at an automat elsewhere.

    Stays are locked first, then their keys, then automats, as everybody does. Keys that come back
    are seen to first: from where they will lie stays are planned.

    Args:
        work: The transaction.
        automat: The automat.
        by_policy: Whether only those stays leave whose policy counts the automat as failed.
    """
    snapshot = Snapshot(await work.connection(), [work.actor.organization_id])
    touched = await leaving(work, automat, snapshot)
    found = [one for one in touched if one.has_failed or not by_policy]
    later = [one.fails_at for one in touched if one not in found and one.fails_at is not None]
    await keys_of(work, [one.stay for one in found])
    moves = await move_returns(work, [one for one in found if not one.is_whole], snapshot)
    moves += await move_stays(work, [one for one in found if one.is_whole], snapshot)
    await tell(work, automat, found, moves)
    await tell_of_those_that_stay(work, automat, found, moves)
    moves.sort(key=lambda move: (move.starts_at, move.locker_contract_id))
    return Failover(automat.id, tuple(moves), min(later, default=None))

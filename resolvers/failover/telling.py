"""What is written down of a failover: one event and one notice for each contract that moved."""

from collections.abc import Sequence
from uuid import UUID

from models.automats import Automat
from models.contracts import LockerContract
from models.dialects.among import among
from models.events import EventKind
from resolvers.failover.leaving import Leaving
from resolvers.failover.moves import Move
from resolvers.work import About, Work


async def tell(
    work: Work, automat: Automat, leaving: Sequence[Leaving], moves: Sequence[Move]
) -> None:
    """Tell of contracts that moved; what stays is told by `staying`."""
    moved = [move for move in moves if move.is_moved]
    if not moved:
        return
    stays = {one.contract.id: one for one in leaving}
    ids = {move.to_automat_id for move in moved}
    places = await work.all(work.own(Automat).where(among(Automat.id, ids)))
    names: dict[UUID | None, str] = {place.id: place.name for place in places}
    for move in moved:
        _tell(work, stays[move.key_contract_id], move, names.get(move.to_automat_id))
    work.record(
        EventKind.AUTOMAT_FAILED_OVER,
        automat,
        moved=len(moved),
        stayed=len(moves) - len(moved),
    )


def _tell(work: Work, one: Leaving, move: Move, name: str | None) -> None:
    pin = "its PIN stays the same" if move.same_pin else "it has a new PIN"
    when = f"from {move.starts_at.isoformat()}"
    work.record(
        EventKind.LOCKER_CONTRACT_FAILED_OVER,
        About(LockerContract, move.locker_contract_id),
        notice=f"The {move.kind.value} locker of {one.contract.reference} {when} is locker "
        f"{move.locker_index} of {name} now, and {pin}: {one.why}",
        reason=one.why,
        key_contract_id=move.key_contract_id,
        from_automat_id=move.from_automat_id,
        automat_id=move.to_automat_id,
        metres_before=move.metres_before,
        metres_after=move.metres_after,
        same_pin=move.same_pin,
    )

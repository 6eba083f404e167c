"""Stays that nobody has begun, planned again for want of their automat."""

from collections.abc import Sequence

from geo.snapshot import Snapshot
from models.contracts import LockerContractKind
from models.errors import LivionKeyError
from models.keys import Key
from resolvers.failover.leaving import Leaving, measured
from resolvers.failover.moves import Move
from resolvers.failover.staying import strongest
from resolvers.planning.doubts import Planned
from resolvers.planning.planner import decide
from resolvers.planning.stays import Claim, Plan
from resolvers.planning.wishes import wish_of
from resolvers.planning.writing import write
from resolvers.work import Work


async def move_stays(work: Work, leaving: Sequence[Leaving], snapshot: Snapshot) -> list[Move]:
    """Plan stays again together, and write those that have another place down.

    One that has none stays as it is. What it holds elsewhere is not for the others then, so they
    are decided on once more without it.
    """
    begun = [one for one in leaving if one.stay.held.keys_out]
    moves = [move for one in begun for move in one.stays(_partly_out(one))]
    going = [one for one in leaving if not one.stay.held.keys_out]
    while going:
        planned = dict(zip(going, await decide(work, [one.stay for one in going]), strict=True))
        why = {one: await _why_not(work, one, plan) for one, plan in planned.items()}
        if not any(why.values()):
            plans = {one: plan for one, plan in planned.items() if isinstance(plan, Plan)}
            await write(work, list(plans.values()))
            for one, plan in plans.items():
                moves += await _moves(work, one, plan, snapshot)
            break
        for one, reason in why.items():
            moves += one.stays(reason) if reason is not None else []
        going = [one for one in going if why[one] is None]
    return moves


async def _why_not(work: Work, one: Leaving, planned: Planned) -> str | None:
    """Say why a stay cannot go elsewhere; None when it can."""
    if isinstance(planned, LivionKeyError):
        return await _key_inside(work, one) or planned.message
    if planned.waits_for is not None:
        return await _key_inside(work, one) or strongest(planned.decision, one.automat.id)
    for candidate in (planned.decision.chosen, *planned.decision.also):
        if candidate is not None and one.is_too_far(candidate.metres):
            return (
                f"{candidate.automat.name} is {candidate.metres:.0f} m away; at a failover the "
                f"limit is {one.limit:.0f} m."
            )
    return None


def _partly_out(one: Leaving) -> str:
    held = one.stay.held
    return f"Somebody has {len(held.keys_out)} of its {len(held.keys)} keys already."


async def _key_inside(work: Work, one: Leaving) -> str | None:
    keys = await work.locked(Key, [key.key_id for key in one.stay.held.keys])
    inside = [key.code for key in keys if key.automat_id == one.automat.id]
    if not inside:
        return None
    return f"The key {', '.join(sorted(inside))} lies in {one.automat.name}."


async def _moves(work: Work, one: Leaving, plan: Plan, snapshot: Snapshot) -> list[Move]:
    """Say what became of all that a stay held there."""
    claims = {claim.before.id: claim for claim in plan.claims if claim.before is not None}
    places = [claim.automat_id for claim in claims.values()]
    origin = wish_of(work, one.stay, plan.decision.supply).origin
    metres = await measured(snapshot, one.stay.settings, list(dict.fromkeys(places)), origin)
    moves = []
    for held in one.lockers:
        claim = claims.get(held.id)
        if claim is None:
            moves.append(one.move(held, reason="The stay needs it no more as it is planned now."))
        elif claim.locker_index is None:
            moves.append(one.move(held, reason=_without_locker(claim)))
        else:
            moves.append(
                one.move(
                    held,
                    to_automat_id=claim.automat_id,
                    locker_index=claim.locker_index,
                    metres_after=metres[claim.automat_id],
                    same_pin=claim.pin == held.pin,
                )
            )
    return moves


def _without_locker(claim: Claim) -> str:
    what = "return" if claim.phase.kind is LockerContractKind.RETURN else "fetch"
    return f"No locker is free for the {what} {claim.phase.window}; it is tried again."

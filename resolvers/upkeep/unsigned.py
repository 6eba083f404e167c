"""Key contracts that wait for a signature: what the clock does to them (G16).

They hold keys and lockers like any other; only nothing is handed out.
"""

from models.contracts import KeyContractStatus
from models.events import Event, EventKind
from resolvers.planning.holdings import held_by
from resolvers.planning.letting_go import let_go
from resolvers.planning.targets import aim
from resolvers.signed.processes import withdraw_open
from resolvers.transitions import move_contract
from resolvers.upkeep import ending
from resolvers.upkeep.running import Running
from resolvers.work import Work

UNSIGNED = "Its end passed unsigned."


async def watch(work: Work, running: Running) -> None:
    """Tell people when the start passes unsigned, and give the contract up when the end does."""
    contract = running.contract
    if contract.ends_at is not None and contract.ends_at <= work.now:
        await _give_up(work, running)
        return
    await ending.pass_windows(work, running)
    if contract.starts_at <= work.now and not await _was_told(work, running):
        work.record(
            EventKind.KEY_CONTRACT_NOT_SIGNED,
            contract,
            notice=f"The key contract {contract.reference} has begun and is not signed: its keys "
            "are kept back until it is. Have it signed, or cancel it.",
            starts_at=contract.starts_at,
        )


async def _was_told(work: Work, running: Running) -> bool:
    """Tell whether people know that the contract has begun unsigned since it waits."""
    contract = running.contract
    since = max(contract.starts_at, contract.waits_since or contract.starts_at)
    told = work.own(Event).where(
        Event.subject_id == contract.id,
        Event.kind == EventKind.KEY_CONTRACT_NOT_SIGNED,
        Event.at >= since,
    )
    await work.write_events()
    return await work.first(told) is not None


async def _give_up(work: Work, running: Running) -> None:
    contract = running.contract
    move_contract(work, contract, KeyContractStatus.CANCELLED, reason=UNSIGNED)
    await work.save()
    held = (await held_by(work, [contract.id]))[contract.id]
    await let_go(work, [held], reason=UNSIGNED)
    await aim(work, [key.key_id for key in held.keys])
    await withdraw_open(work, [contract.id], reason=UNSIGNED)

"""Looking after one key contract: all that is due by now, and when to look again."""

from datetime import datetime
from uuid import UUID

from models.contracts import KeyContractStatus
from resolvers import retention
from resolvers.upkeep import ending, finding, mending, opening, unconfirmed, unsigned
from resolvers.upkeep.moments import next_moment
from resolvers.upkeep.running import Running, around, lock
from resolvers.work import Work


async def look_after(work: Work, contract_id: UUID) -> datetime | None:
    """Do all that is due for a key contract; tells when there will be something to do next."""
    running = await lock(work, contract_id)
    if running is None:
        return None
    await _mend(work, running)
    running = await _again(work, running)
    if running.contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE:
        await unsigned.watch(work, running)
    else:
        await _run(work, running)
    running = await _again(work, running)
    await opening.follow_the_clock(work, running)
    await work.save()
    if running.contract.status in retention.OVER:
        await retention.plan(work, contract_id)
    return next_moment(running, work.now, await unconfirmed.moments(work, running))


async def _run(work: Work, running: Running) -> None:
    """Do what is due for a contract that holds."""
    await opening.sync(work, running)
    await unconfirmed.watch(work, running)
    opening.remind(work, running)
    await opening.open_windows(work, running)
    await ending.pass_windows(work, running)
    await ending.count_overdue(work, running)
    await ending.finish(work, running)


async def _mend(work: Work, running: Running) -> None:
    """Bring contract, locker and key together before anything else is done about them."""
    if await mending.promise_again(work, running):
        return
    if await mending.replace_missing_keys(work, running):
        return
    await mending.name_keys(work, running)
    await mending.meet_keys(work, running)
    await mending.make_room(work, running)
    await mending.leave_broken_lockers(work, running)
    await finding.find_lockers(work, running)


async def _again(work: Work, running: Running) -> Running:
    """Read what belongs to a contract anew; all of it may have been changed."""
    return await around(work, running.contract, running.reservation)

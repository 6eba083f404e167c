"""Changes of a stay while somebody has the key: only its end and its contacts (G34)."""

from models.errors import KeyOut, LivionKeyError
from models.reservations import Change
from resolvers.planning.extending import decide_end, write_end
from resolvers.planning.stays import Plan
from resolvers.pushing.tasks import Task
from resolvers.work import Work

ALLOWED = {Change.ENDS_AT, Change.CONTACTS, Change.TIME_ZONE}


async def decide(work: Work, task: Task) -> Plan | LivionKeyError:
    """Find out what a change means while the key is out, or what stands against it."""
    refused = sorted(change.value for change in task.changed - ALLOWED)
    if refused:
        fetched_at = task.held.keys_out[0].fetched_at
        return KeyOut(
            f"The key was fetched at {fetched_at} and is not back yet: the end and the contacts "
            f"can be changed, but not {', '.join(refused)}."
        )
    return await decide_end(work, task.stay())


async def change(work: Work, plan: Plan) -> None:
    """Do it."""
    await write_end(work, plan)

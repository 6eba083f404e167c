"""Changes of a stay while somebody has the key: only its end and its contacts (G34)."""

from models.errors import KeyOut, LivionKeyError
from models.reservations import Change
from resolvers.pushing.tasks import Task
from resolvers.work import Work

ALLOWED = {Change.ENDS_AT, Change.CONTACTS, Change.TIME_ZONE}


async def refusal_of(work: Work, task: Task) -> LivionKeyError | None:
    """Say what stands against a change, if anything."""
    del work
    fetched_at = task.held.keys_out[0].fetched_at
    return KeyOut(f"The key was fetched at {fetched_at} and is not back yet.")


async def change(work: Work, task: Task) -> None:
    """Change it."""

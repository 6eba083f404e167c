"""What is done when its time comes: the handler for each kind of job."""

from datetime import datetime
from uuid import UUID

from models.jobs import JobKind
from resolvers.jobs import Handler
from resolvers.work import Work


async def key_contract(_work: Work, _id: UUID) -> datetime | None:
    """Do what is due about a key contract: nothing yet."""
    return None


HANDLERS: dict[JobKind, Handler] = {JobKind.KEY_CONTRACT: key_contract}

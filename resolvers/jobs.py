"""Jobs: stub until the machine is merged."""

from datetime import datetime
from uuid import UUID

from models.jobs import JobKind
from resolvers.work import Work


async def schedule_all(work: Work, kind: JobKind, due: dict[UUID, datetime]) -> None:
    """Do nothing yet."""


async def forget(work: Work, kind: JobKind, subject_ids: list[UUID]) -> None:
    """Do nothing yet."""

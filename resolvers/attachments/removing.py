"""Bytes that go: an attachment lets go of them, and whoever is the last removes them.

The row of the bytes goes first, in the transaction, where foreign keys tell whether anything still
refers to it. The bytes follow as a job about the id under which they lie; it does nothing while
there is a row with that id, and may be done any number of times.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, delete, exists, select

from models.attachments import Attachment, AttachmentState, StoredFile, path_of
from models.base import Base, table_of
from models.events import EventKind
from models.jobs import JobKind
from resolvers import jobs
from resolvers.outside.ports import Outside
from resolvers.retention import removal_of
from resolvers.work import Reading, Work


async def remove_bytes(work: Work, attachment: Attachment, *, reason: str) -> None:
    """Let an attachment that is locked go of its bytes, and of the link by which they may come."""
    file_id, attachment.file_id = attachment.file_id, None
    attachment.state, attachment.removed_at = AttachmentState.REMOVED, work.now
    attachment.upload_digest = attachment.upload_expires_at = None
    await work.save()
    work.record(EventKind.ATTACHMENT_REMOVED, attachment, reason=reason, file_id=file_id)
    if file_id is not None:
        await let_go(work, file_id)


async def let_go(work: Work, file_id: UUID) -> None:
    """Remove the row of bytes that nothing refers to any more, and plan that they follow.

    The row is locked first, with a lock that whoever is about to refer to it waits for.
    """
    lock = work.own(StoredFile).where(StoredFile.id == file_id).with_for_update()
    if not await work.all(lock):
        return
    for table, column in referring():
        used = select(exists().where(table.c[column] == file_id))
        if (await work.rows(used))[0][0]:
            return
    await (await work.connection()).execute(delete(StoredFile).where(StoredFile.id == file_id))
    await jobs.schedule(work, JobKind.ATTACHMENT, file_id, work.now)


def referring() -> list[tuple[Table, str]]:
    """List every column that refers to stored bytes, whoever added it."""
    stored = table_of(StoredFile)
    return [
        (table, key.parent.name)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is stored
    ]


class Removal:
    """The errand of an attachment whose time is over, or of bytes that have no row any more."""

    async def ask(self, reading: Reading, subject_id: UUID) -> str | None:
        """Tell where bytes lie that have no row; an attachment has nothing to be done outside."""
        for model in (Attachment, StoredFile):
            if await reading.find(model, subject_id) is not None:
                return None
        return path_of(reading.actor.organization_id, subject_id)

    async def do(self, outside: Outside, asked: str) -> str:
        """Remove the bytes."""
        await outside.files.remove(asked)
        return asked

    async def keep(self, work: Work, subject_id: UUID, done: str | None) -> datetime | None:
        """Let an attachment go of its bytes when it is due; its contract may have gone on since."""
        found = None if done else next(iter(await work.locked(Attachment, [subject_id])), None)
        if found is None or found.state is AttachmentState.REMOVED:
            return None
        found.remove_at = await removal_of(work, found)
        if found.remove_at is None or found.remove_at > work.now:
            await work.save()
            return found.remove_at
        await remove_bytes(work, found, reason="Its time was over.")
        return None

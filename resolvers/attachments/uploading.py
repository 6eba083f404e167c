"""The two transactions of an upload: whose link it is, before; and what came of it, after."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.accounts import Actor, WayIn
from models.attachments import Attachment, AttachmentState
from models.base import table_of
from models.errors import FileRefused, LinkNotValid
from models.events import EventKind
from models.jobs import JobKind
from resolvers import jobs
from resolvers.attachments import storing
from resolvers.attachments.storing import Bytes
from resolvers.clocks import ahead_of
from resolvers.outside.secret import digest_of
from resolvers.work import Work, system


@dataclass(frozen=True, slots=True)
class Awaited:
    """An attachment whose bytes are awaited: its id, what people call it, and whose it is."""

    id: UUID
    name: str
    owner: Actor


async def awaited(connection: AsyncConnection, secret: str, now: datetime) -> Awaited:
    """Find what a link is for, whoever comes with it.

    Raises:
        LinkNotValid: It is unknown, used, or expired.
    """
    row = table_of(Attachment).c
    found = await connection.execute(
        select(
            row.id,
            row.name,
            row.organization_id,
            ahead_of(row.organization_id),
            row.upload_expires_at,
        ).where(row.upload_digest == digest_of(secret), row.state == AttachmentState.AWAITED)
    )
    for one in found:
        owner = system(one.organization_id, one.clock_ahead, WayIn.LINK)
        if one.upload_expires_at > owner.time(now):
            return Awaited(one.id, one.name, owner)
    raise LinkNotValid


async def store(work: Work, id: UUID, stored: Bytes) -> tuple[Attachment, bool]:
    """Give an attachment its bytes; tells also whether the row of the same bytes took their place.

    Raises:
        LinkNotValid: Somebody else was first, or it was taken back meanwhile.
    """
    attachment = await _locked(work, id)
    file = await storing.keep(work, stored)
    attachment.state, attachment.stored_at = AttachmentState.STORED, work.now
    attachment.file_id = file.id
    await work.save()
    work.record(
        EventKind.ATTACHMENT_STORED,
        attachment,
        file_id=file.id,
        digest=file.digest,
        size_bytes=file.size_bytes,
        media_type=file.media_type,
    )
    await jobs.schedule(work, JobKind.ATTACHMENT, attachment.id, work.now)
    return attachment, file.id != stored.id


async def refuse(work: Work, id: UUID, refusal: FileRefused) -> None:
    """Write down that what came may not be stored; the link is used up.

    Raises:
        LinkNotValid: Somebody else was first, or it was taken back meanwhile.
    """
    attachment = await _locked(work, id)
    attachment.state, attachment.reason = AttachmentState.REFUSED, refusal.message
    await work.save()
    work.record(EventKind.ATTACHMENT_REFUSED, attachment, reason=refusal.message)


async def _locked(work: Work, id: UUID) -> Attachment:
    """Lock an attachment whose bytes are awaited, and use its link up."""
    found = await work.locked(Attachment, [id])
    if not found or found[0].state is not AttachmentState.AWAITED:
        raise LinkNotValid
    found[0].upload_digest = found[0].upload_expires_at = None
    return found[0]

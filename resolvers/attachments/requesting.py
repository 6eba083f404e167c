"""Attachments as staff ask for them: announced with a link for their bytes, and removed by hand."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from models.accounts import Permission
from models.attachments import Attachment, AttachmentState
from models.base import Base
from models.contracts import KeyContract
from models.entities import ReservableEntity
from models.errors import InvalidInput
from models.events import EventKind
from models.file_kinds import display_name
from models.keys import Key
from models.organizations import OrganizationUnit
from resolvers.attachments.removing import remove_bytes
from resolvers.checks import required_text
from resolvers.outside.secret import digest_of, new_secret
from resolvers.work import Work

UPLOAD_LIVES = timedelta(hours=1)
"""How long a link for sending bytes works; it works once."""
SUBJECTS: dict[str, type[Base]] = {
    "key_contract_id": KeyContract,
    "organization_unit_id": OrganizationUnit,
    "key_id": Key,
    "entity_id": ReservableEntity,
}


async def request(
    work: Work, *, subject: str, subject_id: UUID | None, name: str
) -> tuple[Attachment, str]:
    """Announce a file on a thing; gives the secret with which its bytes are sent, kept nowhere.

    Args:
        work: The transaction.
        subject: On what kind of thing: a column of `SUBJECTS`.
        subject_id: On which.
        name: What people call it.

    Raises:
        NotAllowed: The actor may not change attachments.
        NotFound: There is no such thing.
        InvalidInput: The name has nothing in it that can be shown.
    """
    work.require(Permission.EDIT_ATTACHMENTS)
    thing = await work.get(SUBJECTS[subject], subject_id, path=(subject,))
    shown = display_name(required_text(name, path=("name",)))
    if not shown:
        raise InvalidInput("The name has nothing in it that can be shown.", path=("name",))
    secret = new_secret()
    attachment = Attachment(
        organization_id=work.actor.organization_id,
        name=shown,
        created_at=work.now,
        upload_digest=digest_of(secret),
        upload_expires_at=work.now + UPLOAD_LIVES,
        token_id=work.actor.token_id,
        **{subject: thing.id},
    )
    await work.add(attachment)
    facts: dict[str, Any] = {subject: thing.id}
    work.record(EventKind.ATTACHMENT_REQUESTED, attachment, **facts)
    return attachment, secret


async def remove(work: Work, id: UUID | None) -> Attachment:
    """Remove an attachment's bytes, or take back the link for them; twice is once.

    Raises:
        NotAllowed: The actor may not change attachments.
        NotFound: There is no such attachment.
    """
    work.require(Permission.EDIT_ATTACHMENTS)
    known = await work.get(Attachment, id, path=("id",))
    (attachment,) = await work.locked(Attachment, [known.id])
    if attachment.state is not AttachmentState.REMOVED:
        await remove_bytes(work, attachment, reason="It was removed by hand.")
    return attachment

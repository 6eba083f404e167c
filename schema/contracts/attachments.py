"""Attachments as clients see them: files on contracts, units, keys and entities."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry

import models.attachments as models
from models.file_kinds import with_ending
from resolvers import relations
from resolvers.attachments.storing import download_url
from schema.execution import batched
from schema.nodes import Node, shows
from schema.paging import pages_of
from schema.scalars import to_id
from schema.signing.signing_enums import AttachmentState


async def files_of(attachments: list[Any], context: Any) -> list[Any]:
    """Load the rows of the bytes of attachments; None for those that have none."""
    ids = [one.file_id for one in attachments]
    wanted = list({id for id in ids if id is not None})
    rows = await context.loaders.rows(models.StoredFile).load_many(wanted)
    found = dict(zip(wanted, rows, strict=True))
    return [found.get(id) for id in ids]


def of_the_file(attribute: str) -> Any:
    """Make the loading of a field that tells something of an attachment's bytes."""

    async def load(attachments: list[Any], context: Any) -> list[Any]:
        return [getattr(file, attribute, None) for file in await files_of(attachments, context)]

    return load


async def sizes(attachments: list[Any], context: Any) -> list[float | None]:
    """Tell how large attachments are; a Float, as an Int of GraphQL ends at 2 GiB."""
    files = await files_of(attachments, context)
    return [None if file is None else float(file.size_bytes) for file in files]


async def download_urls(attachments: list[Any], context: Any) -> list[str | None]:
    """Sign links for fetching attachments."""
    return [
        None
        if file is None
        else download_url(
            context.outside, file.id, with_ending(one.name, file.media_type), context.asked_at
        )
        for one, file in zip(attachments, await files_of(attachments, context), strict=True)
    ]


@shows(models.Attachment)
@strawberry.type(description="A file on a key contract, a unit, a key or an entity.")
class Attachment(Node):
    file_id: strawberry.Private[UUID | None]
    name: str = strawberry.field(description="What people call it, at most 200 characters.")
    state: AttachmentState = strawberry.field(description="How far it is.")
    reason: str | None = strawberry.field(description="Why it was REFUSED, in words.")
    created_at: datetime = strawberry.field(description="When it was announced.")
    stored_at: datetime | None = strawberry.field(description="When its bytes came.")
    remove_at: datetime | None = strawberry.field(
        description="When its bytes are removed, `attachmentRetentionSeconds` after the end of its "
        "key contract; null while that is not over, and for other things."
    )
    removed_at: datetime | None = strawberry.field(description="When its bytes were removed.")
    media_type: str | None = batched(
        of_the_file("media_type"),
        description="What it is by its content, such as application/pdf, whatever its name says.",
    )
    size_bytes: float | None = batched(sizes, description="How many bytes it has.")
    sha256: str | None = batched(of_the_file("digest"), description="SHA-256 of its bytes, in hex.")
    download_url: str | None = batched(
        download_urls,
        description="Where it can be fetched for ten minutes, by whoever has this address; null "
        "when it has no bytes. A name that belies what it is gets the right ending.",
    )

    @classmethod
    def of(cls, row: models.Attachment) -> Self:
        return cls(
            id=to_id(models.Attachment, row.id),
            file_id=row.file_id,
            name=row.name,
            state=row.state,
            reason=row.reason,
            created_at=row.created_at,
            stored_at=row.stored_at,
            remove_at=row.remove_at,
            removed_at=row.removed_at,
        )


attachments_of_key_contract = pages_of(relations.ATTACHMENTS_OF_KEY_CONTRACT, Attachment.of)
attachments_of_unit = pages_of(relations.ATTACHMENTS_OF_UNIT, Attachment.of)
attachments_of_key = pages_of(relations.ATTACHMENTS_OF_KEY, Attachment.of)
attachments_of_entity = pages_of(relations.ATTACHMENTS_OF_ENTITY, Attachment.of)

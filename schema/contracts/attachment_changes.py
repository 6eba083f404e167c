"""Attachments announced, with a link for their bytes, and removed."""

import strawberry

import models.attachments as models
from models.accounts import Permission
from models.contracts import KeyContract as KeyContractRow
from models.entities import ReservableEntity as EntityRow
from models.keys import Key as KeyRow
from models.organizations import OrganizationUnit as UnitRow
from resolvers.attachments import requesting
from resolvers.checks import exactly_one
from resolvers.work import Work
from schema.context import Info
from schema.contracts.attachments import Attachment
from schema.errors import UserError
from schema.inputs import Repeatable, given
from schema.mutations import mutation
from schema.permissions import reached
from schema.repeating import shown_once
from schema.scalars import from_id


@strawberry.input(description="A file on exactly one thing.")
class AttachmentRequestInput(Repeatable):
    name: str = strawberry.field(
        description="What people call it, such as `Floor plan.pdf`. Only its last part is kept, "
        "without what is not seen, at most 200 characters of it."
    )
    key_contract_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="On this key contract."
    )
    organization_unit_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="On this unit."
    )
    key_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="On this key."
    )
    entity_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="On this entity."
    )


@strawberry.input(description="An attachment whose bytes are to go.")
class AttachmentRemoveInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which attachment.")


@reached
@strawberry.type(description="An attachment that awaits its bytes, and how they are sent.")
class AttachmentRequestPayload:
    attachment: Attachment | None = strawberry.field(
        default=None, description="The attachment, AWAITED; null when it was refused."
    )
    upload_url: str | None = strawberry.field(
        default=None,
        description="Where its bytes are sent: PUT, with the bytes as the body and "
        "`Authorization: Bearer` with `uploadSecret`. Within an hour, once. PDF, PNG, JPEG, GIF, "
        "WebP, HEIC, plain text in UTF-8, CSV, DOCX, XLSX and ODT are stored. Answers: 201 when it "
        "is stored; 413 (too large) and 422 (not of these kinds, or with a virus) use the link up, "
        "and the attachment is REFUSED; 408 (too slow) and 503 (no scanner) do not; 404 when the "
        "link is unknown, used or expired.",
    )
    upload_secret: str | None = shown_once(
        description="Opens that address for this attachment; shown this once."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="What became of an attachment.")
class AttachmentRemovePayload:
    attachment: Attachment | None = strawberry.field(
        default=None, description="The attachment; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class AttachmentMutations:
    @mutation(
        permission=Permission.EDIT_ATTACHMENTS,
        description="Announce a file on a key contract, a unit, a key or an entity, and get the "
        "link over which its bytes are sent.",
    )
    async def attachment_request(
        self, info: Info, work: Work, input: AttachmentRequestInput
    ) -> AttachmentRequestPayload:
        things = {
            "key_contract_id": from_id(KeyContractRow, given(input.key_contract_id)),
            "organization_unit_id": from_id(UnitRow, given(input.organization_unit_id)),
            "key_id": from_id(KeyRow, given(input.key_id)),
            "entity_id": from_id(EntityRow, given(input.entity_id)),
        }
        exactly_one(
            keyContractId=things["key_contract_id"],
            organizationUnitId=things["organization_unit_id"],
            keyId=things["key_id"],
            entityId=things["entity_id"],
        )
        (subject, subject_id) = next(pair for pair in things.items() if pair[1] is not None)
        attachment, secret = await requesting.request(
            work, subject=subject, subject_id=subject_id, name=input.name
        )
        return AttachmentRequestPayload(
            attachment=Attachment.of(attachment),
            upload_url=f"{info.context.outside.public_url}/files/upload",
            upload_secret=secret,
        )

    @mutation(
        permission=Permission.EDIT_ATTACHMENTS,
        description="Remove an attachment's bytes, or take back the link for them. Twice is once.",
    )
    async def attachment_remove(
        self, work: Work, input: AttachmentRemoveInput
    ) -> AttachmentRemovePayload:
        attachment = await requesting.remove(work, from_id(models.Attachment, input.id))
        return AttachmentRemovePayload(attachment=Attachment.of(attachment))

"""Trusted documents as clients see them: asked for by their digests, and added by administrators.

A request names one by `documentId: "sha256:<hex>"`, as GraphQL over HTTP has it, or by
`extensions.persistedQuery.sha256Hash`, as Apollo's clients write it.
"""

from datetime import datetime
from typing import Any, Self

import strawberry

import models.trusted_documents as models
from models.accounts import Permission
from models.errors import InvalidInput
from resolvers import looking, trusted_documents
from resolvers.work import Work
from schema.context import Info
from schema.enums import Role
from schema.errors import UserError
from schema.guards.guarded import GuardedSchema, check_document
from schema.inputs import Repeatable
from schema.mutations import mutation
from schema.nodes import Node, shows
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query, reached
from schema.scalars import from_id, to_id


@shows(models.TrustedDocument)
@strawberry.type(description="A GraphQL document that may be asked for by its digest alone.")
class TrustedDocument(Node):
    name: str = strawberry.field(description="What people call it.")
    digest: str = strawberry.field(
        description="What a request sends as `documentId` in place of the document: sha256: and "
        "the SHA-256 of its text in UTF-8, in hexadecimal."
    )
    text: str = strawberry.field(description="The document.")
    trusted_at: datetime = strawberry.field(description="Since when it is trusted.")

    @classmethod
    def of(cls, row: models.TrustedDocument) -> Self:
        return cls(
            id=to_id(models.TrustedDocument, row.id),
            name=row.name,
            digest=f"sha256:{row.digest}",
            text=row.text,
            trusted_at=row.trusted_at,
        )


@strawberry.input(description="A document to be trusted.")
class TrustedDocumentAddInput(Repeatable):
    name: str = strawberry.field(description="What people call it.")
    text: str = strawberry.field(
        description="The document, valid and within the limits; at most 100 000 bytes."
    )


@strawberry.input(description="A document that is not to be trusted any more.")
class TrustedDocumentRemoveInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which document.")


@strawberry.input(description="Who may ask only for trusted documents.")
class TrustedDocumentRolesSetInput(Repeatable):
    roles: list[Role] = strawberry.field(
        description="All these roles, and no others; ADMIN cannot be among them."
    )


@reached
@strawberry.type(description="What became of a trusted document.")
class TrustedDocumentPayload:
    trusted_document: TrustedDocument | None = strawberry.field(
        default=None,
        description="The document, as it was if it is not trusted any more; null when it was "
        "refused.",
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="Who may ask only for trusted documents from now on.")
class TrustedDocumentRolesPayload:
    roles: list[Role] | None = strawberry.field(
        default=None, description="The roles; null when they were refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


async def checked(info: Any, input: TrustedDocumentAddInput) -> None:
    """Go on only with a document that could be executed.

    Raises:
        InvalidInput: It cannot be parsed, is not valid, or asks for too much.
    """
    schema: GuardedSchema = info.schema
    if problem := check_document(schema, input.text):
        raise InvalidInput(f"The document cannot be trusted: {problem}", path=("text",))


@strawberry.type
class TrustedDocumentQueries:
    @query(
        permission=Permission.EDIT_ORGANIZATION,
        description="The documents that your organization trusts; for those who may change it.",
    )
    async def trusted_documents(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[TrustedDocument]:
        behind = from_cursor(after)
        async with info.context.reading() as reading:
            part = await looking.page(reading, models.TrustedDocument, first=first, after=behind)
        return connection(part, TrustedDocument.of, behind)

    @query(
        permission=Permission.EDIT_ORGANIZATION,
        description="The roles that may ask only for trusted documents in your organization; the "
        "server's own settings may add to them.",
    )
    async def trusted_document_roles(self, info: Info) -> list[Role]:
        async with info.context.reading() as reading:
            return await trusted_documents.roles(reading)


@strawberry.type
class TrustedDocumentMutations:
    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Trust a document: it may be asked for by its digest. One that is trusted "
        "already stays as it is.",
        before=checked,
    )
    async def trusted_document_add(
        self, work: Work, input: TrustedDocumentAddInput
    ) -> TrustedDocumentPayload:
        document = await trusted_documents.trust(work, text=input.text, name=input.name)
        return TrustedDocumentPayload(trusted_document=TrustedDocument.of(document))

    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Trust a document no longer; processes know it within ten seconds.",
    )
    async def trusted_document_remove(
        self, work: Work, input: TrustedDocumentRemoveInput
    ) -> TrustedDocumentPayload:
        id = from_id(models.TrustedDocument, input.id)
        document = await trusted_documents.distrust(work, id)
        return TrustedDocumentPayload(trusted_document=TrustedDocument.of(document))

    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Say which roles may ask only for trusted documents; processes know it within "
        "ten seconds.",
    )
    async def trusted_document_roles_set(
        self, work: Work, input: TrustedDocumentRolesSetInput
    ) -> TrustedDocumentRolesPayload:
        rule = await trusted_documents.set_rule(work, input.roles)
        return TrustedDocumentRolesPayload(roles=[Role(name) for name in rule.roles])

"""Agreements as clients see them: what units ask for, in which versions and words."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

import models.agreements as models
from models.accounts import Permission
from models.base import Json
from models.contracts import KeyContract as KeyContractRow
from models.organizations import OrganizationUnit as UnitRow
from resolvers import looking, relations
from resolvers.agreements import applying, previewing
from resolvers.agreements.content import current_versions
from resolvers.agreements.facts import PLACEHOLDERS
from schema.context import Info
from schema.execution import batched
from schema.loaders import to_answer, to_first, to_many, to_one
from schema.nodes import Node, shows
from schema.organizations.organizations import OrganizationUnit
from schema.paging import FIRST, After, Connection, First, connection, from_cursor, pages_of
from schema.permissions import query, reached
from schema.scalars import from_id, to_id
from schema.signing.signing_enums import BlockKind

MARKUP = (
    "Headings (`#`, `##`), paragraphs, lists (`-`, `1.`), `**strong**` and `*emphasis*`; anything "
    "else is plain text. What is filled in: "
    + " ".join(f"`{{{name}}}` {meaning}" for name, meaning in PLACEHOLDERS.items())
)


@shows(models.AgreementText)
@strawberry.type(description="What a version of an agreement says in one language.")
class AgreementText:
    language: str = strawberry.field(description="BCP 47 primary tag.")
    title: str = strawberry.field(description="What contacts see above it.")
    body: str = strawberry.field(description=MARKUP)
    digest: str = strawberry.field(
        description="SHA-256, in hex, of the title, a line feed and the body, in UTF-8."
    )

    @classmethod
    def of(cls, row: models.AgreementText) -> Self:
        return cls(language=row.language, title=row.title, body=row.body, digest=row.digest)


@shows(models.AgreementVersion)
@strawberry.type(description="One wording of an agreement; once published it never changes.")
class AgreementVersion(Node):
    version_id: strawberry.Private[UUID]
    agreement_id: strawberry.Private[UUID]
    number: int = strawberry.field(description="Counts from 1 within the agreement.")
    created_at: datetime = strawberry.field(description="When it was begun.")
    published_at: datetime | None = strawberry.field(
        description="Since when it is offered; null while it is a draft."
    )
    agreement: "Agreement" = batched(
        to_one(models.Agreement, "agreement_id"), description="Of which agreement."
    )
    texts: list[AgreementText] = batched(
        to_many(relations.TEXTS_OF_VERSION, "version_id"),
        description="What it says, in each of its languages.",
    )

    @classmethod
    def of(cls, row: models.AgreementVersion) -> Self:
        return cls(
            id=to_id(models.AgreementVersion, row.id),
            version_id=row.id,
            agreement_id=row.agreement_id,
            number=row.number,
            created_at=row.created_at,
            published_at=row.published_at,
        )


page_of_versions = pages_of(relations.VERSIONS_OF_AGREEMENT, AgreementVersion.of)


@shows(models.Agreement)
@strawberry.type(description="Terms that contacts accept before they get keys.")
class Agreement(Node):
    agreement_id: strawberry.Private[UUID]
    unit_id: strawberry.Private[UUID]
    name: str = strawberry.field(description="What staff call it; contacts see a text's title.")
    mandatory: bool = strawberry.field(
        description="Whether every contract that is verified carries it; others are chosen."
    )
    inherited: bool = strawberry.field(description="Whether it also holds for the units below.")
    retired_at: datetime | None = strawberry.field(
        description="Since when it is asked for no more; null while it is."
    )
    organization_unit: OrganizationUnit = batched(
        to_one(UnitRow, "unit_id"), description="Whose agreement it is."
    )
    current: AgreementVersion | None = batched(
        to_answer(models.AgreementVersion, current_versions, "agreement_id"),
        description="The version that is offered: the newest published one, if there is any.",
    )
    draft: AgreementVersion | None = batched(
        to_first(relations.DRAFT_OF_AGREEMENT, "agreement_id"),
        description="The version that is being written, if there is any.",
    )

    @strawberry.field(description="All of its versions, the first one first.")
    async def versions(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[AgreementVersion]:
        return await page_of_versions(self.agreement_id, info, first, after)

    @classmethod
    def of(cls, row: models.Agreement) -> Self:
        return cls(
            id=to_id(models.Agreement, row.id),
            agreement_id=row.id,
            unit_id=row.organization_unit_id,
            name=row.name,
            mandatory=row.mandatory,
            inherited=row.inherited,
            retired_at=row.retired_at,
        )


@reached
@strawberry.type(description="Words that look the same.")
class AgreementSpan:
    text: str = strawberry.field(description="Plain text, whatever is written in it.")
    strong: bool = strawberry.field(description="Whether it is strong.")
    emphasis: bool = strawberry.field(description="Whether it is emphasised.")


@reached
@strawberry.type(description="A heading, a paragraph, or an item of a list.")
class AgreementLine:
    spans: list[AgreementSpan] = strawberry.field(description="Its words, in their order.")


@reached
@strawberry.type(description="A part of an agreement's words.")
class AgreementBlock:
    kind: BlockKind = strawberry.field(description="What it is.")
    level: int | None = strawberry.field(description="1 or 2 for a heading; null for others.")
    ordered: bool | None = strawberry.field(
        description="Whether a list is numbered, from 1 on; null for others."
    )
    lines: list[AgreementLine] = strawberry.field(
        description="One for a heading or a paragraph; the items of a list."
    )

    @classmethod
    def of(cls, block: Json) -> Self:
        lines = block.get("items") or [block["spans"]]
        return cls(
            kind=BlockKind(block["kind"]),
            level=block.get("level"),
            ordered=block.get("ordered"),
            lines=[
                AgreementLine(spans=[AgreementSpan(**span) for span in spans]) for spans in lines
            ],
        )


@reached
@strawberry.type(description="How the words of an agreement will look.")
class AgreementPreview:
    language: str = strawberry.field(description="In which language they are.")
    title: str | None = strawberry.field(
        description="What stands above them; null for words that are not of a version."
    )
    blocks: list[AgreementBlock] = strawberry.field(description="The words.")
    warnings: list[str] = strawberry.field(
        description="Mistakes in them and what could not be filled in; with a mistake they cannot "
        "be saved."
    )


UnitId = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Those that hold at this unit: its own and what it inherits."),
]
WithRetired = Annotated[
    bool | None, strawberry.argument(description="Also those that are asked for no more.")
]
VersionId = Annotated[
    strawberry.ID | None, strawberry.argument(description="A version, be it a draft; or a body.")
]
Body = Annotated[str | None, strawberry.argument(description=MARKUP)]
Language = Annotated[
    str | None,
    strawberry.argument(
        description="BCP 47; the contract's when left out. Another is shown if there is no text."
    ),
]
ContractId = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Whose facts are filled in; none when left out."),
]


@strawberry.type
class AgreementQueries:
    @query(permission=Permission.VIEW, description="The agreements of your organization.")
    async def agreements(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        organization_unit_id: UnitId = None,
        with_retired: WithRetired = None,
    ) -> Connection[Agreement]:
        behind = from_cursor(after)
        row = models.Agreement
        conditions: list[Any] = [] if with_retired else [row.retired_at.is_(None)]
        unit_id = from_id(UnitRow, organization_unit_id)
        async with info.context.reading() as reading:
            if unit_id is not None:
                conditions.append(await applying.reaching(reading, unit_id))
            part = await looking.page(reading, row, *conditions, first=first, after=behind)
        return connection(part, Agreement.of, behind)

    @query(
        permission=Permission.VIEW,
        description="How a version, or words that are being written, will look.",
    )
    async def agreement_preview(
        self,
        info: Info,
        agreement_version_id: VersionId = None,
        body: Body = None,
        language: Language = None,
        key_contract_id: ContractId = None,
    ) -> AgreementPreview:
        async with info.context.reading() as reading:
            shown = await previewing.preview(
                reading,
                version_id=from_id(models.AgreementVersion, agreement_version_id),
                body=body,
                language=language,
                contract_id=from_id(KeyContractRow, key_contract_id),
            )
        return AgreementPreview(
            language=shown.language,
            title=shown.title,
            blocks=[AgreementBlock.of(block) for block in shown.blocks],
            warnings=shown.warnings,
        )

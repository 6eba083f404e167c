"""Bearer tokens, as those who manage an organization see them: all but their texts."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import strawberry

import models.accounts as models
from resolvers import relations
from resolvers.partners import tokens
from schema.access.permission_enums import Permission
from schema.context import Info
from schema.enums import Role
from schema.execution import batched
from schema.loaders import to_many, to_one
from schema.nodes import Node, shows
from schema.organizations.organizations import OrganizationUnit
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query
from schema.scalars import to_id


@shows(models.Token)
@strawberry.type(description="A bearer token. Its text was shown once, and nobody has it but you.")
class Token(Node):
    token_id: strawberry.Private[UUID]
    former_id: strawberry.Private[UUID | None]
    name: str = strawberry.field(description="What it is called.")
    role: Role = strawberry.field(description="What it is for.")
    scopes: list[Permission] = strawberry.field(
        description="What it may: all that its role may, unless it was narrowed."
    )
    source: str = strawberry.field(description="Whose numbers external ids are.")
    mark: str | None = strawberry.field(
        description="The beginning of its text, by which a leaked one is found; null for tokens "
        "of the former form."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(
        description="From when on it opens nothing, by the clock of the server; null for never."
    )
    last_used_at: datetime | None = strawberry.field(
        description="When it was used last, to the minute or two, by the clock of the server; null "
        "when it never was."
    )
    revoked_at: datetime | None = strawberry.field(description="Since when it was taken back.")
    replaces: Annotated["Token", strawberry.lazy("schema.access.tokens")] | None = batched(
        to_one(models.Token, "former_id"), description="The token whose place it took."
    )
    organization_units: list[OrganizationUnit] = batched(
        to_many(relations.UNITS_OF_TOKEN, "token_id"),
        description="The units that it reaches, with all below; none for the whole organization.",
    )

    @classmethod
    def of(cls, row: models.Token) -> Self:
        scopes = models.scopes_of(row.scopes)
        may = models.PERMISSIONS[models.Role(row.role)]
        return cls(
            token_id=row.id,
            former_id=row.replaces_id,
            id=to_id(models.Token, row.id),
            name=row.name,
            role=row.role,
            scopes=sorted(may if scopes is None else may & scopes),
            source=row.source,
            mark=row.mark,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )


@strawberry.type
class TokenQueries:
    @query(
        permission=Permission.EDIT_ORGANIZATION,
        description="The tokens of your organization in the order in which they were made, but for "
        "the access of service accounts.",
    )
    async def tokens(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        *,
        with_ended: Annotated[
            bool,
            strawberry.argument(description="Whether also those that open nothing any more."),
        ] = False,
    ) -> Connection[Token]:
        behind = from_cursor(after)
        async with info.context.reading() as reading:
            part = await tokens.page(reading, first=first, after=behind, with_ended=with_ended)
        return connection(part, Token.of, behind)

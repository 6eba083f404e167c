"""Service accounts and their keys, as those who manage an organization see them."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

import models.partners as models
from models.accounts import Permission
from models.accounts import Token as TokenRow
from resolvers import relations
from resolvers.partners import service_accounts
from schema.access.partner_enums import ServiceKeyKind
from schema.access.tokens import Token
from schema.context import Info
from schema.execution import batched
from schema.loaders import to_many, to_one
from schema.nodes import Node, shows
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query
from schema.scalars import to_id


@shows(models.ServiceAccountKey)
@strawberry.type(description="A public key of a service account; only its partner has the other.")
class ServiceAccountKey(Node):
    kind: ServiceKeyKind = strawberry.field(description="What kind of key it is.")
    public_key: str = strawberry.field(description="The key in PEM.")
    thumbprint: str = strawberry.field(
        description="SHA-256 of the key in DER (SubjectPublicKeyInfo), in hexadecimal."
    )
    created_at: datetime = strawberry.field(description="When it was registered.")
    expires_at: datetime | None = strawberry.field(
        description="From when on it is not good, as another one took its place; by the clock of "
        "the server."
    )
    revoked_at: datetime | None = strawberry.field(description="Since when it was taken back.")

    @classmethod
    def of(cls, row: models.ServiceAccountKey) -> Self:
        return cls(
            id=to_id(models.ServiceAccountKey, row.id),
            kind=row.kind,
            public_key=row.public_key,
            thumbprint=row.thumbprint,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )


@shows(models.ServiceAccount)
@strawberry.type(
    description="A partner's program, known by what it signs: each request (x-service-account-id, "
    "x-timestamp, x-signature), or assertions for access tokens (OAuth 2.0, RFC 7523). Its id is "
    "what it calls itself: `x-service-account-id`, and `iss` and `sub`."
)
class ServiceAccount(Node):
    account_id: strawberry.Private[UUID]
    token_id: strawberry.Private[UUID]
    name: str = strawberry.field(description="What people call it.")
    created_at: datetime = strawberry.field(description="When it was made.")
    revoked_at: datetime | None = strawberry.field(
        description="Since when it opens nothing any more."
    )
    access: Token = batched(
        to_one(TokenRow, "token_id"),
        description="What it may, which units it reaches, and when it was used last. No text opens "
        "the door to it.",
    )
    keys: list[ServiceAccountKey] = batched(
        to_many(relations.KEYS_OF_SERVICE_ACCOUNT, "account_id"),
        description="Its keys, oldest first, but for those that were taken back: the one that is "
        "good, and a former one while it lapses.",
    )

    @classmethod
    def of(cls, row: models.ServiceAccount) -> Self:
        return cls(
            account_id=row.id,
            token_id=row.token_id,
            id=to_id(models.ServiceAccount, row.id),
            name=row.name,
            created_at=row.created_at,
            revoked_at=row.revoked_at,
        )


@strawberry.type
class ServiceAccountQueries:
    @query(
        permission=Permission.EDIT_ORGANIZATION,
        description="The service accounts of your organization in the order in which they were "
        "made, also those that were revoked.",
    )
    async def service_accounts(
        self, info: Info, first: First = FIRST, after: After = None
    ) -> Connection[ServiceAccount]:
        behind = from_cursor(after)
        async with info.context.reading() as reading:
            part = await service_accounts.page(reading, first=first, after=behind)
        return connection(part, ServiceAccount.of, behind)

"""Making, turning and taking back bearer tokens."""

from datetime import datetime, timedelta
from typing import TypedDict
from uuid import UUID

import strawberry

import models.accounts as models
from models.organizations import OrganizationUnit as UnitRow
from resolvers import accounts
from resolvers.partners import tokens
from resolvers.work import Work
from schema.access.permission_enums import Permission
from schema.access.tokens import Token
from schema.enums import Role
from schema.errors import UserError
from schema.inputs import Repeatable, given
from schema.mutations import mutation
from schema.permissions import reached
from schema.repeating import shown_once
from schema.scalars import from_id

TEXT = (
    "The text of the token, shown once: lk_, a mark that may be known, 43 secret characters and a "
    "checksum of six. Null when the answer is given again."
)
OVERLAP = (
    "For how many seconds the former stays good as well, from 0 to 90 days; a day when left out."
)


class Asked(TypedDict):
    """What access somebody is to have."""

    name: str
    source: str
    scopes: list[Permission] | None
    unit_ids: list[UUID | None] | None


@strawberry.input(description="What somebody who is given access may do, and where.")
class AccessInput(Repeatable):
    name: str = strawberry.field(description="What it is called, to tell it apart.")
    source: str = strawberry.field(
        default="default", description="Whose numbers its external ids are."
    )
    scopes: list[Permission] | None = strawberry.field(
        default=strawberry.UNSET,
        description="What of its role's permissions it is for; all of them when left out.",
    )
    organization_unit_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The units that it reaches, with all below; as far as you reach when left out.",
    )

    def asked(self) -> Asked:
        units = given(self.organization_unit_ids)
        return {
            "name": self.name,
            "source": self.source,
            "scopes": given(self.scopes),
            "unit_ids": None if units is None else [from_id(UnitRow, one) for one in units],
        }


@strawberry.input(description="A new token.")
class TokenCreateInput(AccessInput):
    role: Role = strawberry.field(description="What it is for; a display has its own way.")
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="From when on it opens nothing, by the clock of the server; never when left "
        "out.",
    )


@strawberry.input(description="A token in whose place another one is to come.")
class TokenRotateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which token.")
    overlap_seconds: int = strawberry.field(default=86_400, description=OVERLAP)
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description="When the new one expires; after as long a life as the former was given when "
        "left out.",
    )


@strawberry.input(description="A token that is taken back.")
class TokenRevokeInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which token.")


@reached
@strawberry.type(description="What became of a token.")
class TokenRevokePayload:
    token: Token | None = strawberry.field(
        default=None, description="The token; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="A new token.")
class TokenCreatePayload(TokenRevokePayload):
    text: str | None = shown_once(description=TEXT)


@reached
@strawberry.type(description="The token that came in the place of another.")
class TokenRotatePayload(TokenRevokePayload):
    text: str | None = shown_once(description=TEXT)


@strawberry.type
class TokenMutations:
    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Make a token. Nobody can give one that may more, or reaches farther, than "
        "they do themselves.",
    )
    async def token_create(self, work: Work, input: TokenCreateInput) -> TokenCreatePayload:
        token, text = await tokens.create(
            work, role=input.role, expires_at=given(input.expires_at), **input.asked()
        )
        return TokenCreatePayload(token=Token.of(token), text=text)

    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Put a new token in the place of another one, which lapses after an overlap "
        "in which both are good. With an overlap of 0 the former opens nothing any more.",
    )
    async def token_rotate(self, work: Work, input: TokenRotateInput) -> TokenRotatePayload:
        token, text = await tokens.rotate(
            work,
            from_id(models.Token, input.id),
            overlap=timedelta(seconds=input.overlap_seconds),
            expires_at=given(input.expires_at),
        )
        return TokenRotatePayload(token=Token.of(token), text=text)

    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Take a token back. It opens nothing from now on, but that a busy process may "
        "let it in for five seconds more. Twice is once.",
    )
    async def token_revoke(self, work: Work, input: TokenRevokeInput) -> TokenRevokePayload:
        token = await accounts.revoke_token(work, from_id(models.Token, input.id))
        return TokenRevokePayload(token=Token.of(token))

"""The credentials that somebody made, as whoever manages the staff sees them."""

from datetime import datetime
from typing import Any, Self

import strawberry

from resolvers.people import credentials
from resolvers.people.credentials import Credential
from schema.access.people_enums import CredentialKind
from schema.permissions import reached
from schema.scalars import to_id


@reached
@strawberry.type(
    description="A credential that somebody made and that works without them: they may know it."
)
class PersonCredential:
    kind: CredentialKind = strawberry.field(description="What it is.")
    id: strawberry.ID = strawberry.field(
        description="Which one: the token, the key of a service account, or the automat; see "
        "`node`."
    )
    name: str = strawberry.field(description="What it, its account or its automat is called.")
    created_at: datetime | None = strawberry.field(
        description="When it was made; null of an installation PIN."
    )
    expires_at: datetime | None = strawberry.field(
        description="From when on it opens nothing; null for never."
    )
    in_use: bool = strawberry.field(
        description="Whether a cabinet works with it, which would fall silent without."
    )
    revoked_at: datetime | None = strawberry.field(
        description="When it was taken back just now; null while it goes on working."
    )

    @classmethod
    def of(cls, one: Credential) -> Self:
        return cls(
            kind=one.kind,
            id=to_id(one.model, one.id),
            name=one.name,
            created_at=one.made_at,
            expires_at=one.ends_at,
            in_use=one.in_use,
            revoked_at=one.revoked_at,
        )


async def credentials_of(people: list[Any], context: Any) -> list[list[PersonCredential]]:
    """Load the credentials that people made."""
    loader = context.loaders.answers(credentials.of_people)
    found = await loader.load_many([person.person_id for person in people])
    return [[PersonCredential.of(one) for one in theirs] for theirs in found]

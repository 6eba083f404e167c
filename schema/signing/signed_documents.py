"""What a signer was shown and what was signed, as clients see it: agreements and documents."""

from typing import Any, Self

import strawberry

from models.accounts import Permission
from models.base import Json
from models.contracts import KeyContract
from resolvers.attachments.storing import download_url
from resolvers.evidence.links import document_name
from schema.columns import Load
from schema.permissions import reached


@reached
@strawberry.type(description="An agreement as it was offered: in which version and words.")
class OfferedAgreement:
    name: str = strawberry.field(description="What the organization called it then.")
    version: int = strawberry.field(description="Which of its versions, from 1.")
    language: str = strawberry.field(description="In which language, a BCP 47 primary tag.")
    digest: str = strawberry.field(
        description="SHA-256 of its text in that language, in hex, see `AgreementText.digest`."
    )

    @classmethod
    def of(cls, named: Json) -> Self:
        """Show one of `SigningProcess.agreements` (models)."""
        return cls(
            name=named["name"],
            version=named["number"],
            language=named["language"],
            digest=named["digest"],
        )


def document_urls(*, is_signed: bool) -> Load:
    """Make the loading of links to documents, for those who may see contracts.

    Args:
        is_signed: Whether they are sealed with a signature; offers otherwise.
    """

    async def load(things: list[Any], context: Any) -> list[str | None]:
        if not context.actor.may(Permission.VIEW):
            return [None] * len(things)
        ids = list({one.key_contract_id for one in things if one.file_id is not None})
        rows = await context.loaders.rows(KeyContract).load_many(ids)
        contracts = dict(zip(ids, rows, strict=True))
        return [
            None
            if one.file_id is None
            else download_url(
                context.outside,
                one.file_id,
                document_name(contracts[one.key_contract_id], one.purpose, is_signed=is_signed),
                context.asked_at,
            )
            for one in things
        ]

    return load

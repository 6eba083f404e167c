"""What a signer was shown, as clients see it: which agreements, in which words."""

from typing import Self

import strawberry

from models.base import Json


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

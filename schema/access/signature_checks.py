"""Help for those who sign requests: what is hashed of one, and whether a signature fits."""

from typing import Annotated, Self

import strawberry

import resolvers.partners.signature_checks as values
from models.accounts import Permission
from models.partners import ServiceAccount as ServiceAccountRow
from resolvers.partners.signed_requests import Signed
from schema.context import Context, Info
from schema.inputs import given
from schema.permissions import query, reached
from schema.scalars import from_id, to_id


@reached
@strawberry.type(description="What we hash of a request, and what stands against letting it in.")
class SignatureCheck:
    digest: str = strawberry.field(
        description="SHA-256, in hexadecimal, of the method, the address and the body, written one "
        "behind the other in UTF-8."
    )
    signed_text: str = strawberry.field(
        description="What is signed with RSA, PKCS #1 v1.5 and SHA-256: the account, the timestamp "
        "and the digest, written one behind the other."
    )
    seconds_off: float | None = strawberry.field(
        description="How far the timestamp is ahead of the clock of the server, in seconds; "
        "negative when it is behind. Null when it is no time in milliseconds."
    )
    fits: bool | None = strawberry.field(
        description="Whether the signature is of a good key of the account; null where either was "
        "left out."
    )
    problems: list[str] = strawberry.field(
        description="What stands against letting in a request that is signed so, and what to do."
    )

    @classmethod
    def of(cls, found: values.SignatureCheck) -> Self:
        return cls(
            digest=found.signed.digest,
            signed_text=found.signed.text,
            seconds_off=found.seconds_off,
            fits=found.fits,
            problems=found.problems,
        )


def own_account(context: Context) -> strawberry.ID | None:
    """Give the id of the account that asks, where it is one."""
    own = context.actor.service_account_id
    return None if own is None else to_id(ServiceAccountRow, own)


@strawberry.type
class SignatureCheckQueries:
    @query(
        permission=Permission.VIEW_PLACES,
        description="What the server hashes of a request that a service account signs, and whether "
        "a signature fits, for those who write the signing. Nothing is let in by it, and no "
        "signature is used up. Accounts of other partners look like those that are not there.",
    )
    async def signature_check(
        self,
        info: Info,
        *,
        method: Annotated[str, strawberry.argument(description="POST or GET, as it is sent.")],
        url: Annotated[
            str,
            strawberry.argument(
                description="The whole address, with its query if there is one, as it is sent."
            ),
        ],
        timestamp: Annotated[
            str, strawberry.argument(description="`x-timestamp`, in milliseconds since 1970.")
        ],
        body: Annotated[
            str, strawberry.argument(description="The text of the body; nothing for GET.")
        ] = "",
        service_account_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="`x-service-account-id`; your own account when left out."
            ),
        ] = None,
        signature: Annotated[
            str | None, strawberry.argument(description="`x-signature`, in base64.")
        ] = None,
    ) -> SignatureCheck:
        context = info.context
        account = given(service_account_id) or own_account(context)
        signed = Signed(account or "", timestamp, method, url, body.encode(errors="replace"))
        async with context.reading() as reading:
            found = await values.check(
                reading,
                signed,
                account_id=from_id(ServiceAccountRow, account),
                signature=given(signature),
                addresses=f"{context.outside.public_url}/graphql",
                now=context.asked_at,
            )
        return SignatureCheck.of(found)

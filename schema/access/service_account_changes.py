"""Making service accounts, turning their keys, and taking both back."""

import asyncio
from datetime import timedelta

import strawberry

import models.partners as models
from resolvers.partners import public_keys, service_accounts
from resolvers.partners.public_keys import PublicKey
from resolvers.work import Work
from schema.access.permission_enums import Permission
from schema.access.service_accounts import ServiceAccount
from schema.access.token_changes import OVERLAP, AccessInput
from schema.context import Info
from schema.enums import Role
from schema.errors import UserError
from schema.inputs import Repeatable, given
from schema.mutations import mutation
from schema.permissions import reached
from schema.repeating import shown_once
from schema.scalars import from_id

PUBLIC_KEY = (
    "Its public key in PEM: RSA with 2048 to 4096 bits, P-256 or Ed25519; only RSA signs requests. "
    "When left out, a pair of RSA keys is made here, and `privateKey` shows the private one."
)
PRIVATE_KEY = (
    "The private key in PEM (PKCS #8), shown once and not kept; null where a public key was given, "
    "and when the answer is given again."
)


@strawberry.input(description="A new service account.")
class ServiceAccountCreateInput(AccessInput):
    role: Role = strawberry.field(default=Role.PARTNER, description="What it is for.")
    public_key: str | None = strawberry.field(default=strawberry.UNSET, description=PUBLIC_KEY)


@strawberry.input(description="A service account that is to have another key.")
class ServiceAccountKeyRotateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which account.")
    public_key: str | None = strawberry.field(default=strawberry.UNSET, description=PUBLIC_KEY)
    overlap_seconds: int = strawberry.field(default=86_400, description=OVERLAP)


@strawberry.input(description="A key that is not to be believed any more.")
class ServiceAccountKeyRevokeInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which key.")


@strawberry.input(description="A service account that is to open nothing any more.")
class ServiceAccountRevokeInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which account.")


@reached
@strawberry.type(description="What became of a service account.")
class ServiceAccountPayload:
    service_account: ServiceAccount | None = strawberry.field(
        default=None, description="The account; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@reached
@strawberry.type(description="A new service account.")
class ServiceAccountCreatePayload(ServiceAccountPayload):
    private_key: str | None = shown_once(description=PRIVATE_KEY)


@reached
@strawberry.type(description="A service account with another key.")
class ServiceAccountKeyRotatePayload(ServiceAccountPayload):
    private_key: str | None = shown_once(description=PRIVATE_KEY)


Pair = tuple[PublicKey, str | None]


async def key_pair(
    info: Info, input: ServiceAccountCreateInput | ServiceAccountKeyRotateInput
) -> Pair:
    """Read the public key that was given, or make a pair, for those who may."""
    info.context.actor.require(Permission.EDIT_ORGANIZATION)
    public_key = given(input.public_key)
    if public_key is not None:
        return public_keys.read(public_key), None
    return await asyncio.to_thread(public_keys.new_pair)


@strawberry.type
class ServiceAccountMutations:
    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Make a service account for a partner's program. Nobody can give one that may "
        "more, or reaches farther, than they do themselves.",
        before=key_pair,
    )
    async def service_account_create(
        self, work: Work, input: ServiceAccountCreateInput, found: Pair
    ) -> ServiceAccountCreatePayload:
        key, private_key = found
        account, _ = await service_accounts.create(work, key=key, role=input.role, **input.asked())
        return ServiceAccountCreatePayload(
            service_account=ServiceAccount.of(account), private_key=private_key
        )

    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Give a service account another key. The former lapses after an overlap in "
        "which both are good; with an overlap of 0 it is not good any more.",
        before=key_pair,
    )
    async def service_account_key_rotate(
        self, work: Work, input: ServiceAccountKeyRotateInput, found: Pair
    ) -> ServiceAccountKeyRotatePayload:
        key, private_key = found
        account, _ = await service_accounts.rotate_key(
            work,
            from_id(models.ServiceAccount, input.id),
            key=key,
            overlap=timedelta(seconds=input.overlap_seconds),
        )
        return ServiceAccountKeyRotatePayload(
            service_account=ServiceAccount.of(account), private_key=private_key
        )

    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Take back one key of a service account, such as one that leaked, with all "
        "access tokens that the account has. A busy process may believe it for five seconds more.",
    )
    async def service_account_key_revoke(
        self, work: Work, input: ServiceAccountKeyRevokeInput
    ) -> ServiceAccountPayload:
        account, _ = await service_accounts.revoke_key(
            work, from_id(models.ServiceAccountKey, input.id)
        )
        return ServiceAccountPayload(service_account=ServiceAccount.of(account))

    @mutation(
        permission=Permission.EDIT_ORGANIZATION,
        description="Let a service account open nothing any more, for good, with all its keys and "
        "access tokens. A busy process may let it in for five seconds more. Twice is once.",
    )
    async def service_account_revoke(
        self, work: Work, input: ServiceAccountRevokeInput
    ) -> ServiceAccountPayload:
        account = await service_accounts.revoke(work, from_id(models.ServiceAccount, input.id))
        return ServiceAccountPayload(service_account=ServiceAccount.of(account))

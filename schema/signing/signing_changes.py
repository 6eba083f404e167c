"""Staff begin signings and take them back; contacts sign at `schema.web.public_routes`."""

from datetime import timedelta

import strawberry

import models.signing as models
from models.accounts import Permission
from models.contracts import KeyContract as KeyContractRow
from models.organizations import Contact as ContactRow
from models.stations import SignatureStation as StationRow
from resolvers.signing import ending, starting
from resolvers.work import Work
from schema.context import Info
from schema.errors import UserError
from schema.inputs import Repeatable, given
from schema.mutations import mutation
from schema.permissions import reached
from schema.repeating import shown_once
from schema.scalars import from_id
from schema.signing.signing import SigningProcess
from schema.signing.signing_enums import SigningMethod, SigningPurpose


@strawberry.input(description="A contract that is to be signed, and how.")
class SigningStartInput(Repeatable):
    key_contract_id: strawberry.ID = strawberry.field(description="Which key contract.")
    method: SigningMethod = strawberry.field(description="How it is to be signed.")
    purpose: SigningPurpose = strawberry.field(
        default=SigningPurpose.HANDOVER, description="What is signed."
    )
    contact_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Who is to sign; the main contact when left out."
    )
    station_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="At which station, for that method: one of the unit of the keys or of one "
        "above it, with a display that was heard of within 45 seconds and that is not busy.",
    )
    language: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="In which language, a BCP 47 primary tag; the contract's when left out.",
    )
    expires_in_seconds: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="How long it can be signed, from a minute to 30 days; when left out 30 minutes "
        "for LOCAL, 15 for STATION, and for LINK 7 days or until the contract's end.",
    )


@reached
@strawberry.type(description="What became of a signing.")
class SigningStartPayload:
    signing: SigningProcess | None = strawberry.field(
        default=None, description="The signing; null when it was refused."
    )
    url: str | None = shown_once(
        description="The address at which it is signed, shown once: whoever has it can sign. Null "
        "for STATION, whose display has its own, and when the answer is given again."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.input(description="A signing that is taken back.")
class SigningWithdrawInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which signing.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET, description="Why, in words for your own people."
    )


@reached
@strawberry.type(description="What became of a signing.")
class SigningWithdrawPayload:
    signing: SigningProcess | None = strawberry.field(
        default=None, description="The signing; null when it was refused."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class SigningMutations:
    @mutation(
        permission=Permission.SIGN_CONTRACTS,
        description="Begin to have a key contract signed by one of its contacts. Its document is "
        "sealed first; it can be read and signed a moment later.",
    )
    async def signing_start(
        self, info: Info, work: Work, input: SigningStartInput
    ) -> SigningStartPayload:
        seconds = given(input.expires_in_seconds)
        begun = await starting.start(
            work,
            starting.Wish(
                key_contract_id=from_id(KeyContractRow, input.key_contract_id),
                method=input.method,
                purpose=input.purpose,
                contact_id=from_id(ContactRow, input.contact_id),
                station_id=from_id(StationRow, input.station_id),
                language=given(input.language),
                lasts=None if seconds is None else timedelta(seconds=seconds),
            ),
        )
        url = begun.secret and f"{info.context.outside.public_url}/sign#{begun.secret}"
        return SigningStartPayload(signing=SigningProcess.of(begun.process), url=url)

    @mutation(
        permission=Permission.SIGN_CONTRACTS,
        description="Take a signing back; the contract waits on. Twice is once.",
    )
    async def signing_withdraw(
        self, work: Work, input: SigningWithdrawInput
    ) -> SigningWithdrawPayload:
        id = from_id(models.SigningProcess, input.id)
        process = await ending.withdraw(work, id, reason=given(input.reason))
        return SigningWithdrawPayload(signing=SigningProcess.of(process))

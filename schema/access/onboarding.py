"""What a partner still needs until it can go live."""

from typing import Annotated, Self

import strawberry

import resolvers.partners.onboarding as values
from models.accounts import Permission
from models.partners import ServiceAccount as ServiceAccountRow
from resolvers.partners.onboarding import LATELY
from schema.access.partner_enums import OnboardingStep
from schema.context import Info
from schema.inputs import given
from schema.permissions import query, reached
from schema.scalars import from_id


@reached
@strawberry.type(description="One step of a partner on the way to going live.")
class OnboardingCheck:
    step: OnboardingStep = strawberry.field(description="Which step.")
    done: bool = strawberry.field(description="Whether it is done.")
    message: str = strawberry.field(description="What was found, in one sentence.")
    way_out: str | None = strawberry.field(description="What to do about it; null when it is done.")

    @classmethod
    def of(cls, check: values.Check) -> Self:
        way_out = None if check.done else check.way_out
        return cls(step=check.step, done=check.done, message=check.message, way_out=way_out)


@reached
@strawberry.type(description="What a partner needs to go live, and what of it is there.")
class PartnerOnboarding:
    ready: bool = strawberry.field(description="Whether every step is done.")
    checks: list[OnboardingCheck] = strawberry.field(
        description="The steps in the order in which they are taken."
    )

    @classmethod
    def of(cls, checks: list[values.Check]) -> Self:
        return cls(
            ready=all(check.done for check in checks),
            checks=[OnboardingCheck.of(check) for check in checks],
        )


@strawberry.type
class OnboardingQueries:
    @query(
        permission=Permission.VIEW,
        description="What is still missing until a partner can go live, found by looking at what "
        "is there. Give either its source or its service account. A partner sees its own; whoever "
        f"may change the organization sees all. Lately is within the last {LATELY.days} days.",
    )
    async def partner_onboarding(
        self,
        info: Info,
        source: Annotated[
            str | None, strawberry.argument(description="Whose numbers its external ids are.")
        ] = None,
        service_account_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Its service account.")
        ] = None,
    ) -> PartnerOnboarding:
        context = info.context
        async with context.reading() as reading:
            checks = await values.checklist(
                reading,
                source=given(source),
                service_account_id=from_id(ServiceAccountRow, service_account_id),
                real_now=context.asked_at,
            )
        return PartnerOnboarding.of(checks)

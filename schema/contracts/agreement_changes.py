"""Agreements that people make, word, publish and choose."""

from typing import Any

import strawberry

import models.agreements as models
from models.accounts import Permission
from models.contracts import KeyContract as KeyContractRow
from models.organizations import OrganizationUnit as UnitRow
from resolvers.agreements import choosing, editing, versions
from resolvers.agreements.versions import Wording
from resolvers.work import Work
from schema.contracts.agreements import MARKUP, Agreement, AgreementVersion
from schema.contracts.contracts import KeyContract
from schema.errors import UserError
from schema.inputs import Repeatable, changes, given
from schema.mutations import mutation
from schema.permissions import reached
from schema.scalars import from_id


@strawberry.input(description="What a version is to say in one language.")
class AgreementTextInput:
    language: str = strawberry.field(description="BCP 47; only its primary tag counts.")
    title: str = strawberry.field(description="What contacts see above it.")
    body: str = strawberry.field(description=f"At most 100 000 characters. {MARKUP}")


@strawberry.input(
    description="New terms of a unit; they count from their first published version on."
)
class AgreementCreateInput(Repeatable):
    name: str = strawberry.field(description="What staff call it.")
    organization_unit_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Whose it is; the organization's by default."
    )
    mandatory: bool | None = strawberry.field(
        default=False, description="Whether every contract that is verified carries it."
    )
    inherited: bool | None = strawberry.field(
        default=True, description="Whether it also holds for the units below."
    )


@strawberry.input(description="Changes of an agreement; what is left out stays.")
class AgreementUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which agreement.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    mandatory: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether every contract that is verified carries it."
    )
    inherited: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it also holds for the units below."
    )


@strawberry.input(description="An agreement that is to be asked for no more.")
class AgreementRetireInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which agreement.")


@strawberry.input(description="A new wording of an agreement, as a draft; there is one at a time.")
class AgreementVersionCreateInput(Repeatable):
    agreement_id: strawberry.ID = strawberry.field(description="Of which agreement.")
    texts: list[AgreementTextInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="What it says; the same as the version before when left out.",
    )


@strawberry.input(description="Other words for a draft.")
class AgreementVersionUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which draft.")
    texts: list[AgreementTextInput] = strawberry.field(
        description="All that it is to say; languages that are left out go."
    )


@strawberry.input(description="A draft that is to be offered from now on.")
class AgreementVersionPublishInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which draft.")


@strawberry.input(description="The optional agreements of a key contract.")
class KeyContractAgreementsSetInput(Repeatable):
    key_contract_id: strawberry.ID = strawberry.field(description="Which key contract.")
    agreement_ids: list[strawberry.ID] = strawberry.field(
        description="Which agreements, in their order, beyond the mandatory ones; others go."
    )


def refusals() -> Any:
    """Make the field of a payload that says why something was refused."""
    return strawberry.field(default_factory=list, description="Which rules stood against it.")


@reached
@strawberry.type(description="What became of an agreement.")
class AgreementPayload:
    agreement: Agreement | None = strawberry.field(
        default=None, description="The agreement; null when it was refused."
    )
    user_errors: list[UserError] = refusals()


@reached
@strawberry.type(description="What became of a version of an agreement.")
class AgreementVersionPayload:
    agreement_version: AgreementVersion | None = strawberry.field(
        default=None, description="The version; null when it was refused."
    )
    user_errors: list[UserError] = refusals()


@reached
@strawberry.type(description="What became of a key contract's agreements.")
class KeyContractAgreementsSetPayload:
    key_contract: KeyContract | None = strawberry.field(
        default=None, description="The key contract; null when it was refused."
    )
    user_errors: list[UserError] = refusals()


@strawberry.type
class AgreementMutations:
    @mutation(permission=Permission.EDIT_AGREEMENTS, description="Let a unit ask for new terms.")
    async def agreement_create(self, work: Work, input: AgreementCreateInput) -> AgreementPayload:
        made = await editing.create(
            work,
            unit_id=from_id(UnitRow, input.organization_unit_id),
            name=input.name,
            mandatory=bool(given(input.mandatory)),
            inherited=given(input.inherited) is not False,
        )
        return AgreementPayload(agreement=Agreement.of(made))

    @mutation(
        permission=Permission.EDIT_AGREEMENTS,
        description="Change an agreement's name, or of whom it is asked; what it says is in "
        "versions.",
    )
    async def agreement_update(self, work: Work, input: AgreementUpdateInput) -> AgreementPayload:
        names = ("name", "mandatory", "inherited")
        written = changes(input, *names, required=names)
        changed = await editing.update(work, from_id(models.Agreement, input.id), written)
        return AgreementPayload(agreement=Agreement.of(changed))

    @mutation(
        permission=Permission.EDIT_AGREEMENTS,
        description="Ask for an agreement no more; what was signed keeps it. Twice is once.",
    )
    async def agreement_retire(self, work: Work, input: AgreementRetireInput) -> AgreementPayload:
        retired = await editing.retire(work, from_id(models.Agreement, input.id))
        return AgreementPayload(agreement=Agreement.of(retired))

    @mutation(
        permission=Permission.EDIT_AGREEMENTS,
        description="Begin a new wording of an agreement, which is not offered yet.",
    )
    async def agreement_version_create(
        self, work: Work, input: AgreementVersionCreateInput
    ) -> AgreementVersionPayload:
        texts = given(input.texts)
        version = await versions.create(
            work,
            from_id(models.Agreement, input.agreement_id),
            None if texts is None else wordings(texts),
        )
        return AgreementVersionPayload(agreement_version=AgreementVersion.of(version))

    @mutation(permission=Permission.EDIT_AGREEMENTS, description="Give a draft other words.")
    async def agreement_version_update(
        self, work: Work, input: AgreementVersionUpdateInput
    ) -> AgreementVersionPayload:
        id = from_id(models.AgreementVersion, input.id)
        version = await versions.update(work, id, wordings(input.texts))
        return AgreementVersionPayload(agreement_version=AgreementVersion.of(version))

    @mutation(
        permission=Permission.EDIT_AGREEMENTS,
        description="Offer a draft from now on, in place of the version before. It never changes "
        "any more; what was offered before stays as it was.",
    )
    async def agreement_version_publish(
        self, work: Work, input: AgreementVersionPublishInput
    ) -> AgreementVersionPayload:
        version = await versions.publish(work, from_id(models.AgreementVersion, input.id))
        return AgreementVersionPayload(agreement_version=AgreementVersion.of(version))

    @mutation(
        permission=Permission.EDIT_RESERVATIONS,
        description="Choose the optional agreements that a key contract is offered with.",
    )
    async def key_contract_agreements_set(
        self, work: Work, input: KeyContractAgreementsSetInput
    ) -> KeyContractAgreementsSetPayload:
        contract = await choosing.choose(
            work,
            from_id(KeyContractRow, input.key_contract_id),
            [from_id(models.Agreement, id) for id in input.agreement_ids],
        )
        return KeyContractAgreementsSetPayload(key_contract=KeyContract.of(contract))


def wordings(texts: list[AgreementTextInput]) -> list[Wording]:
    """Read what a version is to say."""
    return [Wording(text.language, text.title, text.body) for text in texts]

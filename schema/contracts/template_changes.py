"""Contract templates that are made, changed and deleted."""

from typing import Any

import strawberry

from models.accounts import Permission
from models.agreements import Agreement as AgreementRow
from models.errors import InvalidInput
from models.organizations import OrganizationUnit as UnitRow
from models.templates import ContractTemplate as TemplateRow
from resolvers.templates import editing
from resolvers.templates.editing import TemplateChanges
from resolvers.work import Work
from schema.contracts.access_schedules import AccessScheduleInput
from schema.contracts.contract_enums import ContractValue
from schema.contracts.contract_inputs import ids_of
from schema.contracts.templates import ContractTemplate
from schema.errors import UserError
from schema.inputs import Repeatable, was_given
from schema.mutations import mutation
from schema.permissions import reached
from schema.scalars import from_id
from schema.signing.signing_enums import Verification


@strawberry.input(
    description="What a template fills in; null is not said any more, what is left out stays."
)
class ContractTemplateDefaultsInput:
    verification: Verification | None = strawberry.field(
        default=strawberry.UNSET, description="How the main contact confirms a contract."
    )
    language: str | None = strawberry.field(
        default=strawberry.UNSET, description="In which language agreements are offered."
    )
    duration_seconds: int | None = strawberry.field(
        default=strawberry.UNSET, description="How long a contract lasts from its start."
    )
    free_locker_after_fetch: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether a locker is free for others once its key is out.",
    )
    pick_up_information: str | None = strawberry.field(
        default=strawberry.UNSET, description="How keys at a desk are got."
    )
    agreement_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Agreements beside mandatory ones."
    )
    access_schedule: AccessScheduleInput | None = strawberry.field(
        default=strawberry.UNSET, description="When keys may be fetched."
    )
    main_contact_email_required: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether the main contact needs an e-mail address."
    )
    phone_prefix: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What completes phone numbers without +: + and one to four digits.",
    )

    def said(self) -> dict[ContractValue, Any]:
        """Collect what was written."""
        values = {name: getattr(self, name.value) for name in ContractValue}
        written = {name: value for name, value in values.items() if was_given(value)}
        if ContractValue.AGREEMENTS in written:
            written[ContractValue.AGREEMENTS] = ids_of(AgreementRow, self.agreement_ids)
        if self.access_schedule:
            written[ContractValue.ACCESS_SCHEDULE] = self.access_schedule.stored()
        return written


@strawberry.input(description="A new contract template.")
class ContractTemplateCreateInput(Repeatable):
    name: str = strawberry.field(description="What people call it, once in its unit.")
    organization_unit_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Whose it is; the organization's by default."
    )
    defaults: ContractTemplateDefaultsInput | None = strawberry.field(
        default=strawberry.UNSET, description="What it fills in."
    )
    enforced: list[ContractValue] | None = strawberry.field(
        default=strawberry.UNSET,
        description="From which of these no contract may differ; each has to be filled in.",
    )
    standard: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether it is used where no template is named; at most one of a unit is.",
    )


@strawberry.input(description="Changes of a contract template; what is left out stays.")
class ContractTemplateUpdateInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which template.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Its name.")
    defaults: ContractTemplateDefaultsInput | None = strawberry.field(
        default=strawberry.UNSET, description="What it fills in."
    )
    enforced: list[ContractValue] | None = strawberry.field(
        default=strawberry.UNSET, description="From which of these no contract may differ; all."
    )
    standard: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it is used where no template is named."
    )


@strawberry.input(description="A contract template that is not wanted any more.")
class ContractTemplateDeleteInput(Repeatable):
    id: strawberry.ID = strawberry.field(description="Which template.")


@reached
@strawberry.type(description="What became of a contract template.")
class ContractTemplatePayload:
    contract_template: ContractTemplate | None = strawberry.field(
        default=None,
        description="The template, as it was if it is deleted; null when it was refused.",
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Which rules stood against it."
    )


@strawberry.type
class TemplateMutations:
    @mutation(
        permission=Permission.EDIT_TEMPLATES, description="Make a contract template of a unit."
    )
    async def contract_template_create(
        self, work: Work, input: ContractTemplateCreateInput
    ) -> ContractTemplatePayload:
        unit_id = from_id(UnitRow, input.organization_unit_id)
        changes = template_changes(input)
        template = await editing.create(work, organization_unit_id=unit_id, changes=changes)
        return ContractTemplatePayload(contract_template=ContractTemplate.of(template))

    @mutation(
        permission=Permission.EDIT_TEMPLATES,
        description="Change a contract template; contracts that are there stay as they are.",
    )
    async def contract_template_update(
        self, work: Work, input: ContractTemplateUpdateInput
    ) -> ContractTemplatePayload:
        id = from_id(TemplateRow, input.id)
        template = await editing.update(work, id, template_changes(input))
        return ContractTemplatePayload(contract_template=ContractTemplate.of(template))

    @mutation(
        permission=Permission.EDIT_TEMPLATES,
        description="Delete a contract template; contracts that are there stay as they are.",
    )
    async def contract_template_delete(
        self, work: Work, input: ContractTemplateDeleteInput
    ) -> ContractTemplatePayload:
        template = await editing.delete(work, from_id(TemplateRow, input.id))
        return ContractTemplatePayload(contract_template=ContractTemplate.of(template))


def template_changes(
    input: ContractTemplateCreateInput | ContractTemplateUpdateInput,
) -> TemplateChanges:
    """Collect the changes of a template.

    Raises:
        InvalidInput: One that must not be null is null.
    """
    changes: TemplateChanges = {}
    for name in ("name", "defaults", "enforced", "standard"):
        value = getattr(input, name)
        if value is None:
            raise InvalidInput(f"The {name} must not be null.", path=(name,))
    if was_given(input.name) and input.name is not None:
        changes["name"] = input.name
    if input.defaults:
        changes["defaults"] = input.defaults.said()
    if was_given(input.enforced) and input.enforced is not None:
        changes["enforced"] = list(input.enforced)
    if was_given(input.standard) and input.standard is not None:
        changes["standard"] = input.standard
    return changes

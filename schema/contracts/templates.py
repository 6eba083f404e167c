"""Contract templates as clients see them, and what they come to in a place."""

from typing import Annotated, Any, Self
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

import models.templates as models
from models.accounts import Permission
from models.agreements import Agreement as AgreementRow
from models.errors import InvalidInput
from models.keys import Key as KeyRow
from models.organizations import OrganizationUnit as UnitRow
from resolvers import looking
from resolvers.templates.asking import defaults_at
from resolvers.templates.effective import Said
from schema.context import Info
from schema.contracts.contract_enums import ContractValue
from schema.execution import batched
from schema.loaders import to_one
from schema.nodes import Node, object_of, shows
from schema.organizations.organizations import OrganizationUnit
from schema.paging import FIRST, After, Connection, First, connection, from_cursor
from schema.permissions import query, reached
from schema.scalars import from_id, to_id
from schema.signing.signing_enums import Verification


@reached
@strawberry.type(description="What a template fills in; what is null it does not say.")
class ContractTemplateDefaults:
    verification: Verification | None = strawberry.field(
        description="How the main contact confirms a contract."
    )
    language: str | None = strawberry.field(
        description="In which language agreements are offered: a BCP 47 primary tag."
    )
    duration_seconds: int | None = strawberry.field(
        description="How long a contract lasts from its start."
    )
    free_locker_after_fetch: bool | None = strawberry.field(
        description="Whether a locker is free for others once its key is out."
    )
    pick_up_information: str | None = strawberry.field(description="How keys at a desk are got.")
    agreement_ids: list[strawberry.ID] | None = strawberry.field(
        description="Agreements beside mandatory ones."
    )
    access_schedule: JSON | None = strawberry.field(description="When keys may be fetched.")
    main_contact_email_required: bool | None = strawberry.field(
        description="Whether the main contact needs an e-mail address."
    )
    phone_prefix: str | None = strawberry.field(
        description="What completes phone numbers without +, such as +358."
    )

    @classmethod
    def of(cls, defaults: dict[str, Any]) -> Self:
        verification = defaults.get(ContractValue.VERIFICATION)
        ids = defaults.get(ContractValue.AGREEMENTS)
        return cls(
            **{name.value: defaults.get(name) for name in ContractValue}
            | {
                "verification": verification and Verification(verification),
                "agreement_ids": None if ids is None else shown_ids(ids),
            }
        )


def shown_ids(ids: list[str]) -> list[strawberry.ID]:
    """Write the ids of agreements."""
    return [to_id(AgreementRow, UUID(id)) for id in ids]


@shows(models.ContractTemplate)
@strawberry.type(
    description="Values for key contracts by staff and partners whose keys live in a unit, or in "
    "one below it. Of two templates that fill a value in, that of the nearer unit counts; one that "
    "insists counts more, and of two that insist that of the unit further up."
)
class ContractTemplate(Node):
    unit_id: strawberry.Private[UUID]
    name: str = strawberry.field(description="What people call it, once in its unit.")
    standard: bool = strawberry.field(
        description="Whether it is used where no template is named; at most one of a unit is."
    )
    defaults: ContractTemplateDefaults = strawberry.field(description="What it fills in.")
    enforced: list[ContractValue] = strawberry.field(
        description="From which of these no contract may differ."
    )
    organization_unit: OrganizationUnit = batched(
        to_one(UnitRow, "unit_id"), description="Whose it is."
    )

    @classmethod
    def of(cls, row: models.ContractTemplate) -> Self:
        return cls(
            id=to_id(models.ContractTemplate, row.id),
            unit_id=row.organization_unit_id,
            name=row.name,
            standard=row.standard,
            defaults=ContractTemplateDefaults.of(row.defaults),
            enforced=[ContractValue(name) for name in row.enforced],
        )


@reached
@strawberry.type(description="What holds of one value in a place, and who says it.")
class ContractDefault:
    name: ContractValue = strawberry.field(description="Which value.")
    value: JSON | None = strawberry.field(description="What holds; null when nobody says it.")
    enforced: bool = strawberry.field(description="Whether no contract may differ from it.")
    template: ContractTemplate | None = strawberry.field(
        description="The template that says it; null when none does."
    )
    organization_unit: OrganizationUnit | None = strawberry.field(
        description="The unit of that template; null when none says it."
    )

    @classmethod
    def of(cls, name: ContractValue, said: Said | None) -> Self:
        if said is None:
            return cls(name=name, value=None, enforced=False, template=None, organization_unit=None)
        return cls(
            name=name,
            value=shown(said),
            enforced=said.enforced,
            template=ContractTemplate.of(said.template),
            organization_unit=object_of(UnitRow, said.unit),
        )


def shown(said: Said) -> Any:
    """Write a value as the fields of a template's defaults show it."""
    if said.name is ContractValue.AGREEMENTS:
        return shown_ids(said.value)
    return said.value.upper() if said.name is ContractValue.VERIFICATION else said.value


@strawberry.type
class TemplateQueries:
    @query(permission=Permission.VIEW, description="The contract templates of your organization.")
    async def contract_templates(
        self,
        info: Info,
        first: First = FIRST,
        after: After = None,
        organization_unit_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those of this unit itself.")
        ] = None,
    ) -> Connection[ContractTemplate]:
        behind = from_cursor(after)
        row = models.ContractTemplate
        conditions = []
        if organization_unit_id is not None:
            unit_id = from_id(UnitRow, organization_unit_id)
            conditions.append(row.organization_unit_id == unit_id)
        async with info.context.reading() as reading:
            part = await looking.page(reading, row, *conditions, first=first, after=behind)
        return connection(part, ContractTemplate.of, behind)

    @query(
        permission=Permission.VIEW,
        description="What holds of each value of a contract: in a unit, or for certain keys. The "
        "organization itself when neither is said.",
    )
    async def contract_defaults(
        self,
        info: Info,
        organization_unit_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Of contracts in this unit.")
        ] = None,
        key_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Of a contract of these keys."),
        ] = None,
    ) -> list[ContractDefault]:
        if organization_unit_id is not None and key_ids:
            raise InvalidInput("Give organizationUnitId or keyIds, not both.")
        async with info.context.reading() as reading:
            found = await defaults_at(
                reading,
                unit_id=from_id(UnitRow, organization_unit_id),
                key_ids=[from_id(KeyRow, id) for id in key_ids or ()],
            )
        return [ContractDefault.of(name, found.get(name)) for name in ContractValue]

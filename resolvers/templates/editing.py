"""Making, changing and deleting contract templates."""

import re
from collections.abc import Mapping
from typing import Any, TypedDict
from uuid import UUID

from models.access_schedules import AccessSchedule
from models.accounts import Permission
from models.agreements import Agreement
from models.contracts import Verification
from models.errors import Enforced, ExternalIdInUse, InvalidInput
from models.events import EventKind
from models.settings import LONGEST_TIME
from models.templates import ContractTemplate, ContractValue
from resolvers.checks import checked_language, fitting_text, required_text
from resolvers.organizations import unit_or_root
from resolvers.templates.effective import effective_of_units
from resolvers.work import Work

NAME_TAKEN = "contract_templates_organization_unit_id_name_key"
TWO_STANDARDS = (
    "one_standard_template_of_a_unit",
    "contract_templates_organization_unit_id_key",  # the same, as SQLite tells it
)
LONGEST_SECONDS = int(LONGEST_TIME.total_seconds())


class TemplateChanges(TypedDict, total=False):
    """What may be changed of a template; in `defaults` what is None is not said any more."""

    name: str
    defaults: Mapping[ContractValue, Any]
    enforced: list[ContractValue]
    standard: bool


async def create(
    work: Work, *, organization_unit_id: UUID | None, changes: TemplateChanges
) -> ContractTemplate:
    """Make a template of a unit, or of the organization when none is named.

    Raises:
        NotAllowed: The actor may not change templates.
        NotFound: There is no such unit or agreement.
        InvalidInput: A value makes no sense, or one is insisted on that is not filled in.
        Enforced: A unit above insists on another value.
        ExternalIdInUse: The unit has a template of that name, or a standard one.
    """
    work.require(Permission.EDIT_TEMPLATES)
    unit = await unit_or_root(work, organization_unit_id)
    template = ContractTemplate(
        organization_id=work.actor.organization_id,
        organization_unit_id=unit.id,
        name="",
        defaults={},
        enforced=[],
        standard=False,
    )
    await _change(work, template, changes)
    await work.add(template, refusals=_refusals(template))
    await _check_above(work, template)
    work.record(EventKind.CONTRACT_TEMPLATE_CREATED, template, organization_unit_id=unit.id)
    return template


async def update(work: Work, id: UUID | None, changes: TemplateChanges) -> ContractTemplate:
    """Change a template; contracts that are there already stay as they are.

    Raises:
        NotAllowed: The actor may not change templates.
        NotFound: There is no such template or agreement.
        InvalidInput: A value makes no sense, or one is insisted on that is not filled in.
        Enforced: A unit above insists on another value.
        ExternalIdInUse: The unit has another template of that name, or another standard one.
    """
    work.require(Permission.EDIT_TEMPLATES)
    template = await work.get(ContractTemplate, id, path=("id",))
    await _change(work, template, changes)
    await work.save(_refusals(template))
    await _check_above(work, template)
    work.record(EventKind.CONTRACT_TEMPLATE_UPDATED, template, changed=sorted(changes))
    return template


async def delete(work: Work, id: UUID | None) -> ContractTemplate:
    """Delete a template; contracts that were made by it stay as they are.

    Raises:
        NotAllowed: The actor may not change templates.
        NotFound: There is no such template.
    """
    work.require(Permission.EDIT_TEMPLATES)
    template = await work.get(ContractTemplate, id, path=("id",))
    await work.session.delete(template)
    await work.save()
    work.record(EventKind.CONTRACT_TEMPLATE_DELETED, template)
    return template


async def _change(work: Work, template: ContractTemplate, changes: TemplateChanges) -> None:
    said: dict[Any, Any] = {**template.defaults, **changes.get("defaults", {})}
    defaults = {
        name.value: await _checked(work, name, said[name])
        for name in ContractValue
        if said.get(name) is not None
    }
    enforced = set(changes.get("enforced", template.enforced))
    template.name = required_text(changes.get("name", template.name), path=("name",))
    template.standard = changes.get("standard", template.standard)
    template.defaults = defaults
    template.enforced = [name.value for name in ContractValue if name in enforced]
    _check_enforced(template)


async def _checked(work: Work, name: ContractValue, value: Any) -> Any:
    """Check a value, and give it as it is stored."""
    path = ("defaults", name.value)
    match name:
        case ContractValue.VERIFICATION:
            return Verification(value).value
        case ContractValue.LANGUAGE:
            return checked_language(value, path=path)
        case ContractValue.DURATION if not 1 <= value <= LONGEST_SECONDS:
            message = f"A duration has from 1 to {LONGEST_SECONDS} seconds, not {value}."
            raise InvalidInput(message, path=path)
        case ContractValue.ACCESS_SCHEDULE:
            return AccessSchedule.checked(value, path=path).stored()
        case ContractValue.PICK_UP_INFORMATION:
            return fitting_text(value, path=path)
        case ContractValue.PHONE_PREFIX if not re.fullmatch(r"\+[1-9][0-9]{0,3}", value):
            raise InvalidInput("A phone prefix is + and one to four digits.", path=path)
        case ContractValue.AGREEMENTS:
            ids = [UUID(id) if isinstance(id, str) else id for id in value]
            return [(await work.get(Agreement, id, path=path)).id.hex for id in ids]
    return value


def _check_enforced(template: ContractTemplate) -> None:
    for name in template.enforced:
        if name not in template.defaults:
            message = f"Say in `defaults` on which {name.replace('_', ' ')} it insists."
            raise InvalidInput(message, path=("enforced",))


async def _check_above(work: Work, template: ContractTemplate) -> None:
    """Refuse a template to which no contract could keep, as a unit above insists otherwise."""
    (effective,) = await effective_of_units(work, [template.organization_unit_id])
    for name in template.enforced:
        said = effective.get(ContractValue(name))
        if said is None or said.unit.id == template.organization_unit_id or not said.enforced:
            continue
        if said.value != template.defaults[name]:
            raise Enforced(
                f"The template {said.template.name!r} of {said.unit.name} insists on another "
                f"{name.replace('_', ' ')} for this unit too.",
                path=("enforced",),
            )


def _refusals(template: ContractTemplate) -> dict[str, Any]:
    taken = f"The unit has a template called {template.name!r} already."
    standard = "The unit has a standard template already; let that one be no standard first."
    two = dict.fromkeys(TWO_STANDARDS, ExternalIdInUse(standard, path=("standard",)))
    return {NAME_TAKEN: ExternalIdInUse(taken, path=("name",)), **two}

"""Templates for tests, and keys in the units whose templates they are."""

from typing import Any

from factories import make_key

from models.keys import Key
from models.organizations import OrganizationUnit
from models.templates import ContractTemplate, ContractValue
from resolvers import desks
from resolvers.templates import editing
from resolvers.work import Work

Value = ContractValue


async def template(
    work: Work, unit: OrganizationUnit | None = None, *enforced: ContractValue, **defaults: Any
) -> ContractTemplate:
    """Make the standard template of a unit."""
    changes = editing.TemplateChanges(
        name="Standard",
        defaults={Value(name): value for name, value in defaults.items()},
        enforced=list(enforced),
        standard=True,
    )
    unit_id = unit.id if unit else None
    return await editing.create(work, organization_unit_id=unit_id, changes=changes)


async def key_in(work: Work, unit: OrganizationUnit, **given: Any) -> Key:
    desk = await desks.create(work, name=f"Desk of {unit.name}", unit_id=unit.id)
    return await make_key(work, desk=desk, **given)

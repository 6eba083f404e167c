"""What holds of each value of a contract in a place, and which template of which unit says it.

Of two templates that fill a value in, that of the nearer unit counts. One that insists counts more
than one that does not, and of two that insist that of the unit further up: it is the wider rule.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_

from models.dialects.among import among
from models.errors import InvalidInput
from models.organizations import OrganizationUnit
from models.templates import ContractTemplate, ContractValue
from resolvers.settings import lines
from resolvers.work import Reading, owned


@dataclass(frozen=True, slots=True)
class Said:
    """What holds of one value.

    Args:
        value: As it is stored; never None.
        template: Which template says it.
        unit: Whose template that is.
        enforced: Whether no contract may differ from it.
    """

    name: ContractValue
    value: Any
    template: ContractTemplate
    unit: OrganizationUnit
    enforced: bool


Effective = dict[ContractValue, Said]
"""What is said of each value; what nobody says is left out."""


async def effective_of_units(
    reading: Reading, unit_ids: Sequence[UUID], *, template_id: UUID | None = None
) -> list[Effective]:
    """Tell for each of several units which values hold there, in three statements at most.

    Args:
        reading: Who asks.
        unit_ids: The units.
        template_id: A template that comes before the standard one of its own unit.

    Raises:
        NotFound: There is no such template.
        InvalidInput: It belongs to none of the units, nor to one above them.
    """
    named = await _named(reading, template_id)
    found = [line.units for line in await lines(reading, [(id, None) for id in unit_ids])]
    ids = {unit.id for units in found for unit in units}
    if named is not None and named.organization_unit_id not in ids:
        message = f"The template {named.name!r} is of another unit, and not of one above it."
        raise InvalidInput(message, path=("template_id",))
    templates = await _templates(reading, ids, template_id)
    return [_of_line(units, templates) for units in found]


async def _named(reading: Reading, template_id: UUID | None) -> ContractTemplate | None:
    if template_id is None:
        return None
    return await reading.get(ContractTemplate, template_id, path=("template_id",))


async def _templates(
    reading: Reading, unit_ids: set[UUID], template_id: UUID | None
) -> dict[UUID, list[ContractTemplate]]:
    """Read the templates that count, by unit; the one that was named comes before the standard."""
    row = ContractTemplate
    counts = or_(row.standard, row.id == template_id) if template_id else row.standard
    statement = reading.own(row).where(among(row.organization_unit_id, unit_ids), counts)
    found: dict[UUID, list[ContractTemplate]] = {}
    for template in await reading.all(statement.order_by(row.standard)):
        found.setdefault(template.organization_unit_id, []).append(template)
    return found


async def effective_by_standard(
    reading: Reading, unit_ids: Collection[UUID]
) -> dict[UUID, Effective]:
    """Tell for each of several units what standard templates say: one statement where none is."""
    standard: dict[UUID, list[ContractTemplate]] = {}
    for template in await reading.all(_standard(), owner=reading.actor.organization_id):
        standard[template.organization_unit_id] = [template]
    if not standard:
        return {}
    ids = list(unit_ids)
    found = await lines(reading, [(id, None) for id in ids])
    return {id: _of_line(line.units, standard) for id, line in zip(ids, found, strict=True)}


@cache
def _standard() -> Select[ContractTemplate]:
    return owned(ContractTemplate).where(ContractTemplate.standard)


def _of_line(
    units: Sequence[OrganizationUnit], templates: dict[UUID, list[ContractTemplate]]
) -> Effective:
    effective: Effective = {}
    for unit in units:
        for template in templates.get(unit.id, ()):
            for said in _said_by(template, unit):
                if said.enforced or said.name not in effective:
                    effective[said.name] = said
    return effective


def _said_by(template: ContractTemplate, unit: OrganizationUnit) -> list[Said]:
    return [
        Said(name, template.defaults[name], template, unit, name in template.enforced)
        for name in ContractValue
        if name in template.defaults
    ]


def together(found: Sequence[Effective]) -> Effective:
    """Put together what several units say of one contract: the first's, and what any insists on."""
    merged: Effective = {}
    for effective in found:
        for name, said in effective.items():
            if name not in merged or (said.enforced and not merged[name].enforced):
                merged[name] = said
    return merged

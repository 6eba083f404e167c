"""The units that people were given, for many people at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.base import table_of
from models.dialects.among import among
from models.organizations import OrganizationUnit
from models.people import PersonUnit
from resolvers.work import Reading


async def units_of_people(reading: Reading, person_ids: Sequence[UUID]) -> list[list[Any]]:
    """Read the units that each of several people was given, in one statement.

    Whoever may see a person sees the names of their units.
    """
    link, unit = PersonUnit, OrganizationUnit
    owner = link.organization_id == reading.actor.organization_id
    given = (
        select(link.person_id, *table_of(unit).columns)
        .join(unit, unit.id == link.unit_id)
        .where(owner, among(link.person_id, person_ids))
        .order_by(unit.id)
    )
    found: dict[UUID, list[Any]] = {id: [] for id in person_ids}
    for row in await reading.rows(given):
        found[row.person_id].append(row)
    return [found[id] for id in person_ids]

"""Which entities a command means, by ids alone: who starts it belongs to no organization."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.automats import DeviceGroup
from models.base import table_of
from models.errors import InvalidInput, NotFound
from models.organizations import OrganizationUnit
from schema.scalars import NOBODY, from_id


@dataclass(frozen=True, slots=True)
class Meant:
    """Entities of an organization.

    Args:
        organization_id: Whose.
        group_ids: Of which device groups; None for any and for none.
        unit_id: Of which unit, with those below it; None for all.
    """

    organization_id: UUID
    group_ids: tuple[UUID, ...] | None
    unit_id: UUID | None


async def meant(connection: AsyncConnection, groups: Sequence[str], unit: str | None) -> Meant:
    """Find out which entities are meant.

    Raises:
        InvalidInput: Neither a group nor a unit is named.
        NotFound: The unit, or the first group, is not there.
    """
    group_ids = tuple(from_id(DeviceGroup, text) or NOBODY for text in groups)
    unit_id = from_id(OrganizationUnit, unit)
    if unit_id is None and not group_ids:
        raise InvalidInput(
            "Say which entities: --group with the id of a device group, as often as needed, or "
            "--unit with the id of an organization unit; the organization's own id means all."
        )
    model, id = (OrganizationUnit, unit_id) if unit_id else (DeviceGroup, group_ids[0])
    row = table_of(model).c
    owner = await connection.scalar(select(row.organization_id).where(row.id == id))
    if owner is None:
        raise NotFound(f"There is no {'unit' if unit_id else 'device group'} with that id.")
    return Meant(owner, group_ids or None, unit_id)

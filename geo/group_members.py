"""Which automats are in device groups, read for many groups at once."""

from collections.abc import Sequence
from functools import cache
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.automats import Automat, AutomatState, DeviceGroupAutomat
from models.dialects.among import among, ids_later


async def members_of(
    connection: AsyncConnection, group_ids: Sequence[UUID]
) -> dict[UUID, frozenset[UUID]]:
    """List the automats of each of several device groups that are still installed."""
    found: dict[UUID, set[UUID]] = {id: set() for id in group_ids}
    for group_id, automat_id in await connection.execute(_members(), {"groups": group_ids}):
        found[group_id].add(automat_id)
    return {id: frozenset(automat_ids) for id, automat_ids in found.items()}


@cache
def _members() -> Select[UUID, UUID]:
    return (
        select(DeviceGroupAutomat.device_group_id, DeviceGroupAutomat.automat_id)
        .join(Automat, Automat.id == DeviceGroupAutomat.automat_id)
        .where(
            among(DeviceGroupAutomat.device_group_id, ids_later("groups")),
            Automat.state != AutomatState.UNINSTALLED,
        )
    )

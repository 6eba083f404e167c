"""What templates come to, asked before a contract is made."""

from collections.abc import Sequence
from uuid import UUID

from models.accounts import Permission
from models.dialects.among import among
from models.errors import NotFound
from models.keys import Key
from resolvers.organizations import unit_or_root
from resolvers.staff_contracts.units import units_of
from resolvers.templates.effective import Effective, effective_of_units, together
from resolvers.work import Reading


async def defaults_at(
    reading: Reading, *, unit_id: UUID | None, key_ids: Sequence[UUID | None]
) -> Effective:
    """Tell what holds of each value for contracts in a unit, or of certain keys.

    Args:
        reading: Who asks.
        unit_id: The unit; the organization itself when None and no key is named.
        key_ids: The keys; the first one's unit fills in, and any of their units may insist.

    Raises:
        NotAllowed: The actor may not see that.
        NotFound: There is no such unit or key.
    """
    reading.require(Permission.VIEW)
    if not key_ids:
        unit_ids = [(await unit_or_root(reading, unit_id)).id]
    else:
        unit_ids = await _units(reading, key_ids)
    return together(await effective_of_units(reading, unit_ids))


async def _units(reading: Reading, key_ids: Sequence[UUID | None]) -> list[UUID]:
    wanted = [id for id in key_ids if id is not None]
    found = await reading.all(reading.own(Key).where(among(Key.id, wanted)))
    keys = {key.id: key for key in found}
    if keys.keys() != set(key_ids):
        raise NotFound("Your organization has no such key.", path=("key_ids",))
    return await units_of(reading, [keys[id] for id in wanted])

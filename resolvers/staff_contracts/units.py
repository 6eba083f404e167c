"""The units whose rules hold for a key contract: those of the places where its keys live."""

from collections.abc import Sequence
from uuid import UUID

from models.automats import Automat
from models.contracts import KeyContract
from models.dialects.among import among
from models.entities import ReservableEntity
from models.keys import Key, ManualStorage
from models.reservations import Reservation
from resolvers.planning.existing import unit_of
from resolvers.work import Reading


async def units_of(reading: Reading, keys: Sequence[Key]) -> list[UUID]:
    """List the units of keys, each once and that of the first key first, in two statements.

    The organization itself where there is no key.
    """
    automats = await _units(reading, Automat, [key.selected_automat_id for key in keys])
    desks = await _units(reading, ManualStorage, [key.selected_manual_storage_id for key in keys])
    units = automats | desks
    found = [units[key.selected_automat_id or key.selected_manual_storage_id] for key in keys]
    return list(dict.fromkeys(found)) or [reading.actor.organization_id]


async def unit_of_contract(reading: Reading, contract: KeyContract, key_ids: list[UUID]) -> UUID:
    """Give the unit whose settings hold for a contract: of what is reserved, or of the keys."""
    reservation = await reading.find(Reservation, contract.reservation_id)
    if reservation is None:
        return await unit_of(reading, key_ids)
    return (await reading.get(ReservableEntity, reservation.entity_id)).unit_id


async def _units(
    reading: Reading, model: type[Automat | ManualStorage], ids: Sequence[UUID | None]
) -> dict[UUID | None, UUID]:
    wanted = {id for id in ids if id is not None}
    if not wanted:
        return {}
    rows = await reading.all(reading.own(model).where(among(model.id, wanted)))
    return {row.id: row.unit_id for row in rows}

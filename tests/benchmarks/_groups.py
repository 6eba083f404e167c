"""An organization for the benchmark of the fleet comparison, made by a seed and written in bulk.

Automats stand in 40 towns, five of them make a device group, and entities are near them: a fifth of
them have the group next to their own. Every fifth entity has a coming stay with a locker.
"""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from _counted import count_rows
from _estate import CHUNK, LOCKERS, Rows
from sqlalchemy import insert

from models.automats import (
    Automat,
    AutomatModel,
    AutomatState,
    DeviceGroup,
    DeviceGroupAutomat,
    Locker,
    LockerState,
)
from models.base import new_id, table_of
from models.contracts import KeyContract, LockerContract, new_reference
from models.database import Database
from models.entities import EntityKind, ReservableEntity
from models.places import Coordinates
from models.reservations import Reservation
from resolvers import organizations
from resolvers.work import Work

IN_A_GROUP = 5
DAY = timedelta(days=1)
MODELS = (
    *(DeviceGroup, Automat, DeviceGroupAutomat, Locker, ReservableEntity),
    *(Reservation, KeyContract, LockerContract),
)


async def furnish(database: Database, now: datetime, *, automats: int, entities: int) -> UUID:
    """Make it all, and give the organization's id."""
    founder = organizations.founder()
    async with database.writing() as session:
        work = Work(session, founder, now)
        await organizations.found(work, name="Large")
        connection = await work.connection()
        made = _Maker(founder.organization_id, now)
        made.automats(automats)
        made.entities(entities)
        for model, rows in made.rows.items():
            for at in range(0, len(rows), CHUNK):
                await connection.execute(insert(table_of(model)), rows[at : at + CHUNK])
    await count_rows(database)
    return founder.organization_id


class _Maker:
    """Makes the rows."""

    def __init__(self, organization_id: UUID, now: datetime) -> None:
        self.chance = random.Random(1)
        self.now = now
        self.owner = {"organization_id": organization_id}
        self.placed = {
            "unit_id": organization_id,
            "placement_precision": "house_number",
            "placed_at": now,
            "address_text": "A 1",
        }
        self.rows: dict[Any, Rows] = {model: [] for model in MODELS}

    def row(self, kind: Any, /, **columns: Any) -> dict[str, Any]:
        made = self.owner | {"id": new_id()} | columns
        self.rows[kind].append(made)
        return made

    def automats(self, count: int) -> None:
        """Make automats town by town, in groups of their neighbours."""
        for number in range(count):
            town = number * 40 // count
            if number % IN_A_GROUP == 0:
                self.row(DeviceGroup, name=f"Group {number}")
            automat = self.row(
                Automat,
                **self.placed,
                name=f"Automat {number}",
                device_id=str(number),
                model=AutomatModel.LIVIONKEY_30,
                state=AutomatState.IN_SERVICE,
                time_zone="Europe/Helsinki",
                installed_at=self.now,
                usable_lockers=(1 << LOCKERS) - 1,
                code_revision=0,
                position=Coordinates(
                    60.2 + town % 8 * 0.9 + self.chance.gauss(0, 0.05),
                    21.5 + town // 8 * 1.7 + self.chance.gauss(0, 0.1),
                ),
            )
            group = self.rows[DeviceGroup][-1]
            self.row(DeviceGroupAutomat, device_group_id=group["id"], automat_id=automat["id"])
            for index in range(LOCKERS):
                self.row(Locker, automat_id=automat["id"], index=index, state=LockerState.EMPTY)

    def entities(self, count: int) -> None:
        """Make entities, each near an automat."""
        automats, groups = self.rows[Automat], self.rows[DeviceGroup]
        for number in range(count):
            at = number % len(automats)
            near = automats[at]["position"]
            group = groups[(at // IN_A_GROUP + (number % 5 == 0)) % len(groups)]
            entity = self.row(
                ReservableEntity,
                **self.placed,
                kind=EntityKind.APARTMENT,
                name=f"Apartment {number}",
                external_id=str(number),
                device_group_id=group["id"],
                position=Coordinates(
                    near.latitude + self.chance.gauss(0, 0.01),
                    near.longitude + self.chance.gauss(0, 0.02),
                ),
            )
            if number % 5 == 1:
                self._stay(number, entity["id"], at)

    def _stay(self, number: int, entity_id: UUID, at: int) -> None:
        """Let a stay hold a locker, each at a time of its own."""
        place = number // len(self.rows[Automat])
        begins = self.now + (1 + 2 * (place // LOCKERS)) * DAY
        window = {"starts_at": begins, "ends_at": begins + DAY}
        common = {"source": "bench", "external_id": str(number)}
        stay = self.row(Reservation, **window, **common, entity_id=entity_id)
        contract = self.row(
            KeyContract, **window, reference=new_reference(), reservation_id=stay["id"]
        )
        locker = self.rows[Locker][at * LOCKERS + place % LOCKERS]
        self.row(
            LockerContract,
            **window,
            key_contract_id=contract["id"],
            automat_id=locker["automat_id"],
            locker_id=locker["id"],
            sync_at=self.now,
        )

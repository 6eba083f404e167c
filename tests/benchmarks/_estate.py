"""An estate for the benchmark of upserts: automats over a region, entities near them, their keys.

It is made by a seed and written in bulk, past the use cases. Half of the keys lie at a desk, half
in a locker of an automat near their entity. Stays of three days follow each other every five days,
so that every stay can be had however many there are.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from _counted import count_rows
from factories import make_desk
from sqlalchemy import insert

from models.accounts import Role
from models.automats import Automat, AutomatModel, AutomatState, Locker, LockerState
from models.base import new_id, table_of
from models.database import Database
from models.entities import EntityKind, KeyRule, ReservableEntity
from models.keys import EntityKey, Key, KeyKind, KeyStatus
from models.places import Coordinates
from resolvers import accounts, organizations
from resolvers.work import Work

LOCKERS = 30
EVERY = timedelta(days=5)
LENGTH = timedelta(days=3)
CHUNK = 10_000
Rows = list[dict[str, Any]]


@dataclass
class Estate:
    """What was made.

    Args:
        organization_id: Whose it is.
        token: A partner's.
        entities: How many entities there are; their external ids are their numbers.
        first: When the first stays begin.
    """

    organization_id: UUID
    token: str
    entities: int
    first: datetime

    def stays(self, first: int) -> Iterator[dict[str, Any]]:
        """Give pushes without end: every entity once, then every entity five days later."""
        number = first
        while True:
            yield self.stay(number)
            number += 1

    def stay(self, number: int, *, starts_at: datetime | None = None) -> dict[str, Any]:
        """Give the push of one stay by its number."""
        begins = starts_at or self.first + number // self.entities * EVERY
        return {
            "externalId": f"stay-{number}",
            "entityExternalId": str(number * 7919 % self.entities),
            "contacts": [{"name": f"Guest {number}", "email": f"guest{number}@example.com"}],
            "startsAt": begins.isoformat(),
            "endsAt": (begins + LENGTH).isoformat(),
        }


async def furnish(database: Database, now: datetime, *, automats: int, entities: int) -> Estate:
    """Make an organization with automats, entities and keys."""
    founder = organizations.founder()
    midday = now.replace(hour=12, minute=0, second=0, microsecond=0)
    async with database.writing() as session:
        work = Work(session, founder, now)
        await organizations.found(work, name="Large")
        _, token = await accounts.create_token(work, role=Role.PARTNER)
        desk = await make_desk(work)
        made = _Maker(founder.organization_id, now, automats)
        made.fill(entities, desk.id)
        connection = await work.connection()
        for model, rows in made.rows.items():
            for at in range(0, len(rows), CHUNK):
                await connection.execute(insert(table_of(model)), rows[at : at + CHUNK])
    await count_rows(database)
    return Estate(founder.organization_id, token, entities, midday + timedelta(days=3))


class _Maker:
    """Makes the rows."""

    def __init__(self, organization_id: UUID, now: datetime, automats: int) -> None:
        self.chance = random.Random(1)
        self.now = now
        self.owner = {"organization_id": organization_id}
        self.unit = self.owner | {"unit_id": organization_id}
        self.placed = {"placement_precision": "manual", "placed_at": now, "address_text": "A 1"}
        self.rows: dict[Any, Rows] = {
            model: [] for model in (Automat, Locker, ReservableEntity, Key, EntityKey)
        }
        self.places = [self._place() for _ in range(automats)]
        for number, place in enumerate(self.places):
            self._automat(number, place)

    def _place(self) -> Coordinates:
        """Give a place in one of 40 towns."""
        town = self.chance.randrange(40)
        latitude = 60.2 + town % 8 * 0.9 + self.chance.gauss(0, 0.05)
        return Coordinates(latitude, 21.5 + town // 8 * 1.7 + self.chance.gauss(0, 0.1))

    def _automat(self, number: int, place: Coordinates) -> None:
        id = new_id()
        automat = self.unit | self.placed | {"id": id, "position": place, "name": f"A {number}"}
        self.rows[Automat].append(
            automat
            | {
                "device_id": str(number),
                "model": AutomatModel.LIVIONKEY_30,
                "state": AutomatState.IN_SERVICE,
                "time_zone": "Europe/Helsinki",
                "installed_at": self.now,
                "usable_lockers": (1 << LOCKERS) - 1,
                "code_revision": 0,
            }
        )
        self.rows[Locker] += [
            self.owner
            | {"id": new_id(), "automat_id": id, "index": index, "state": LockerState.EMPTY}
            for index in range(LOCKERS)
        ]

    def fill(self, entities: int, desk_id: UUID) -> None:
        """Make entities, each with a key."""
        for number in range(entities):
            at = number % len(self.places)
            near = self.places[at]
            place = Coordinates(
                near.latitude + self.chance.gauss(0, 0.01),
                near.longitude + self.chance.gauss(0, 0.02),
            )
            entity = self.unit | self.placed | {"id": new_id(), "position": place}
            self.rows[ReservableEntity].append(
                entity
                | {
                    "kind": EntityKind.APARTMENT,
                    "name": f"Apartment {number}",
                    "external_id": str(number),
                    "key_rule": KeyRule.ONE,
                }
            )
            locker = self.rows[Locker][at * LOCKERS + number // len(self.places) % LOCKERS]
            storage = self._storage(locker if number % 2 else None, desk_id)
            self.rows[Key].append(self._key(number) | storage)
            ids = {"entity_id": entity["id"], "key_id": self.rows[Key][-1]["id"]}
            self.rows[EntityKey].append(self.owner | ids | {"id": new_id()})

    def _key(self, number: int) -> dict[str, Any]:
        return self.owner | {
            "id": new_id(),
            "code": f"K{number}",
            "kind": KeyKind.MECHANICAL,
            "shared": False,
            "status": KeyStatus.IN_STORAGE,
        }

    def _storage(self, locker: dict[str, Any] | None, desk_id: UUID) -> dict[str, Any]:
        desk = desk_id if locker is None else None
        automat_id = locker["automat_id"] if locker else None
        locker_id = locker["id"] if locker else None
        return {
            "selected_manual_storage_id": desk,
            "manual_storage_id": desk,
            "selected_automat_id": automat_id,
            "automat_id": automat_id,
            "selected_locker_id": locker_id,
            "locker_id": locker_id,
        }

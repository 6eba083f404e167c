"""A small estate on which much collides: few automats, and more demand than keys and lockers.

A third of the automats has 30 lockers, the others have one. They stand on a few squares, and the
entities around these, so that all of one square want the same lockers first. Half of the keys lie
in automats, half at two desks; a quarter is electromechanical, some are shared by three entities.
"""

import random
from dataclasses import dataclass
from uuid import UUID

from factories import NOON, make_automat, make_desk, make_entity, make_key

from models.accounts import Actor, Role
from models.automats import Automat, AutomatModel
from models.database import Database
from models.entities import ReservableEntity
from models.keys import KeyKind, ManualStorage
from models.places import Coordinates
from resolvers import organizations
from resolvers.work import Work

FEWEST_SQUARES, AUTOMATS_OF_SQUARE = 5, 24


@dataclass(frozen=True)
class House:
    """Whose estate it is, and what it has."""

    organization_id: UUID
    entities: list[UUID]
    automats: list[UUID]
    single_lockers: list[UUID]
    desks: list[UUID]

    @property
    def owner(self) -> Actor:
        """Who does everything."""
        return Actor(organization_id=self.organization_id, role=Role.ADMIN)


async def furnish(database: Database, *, automats: int, entities: int) -> House:
    """Make an organization, its automats and entities, and half as many keys again."""
    founder, chance = organizations.founder(), random.Random(1)
    async with database.writing() as session:
        work = Work(session, founder, NOON)
        await organizations.found(work, name="Crowded")
        around = Around(max(FEWEST_SQUARES, automats // AUTOMATS_OF_SQUARE), chance)
        large = [await make_automat(work, *around.place(n)) for n in range(max(1, automats // 3))]
        small = [
            await make_automat(work, *around.place(n), model=AutomatModel.LIVIONKEY_1)
            for n in range(automats - len(large))
        ]
        desks = [await make_desk(work, f"Desk {number}") for number in range(2)]
        homes = [await make_entity(work, around.place(number)[1]) for number in range(entities)]
        await _make_keys(work, homes, large, desks)
    return House(
        organization_id=founder.organization_id,
        entities=[one.id for one in homes],
        automats=[one.id for one in (*large, *small)],
        single_lockers=[one.id for one in small],
        desks=[one.id for one in desks],
    )


@dataclass(frozen=True)
class Around:
    """Places around a number of squares.

    Args:
        squares: How many.
        chance: Decides how far from them.
    """

    squares: int
    chance: random.Random

    def place(self, number: int) -> tuple[str, Coordinates]:
        """Name a place and say where it is."""
        line, column = divmod(number % self.squares, 5)
        latitude, longitude = 60.16 + line * 0.01, 24.93 + column * 0.02
        off = self.chance.gauss(0, 0.002), self.chance.gauss(0, 0.002)
        return f"Place {number}", Coordinates(latitude + off[0], longitude + off[1])


async def _make_keys(
    work: Work, homes: list[ReservableEntity], large: list[Automat], desks: list[ManualStorage]
) -> None:
    room = [one for one in large for _ in range(12)]
    for number in range(len(homes) * 3 // 2):
        home = number % len(homes)
        shared = number % 30 == 29
        opens = [homes[(home + other) % len(homes)] for other in range(3 if shared else 1)]
        electric = home % 4 == 0
        automat = room.pop() if number % 2 and room else None
        await make_key(
            work,
            *opens,
            automat=automat,
            desk=None if automat else desks[number % len(desks)],
            kind=KeyKind.ELECTROMECHANICAL if electric else KeyKind.MECHANICAL,
            shared=shared,
            code=f"K{number}",
            rfid_tag=f"{number:08x}" if number % 3 else None,
        )

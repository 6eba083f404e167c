"""`livionkey addresses place-again`: what it tells, and what it refuses."""

import asyncio
from pathlib import Path

import pytest
from commands import CommandLine
from databases import database_at
from factories import NOON, STATION, make_entity, placed

from models.accounts import Actor
from models.entities import ReservableEntity
from models.organizations import OrganizationUnit
from models.places import Coordinates, PlacementPrecision, PostalAddress
from resolvers import organizations
from resolvers.work import Work
from schema.scalars import to_id

ADDRESSES = """street,housenumber,postcode,city,lat,lon
Mannerheimintie,12,00100,Helsinki,60.1706,24.9370
Aleksanterinkatu,17,00100,Helsinki,60.1690,24.9466
"""


async def furnish(url: str) -> tuple[Actor, ReservableEntity]:
    """Make an entity that was placed only by its street, 300 m away from its house."""
    owner = organizations.founder()
    async with database_at(url) as database, database.writing() as session:
        work = Work(session, owner, NOON)
        await organizations.found(work, name="Kotikatu")
        home = await make_entity(
            work,
            address=PostalAddress("Mannerheimintie 12, 00100 Helsinki"),
            found=placed(STATION, PlacementPrecision.STREET),
        )
    return owner, home


async def position_of(url: str, home: ReservableEntity) -> Coordinates | None:
    async with database_at(url) as database, database.writing() as session:
        return (await session.get_one(ReservableEntity, home.id)).position


@pytest.mark.parametrize("shared", ["sqlite"], indirect=True)  # ten commands, each a process
def test_coarse_places_become_exact_and_the_metres_are_told(own_url: str, tmp_path: Path) -> None:
    line = CommandLine(tmp_path, {"database_url": own_url})
    owner, home = asyncio.run(furnish(own_url))
    (tmp_path / "a.csv").write_text(ADDRESSES)
    line.done("addresses", "import", "a.csv")
    unit = to_id(OrganizationUnit, owner.organization_id)

    words = ("addresses", "place-again", "--coarse", "--unit", unit, "--rate", "100")
    dry = line.done(*words, "--dry-run")
    before = asyncio.run(position_of(own_url, home))
    done = line.done(*words)
    unknown = line.refusal("addresses", "place-again", "--unit", to_id(OrganizationUnit, home.id))

    assert "1 would move: 2" in dry
    assert before == STATION
    assert "1 moved: 2" in done
    assert "m at most." in done
    assert asyncio.run(position_of(own_url, home)) == Coordinates(60.1706, 24.9370)
    assert "There is no unit" in unknown
    assert line.run("addresses", "place-again", "--all", "--coarse").returncode == 2

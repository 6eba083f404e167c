"""The commands about places: filling the address index, looking addresses up, nearest automats."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from geo.candidates import Candidate
from geo.decisions import ranking
from geo.index.importing import ImportSummary, import_addresses
from models.accounts import Actor, Role
from models.addressed import PlacementProblem
from models.database import Database
from models.errors import AddressNotFound, NotFound
from models.organizations import OrganizationUnit
from models.places import Coordinates, Placement, PostalAddress
from resolvers import organizations, selections
from resolvers.clocks import of_organizations
from resolvers.placing import place
from resolvers.work import Reading
from schema.commands.on_database import on_database
from schema.commands.terminal import errors, output
from schema.context import clock
from schema.operating.geocoders import geocoder_for
from schema.scalars import from_id, to_id
from schema.settings import settings

address_commands = typer.Typer(no_args_is_help=True, help="The embedded geocoder's addresses.")

Address = Annotated[str, typer.Argument(help="As people write it: 'Aleksanterinkatu 17 B 4'.")]
Country = Annotated[str, typer.Option(help="ISO 3166-1 alpha-2.")]


@address_commands.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help=".osm.pbf, .csv, .csv.gz or OpenAddresses.")],
    *,
    country: Country = "FI",
) -> None:
    """Fill the embedded geocoder from a file; an interrupted import goes on when run again."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), console=errors, disable=not errors.is_terminal
    ) as bar:
        task = bar.add_task(file.name, total=None)

        async def load(database: Database) -> ImportSummary:
            return await import_addresses(
                database,
                file,
                country=country,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )

        summary = on_database(load)
    for problem in summary.problems:
        where = f"{file.name}, line {problem.line}"
        errors.print(f"{where}: {problem.reason}", soft_wrap=True, highlight=False, markup=False)
    done = "was in the index already" if summary.unchanged else "is in the index"
    output.print(
        f"{file.name} {done}: {summary.rows} rows, {summary.streets} streets, {summary.houses} "
        f"houses, {summary.malformed} lines skipped. {summary.licence}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def geocode(address: Address, *, country: Country = "FI") -> None:
    """Look an address up and say how sure that is."""
    placement = on_database(lambda database: _placed(database, address, country))
    table = Table(show_header=False)
    for name, value in (
        ("matched", placement.matched_address),
        ("latitude", f"{placement.coordinates.latitude:.7f}"),
        ("longitude", f"{placement.coordinates.longitude:.7f}"),
        ("precision", placement.precision.name),
        ("confidence", f"{placement.confidence:.2f}"),
        ("source", placement.source),
    ):
        table.add_row(name, value)
    output.print(table)


def nearest(
    address: Address,
    *,
    country: Country = "FI",
    organization: Annotated[
        str, typer.Option(help="Whose automats; those of all organizations when left out.")
    ] = "",
    count: Annotated[int, typer.Option(min=1, max=100, help="How many.")] = 10,
) -> None:
    """List the automats nearest to an address, with distances and what stands against each."""

    async def look(database: Database) -> list[Candidate]:
        here = (await _placed(database, address, country)).coordinates
        return await _nearest(database, here, await _meant(database, organization), count)

    table = Table("rank", "automat", "metres", "free lockers", "what stands against it")
    for one in on_database(look):
        reasons = " ".join(f"{reason.code.name}: {reason.message}" for reason in one.rejections)
        metres = "-" if one.metres is None else f"{one.metres:.0f}"
        table.add_row(str(one.rank), one.automat.name, metres, str(one.facts.free_lockers), reasons)
    output.print(table)


async def _meant(database: Database, named: str) -> list[UUID]:
    """Find whose automats are meant."""
    known = await organizations.all_ids(database)
    if not named:
        return known
    id = from_id(OrganizationUnit, named)
    if id not in known:
        ids = ", ".join(to_id(OrganizationUnit, id) for id in known) or "none"
        raise NotFound(f"There is no organization {named}; there are: {ids}.")
    return [id]


async def _nearest(
    database: Database, here: Coordinates, organization_ids: list[UUID], count: int
) -> list[Candidate]:
    found: list[Candidate] = []
    async with database.reading() as connection:
        for id, ahead in (await of_organizations(connection, organization_ids)).items():
            somebody = Actor(id, Role.VIEWER, clock_ahead=ahead)
            reading = Reading(connection, somebody, somebody.time(clock()))
            found += await selections.nearest(reading, here, count=count)
    found.sort(key=lambda candidate: candidate.metres or 0.0)
    ranks = {candidate.automat.id: candidate for candidate in ranking(found[:count])}
    return [ranks[candidate.automat.id] for candidate in found[:count]]


async def _placed(database: Database, text: str, country: str) -> Placement:
    geocoder, close = geocoder_for(database, settings())
    try:
        address = PostalAddress(text=text, country_code=country.upper())
        found = await place(geocoder, address, None, clock())
    finally:
        await close()
    if isinstance(found, PlacementProblem):
        raise found.as_error()
    if found is None:
        raise AddressNotFound
    return found

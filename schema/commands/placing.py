"""`livionkey addresses place-again`: looking many addresses up again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import rich.progress
import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from geo.geocoding import Geocoder
from geo.moved import Moved
from geo.services.bucket import PacedGeocoder, TokenBucket
from models.accounts import Actor, WayIn
from models.database import Database
from models.errors import NotFound
from models.organizations import OrganizationUnit
from models.placement_reviews import PlacementScope
from resolvers.clocks import every_system, system_of
from resolvers.placements.again import Placing, Progress
from resolvers.placements.running import Asked, Outcome, Run
from schema.commands.on_database import on_database
from schema.commands.places import address_commands
from schema.commands.terminal import errors, output
from schema.context import clock
from schema.operating.geocoders import geocoder_for
from schema.scalars import from_id
from schema.settings import settings


@address_commands.command("place-again")
def place_again(
    *,
    unit: Annotated[
        str, typer.Option(help="Only of this unit and those below; all organizations if left out.")
    ] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="All addresses but those of places set by hand.")
    ] = False,
    coarse: Annotated[
        bool,
        typer.Option("--coarse", help="Also those placed less exactly than their units ask for."),
    ] = False,
    rate: Annotated[
        float | None,
        typer.Option(min=0.01, help="How many questions a second; as fast as it goes if left out."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would come of it.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin at the first one, also after an interruption.")
    ] = False,
) -> None:
    """Look addresses up again: those that have no place yet, or more of them.

    Places that people set by hand stay, and none is exchanged for a coarser one. An interrupted
    run goes on where it was when it is started again with the same options.
    """
    if everything and coarse:
        raise typer.BadParameter("take either --all or --coarse")
    scope = PlacementScope.ALL if everything else PlacementScope.UNPLACED
    scope = PlacementScope.COARSE if coarse else scope

    async def run(database: Database) -> list[Run]:
        geocoder, close = geocoder_for(database, settings())
        paced = geocoder if rate is None else PacedGeocoder(geocoder, TokenBucket(rate))
        try:
            return [
                await _one(database, paced, owner, Asked(scope, unit_id, dry_run, anew))
                for owner, unit_id in await _meant(database, unit)
            ]
        finally:
            await close()

    runs = on_database(run)
    output.print(_table(runs))
    for line in _moves(runs, dry_run=dry_run):
        output.print(line, highlight=False, markup=False)


async def _one(database: Database, geocoder: Geocoder, owner: Actor, asked: Asked) -> Run:
    with _shown() as progress:
        return await Placing(
            database, geocoder, owner, clock, asked=asked, progress=progress
        ).through()


async def _meant(database: Database, named: str) -> list[tuple[Actor, UUID | None]]:
    """Find out whose addresses are meant: in whose name, and of which unit."""
    if not named:
        return [(owner, None) for owner in await every_system(database, WayIn.COMMAND)]
    id = from_id(OrganizationUnit, named)
    async with database.writing() as session:
        unit = None if id is None else await session.get(OrganizationUnit, id)
    if unit is None:
        raise NotFound(f"There is no unit with the id {named}.")
    async with database.reading() as connection:
        owner = await system_of(connection, unit.organization_id, WayIn.COMMAND)
    return [(owner, None if unit.parent_id is None else unit.id)]


@contextmanager
def _shown() -> Iterator[Progress]:
    """Show a bar of the addresses that are done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with rich.progress.Progress(
        *columns, TimeElapsedColumn(), console=errors, disable=not errors.is_terminal
    ) as bar:
        task = bar.add_task("addresses", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _table(runs: list[Run]) -> Table:
    table = Table("what came of it", "addresses")
    for outcome in Outcome:
        table.add_row(outcome.value, str(sum(run.counts[outcome] for run in runs)))
    return table


def _moves(runs: list[Run], *, dry_run: bool) -> Iterator[str]:
    moved = Moved()
    for run in runs:
        moved.join(run.moved)
    if moved.median is not None:
        would = "would move" if dry_run else "moved"
        yield (
            f"{moved.number} {would}: {moved.median:.1f} m in the median, {moved.largest:.1f} m at "
            "most."
        )
    if any(run.goes_on for run in runs):
        yield "These are all of the run that had been interrupted, with what was done before."

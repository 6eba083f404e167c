"""The commands about the choice of automats: comparing device groups with the nearest automats."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import rich.progress
import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from models.comparisons import ComparisonException, ComparisonOutcome
from resolvers.comparison.capacity import Capacity
from resolvers.comparison.comparing import MOST_WEEKS, WEEKS
from resolvers.comparison.totals import Totals
from schema.commands import missing_runs
from schema.commands.comparison_runs import Progress, Wanted, run
from schema.commands.on_database import on_database
from schema.commands.terminal import errors, output

selection_commands = typer.Typer(no_args_is_help=True, help="The choice of automats.")
MOST_AUTOMATS = 20
"""So many automats are listed; all of them are in the file."""


@selection_commands.command("compare")
def compare(
    *,
    output_file: Annotated[
        Path, typer.Option("--output", help="The file to write: .csv or .geojson.")
    ],
    group: Annotated[
        list[str] | None, typer.Option(help="Only entities of this device group; may be repeated.")
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(help="Only entities of this unit and those below; the organization for all."),
    ] = None,
    weeks: Annotated[
        int,
        typer.Option(min=1, max=MOST_WEEKS, help="How many weeks of coming stays count."),
    ] = WEEKS,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with one that was interrupted.")
    ] = False,
) -> None:
    """Compare, for every entity, its device group's automat with the nearest one.

    Nothing is changed. Beside the file comes another, NAME.automats.csv, with what the automats
    would gain and lose. What is done is kept in FILE.part until all is: interrupted, the command
    goes on from there with --resume.
    """
    if output_file.suffix.lower() not in {".csv", ".geojson", ".json"}:
        raise typer.BadParameter("end the file's name with .csv or .geojson")
    wanted = Wanted(tuple(group or ()), unit, weeks, output_file, resume)
    with _shown() as progress:
        done = on_database(lambda database: run(database, wanted, progress))
    output.print(_totals(done.totals))
    output.print(_automats(done.capacities))
    errors.print(f"{wanted.output} and {wanted.automats} are written.", markup=False)


@selection_commands.command("missing")
def missing(
    *,
    group: Annotated[
        list[str] | None, typer.Option(help="Only for entities of this group; may be repeated.")
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(help="Only for entities of this unit and those below."),
    ] = None,
    limit: Annotated[
        float | None,
        typer.Option(help="How far an automat may be, in metres; as the settings say if left out."),
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=1_000, help="How many places.")] = 10,
    output_file: Annotated[
        Path | None, typer.Option("--output", help="A file for the places too: .geojson.")
    ] = None,
) -> None:
    """List the places where new automats would serve the most entities that are too far from any.

    Each place is the best beside those before it; together they serve at least 63 % of what the
    best as many places could.
    """
    with _shown() as progress:
        found = on_database(
            lambda database: missing_runs.run(
                database, tuple(group or ()), unit, progress, limit_metres=limit, count=count
            )
        )
    table = Table("latitude", "longitude", "entities served", "metres saved")
    for place in found.places:
        where = (f"{place.place.latitude:.6f}", f"{place.place.longitude:.6f}")
        table.add_row(*where, str(place.served), f"{place.metres_saved:.0f}")
    output.print(table)
    errors.print(
        f"Of {found.entities} entities {found.beyond} are too far from any automat in service; "
        f"{found.without_place} have no exact place, and {found.without_limit} no largest distance."
    )
    if output_file is not None:
        missing_runs.write_places(output_file, found.places)


@contextmanager
def _shown() -> Iterator[Progress]:
    """Show a bar of the entities that are done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with rich.progress.Progress(
        *columns, TimeElapsedColumn(), console=errors, disable=not errors.is_terminal
    ) as bar:
        task = bar.add_task("entities", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _totals(totals: Totals) -> Table:
    table = Table("what", "entities", "metres before", "metres after")
    for outcome in ComparisonOutcome:
        table.add_row(outcome.name, str(totals.outcomes[outcome]), "", "")
    for exception in ComparisonException:
        if totals.exceptions[exception]:
            table.add_row(f"  {exception.name}", str(totals.exceptions[exception]), "", "")
    before, after = totals.before, totals.after
    table.add_row("all", str(totals.entities), "", "")
    table.add_row("mean", str(before.number), _metres(before.mean), _metres(after.mean))
    table.add_row("median", str(before.number), _metres(before.median), _metres(after.median))
    table.add_row("sum", str(before.number), _metres(before.total), _metres(after.total))
    return table


def _metres(metres: float | None) -> str:
    return "-" if metres is None else f"{metres:.0f}"


def _automats(capacities: list[Capacity]) -> Table:
    table = Table("automat", "entities", "would be", "stays from", "stays to", "free", "would be")
    for one in capacities[:MOST_AUTOMATS]:
        flow = one.flow
        counts = (flow.entities_before, flow.entities_after, flow.stays_from, flow.stays_to)
        shares = (_share(one.free_before), _share(one.free_after))
        table.add_row(escape(flow.name), *map(str, counts), *shares)
    return table


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"

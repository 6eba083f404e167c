"""A comparison that the command line makes: long, shown as it goes on, and resumed."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from models.database import Database
from models.errors import InvalidInput
from resolvers.clocks import system_of
from resolvers.comparison import scope as scopes
from resolvers.comparison.capacity import Capacity, capacities
from resolvers.comparison.comparing import comparer
from resolvers.comparison.part_files import Asked, PartFile
from resolvers.comparison.streaming import BLOCK, stream
from resolvers.comparison.totals import Totals
from resolvers.work import Reading
from schema.commands.comparison_files import write_automats, write_entities
from schema.commands.comparison_scopes import meant
from schema.context import clock

Progress = Callable[[int, int], None]
"""Told how many entities are compared, and how many there are."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be compared, and where to.

    Args:
        groups: Ids of device groups.
        unit: The id of a unit; the organization's own for all of it.
        weeks: Over how many weeks coming stays are counted.
        output: The file to write.
        resumes: Whether to go on with a comparison that was interrupted.
    """

    groups: Sequence[str]
    unit: str | None
    weeks: int
    output: Path
    resumes: bool = False

    @property
    def part(self) -> Path:
        """What is done so far is kept there."""
        return self.output.with_name(f"{self.output.name}.part")

    @property
    def automats(self) -> Path:
        """What becomes of the automats goes there."""
        return self.output.with_name(f"{self.output.stem}.automats.csv")


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it."""

    totals: Totals
    capacities: list[Capacity]


async def run(
    database: Database, wanted: Wanted, progress: Progress, *, block: int = BLOCK
) -> Done:
    """Compare, and write the files.

    Args:
        database: Where the entities are.
        wanted: What is to be compared.
        progress: Told after each block, when it is safe in the part file.
        block: How many entities are compared, and in memory, at a time.

    Raises:
        NotFound: There is no such group or unit.
        InvalidInput: Neither a group nor a unit is named, a file is there already, the part file is
            of another comparison, or a file cannot be written.
    """
    for file in (wanted.output, wanted.automats):
        if file.exists() and not (wanted.resumes and file == wanted.automats):
            raise InvalidInput(f"{file} is there already; choose another name.")
    async with database.reading() as connection:
        which = await meant(connection, wanted.groups, wanted.unit)
        asked = Asked(which.organization_id, which.group_ids, which.unit_id, wanted.weeks)
        actor = await system_of(connection, asked.organization_id)
        begin = PartFile.resume if wanted.resumes else PartFile.begin
        with closing(begin(wanted.part, asked, actor.time(clock()))) as part:
            reading = Reading(connection, actor, part.now)
            done = await _run(reading, asked, part, progress, block)
            write_automats(wanted.automats, done.capacities)
            write_entities(wanted.output, part.rows())
            part.remove()
    return done


async def _run(
    reading: Reading, asked: Asked, part: PartFile, progress: Progress, block: int
) -> Done:
    scope = await scopes.scope_of(reading, asked.group_ids, asked.unit_id)
    total = await scopes.count(reading, scope)
    compares = await comparer(reading, weeks=asked.weeks)
    totals, last = Totals(), None
    for row in part.rows():
        totals.add(row)
        last = row.id
    progress(totals.entities, total)
    async for rows in stream(compares, scope, after=last, size=block):
        part.add(rows)
        for row in rows:
            totals.add(row)
        progress(totals.entities, total)
    return Done(totals, await capacities(compares, totals))

"""The command that switches how automats are chosen, and switches it back."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import select

from models.accounts import WayIn
from models.automats import DeviceGroup
from models.base import table_of
from models.database import Database
from models.errors import InvalidInput, NotFound
from models.organizations import OrganizationUnit
from models.selections import SelectionMode
from resolvers import selection_modes
from resolvers.clocks import system_of
from resolvers.settings_versions import Sayer
from resolvers.work import Work
from schema.commands.on_database import on_database
from schema.commands.selection import selection_commands
from schema.commands.terminal import output
from schema.context import clock
from schema.scalars import from_id


class Wanted(StrEnum):
    """What a mode can be switched to: one of the modes, or what is said above."""

    BY_RESERVATION = SelectionMode.BY_RESERVATION.value
    GROUP = SelectionMode.GROUP.value
    SHADOW = SelectionMode.SHADOW.value
    NEAREST = SelectionMode.NEAREST.value
    INHERIT = "inherit"

    def as_mode(self) -> SelectionMode | None:
        """Give the mode; None where it is inherited."""
        return None if self is Wanted.INHERIT else SelectionMode(self.value)


@selection_commands.command("mode")
def mode(
    wanted: Annotated[
        Wanted | None,
        typer.Argument(metavar="MODE", help="The mode from now on; `inherit` takes it from above."),
    ] = None,
    *,
    unit: Annotated[str | None, typer.Option(help="The unit whose mode it is; or else")] = None,
    group: Annotated[str | None, typer.Option(help="the device group.")] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Say again what it said before its present mode.")
    ] = False,
) -> None:
    """Switch how automats are chosen for a unit or a device group, or switch it back.

    What is booked keeps its place and its PIN; choices from now on follow the mode.
    """
    if (wanted is None) != undo:
        raise typer.BadParameter("give a mode, or --undo")

    async def switch(database: Database) -> Sayer:
        organization_id, whose = await _found(database, unit, group)
        async with database.writing() as session:
            connection = await session.connection()
            actor = await system_of(connection, organization_id, WayIn.COMMAND)
            work = Work(session, actor, actor.time(clock()))
            if wanted is None:
                return await selection_modes.undo_mode(work, **whose)
            return await selection_modes.set_mode(work, **whose, mode=wanted.as_mode())

    sayer = on_database(switch)
    now = sayer.selection_mode.name if sayer.selection_mode else "what is said above it"
    output.print(
        f"{sayer.name}: {now} (version {sayer.settings_version} of its settings).",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


async def _found(
    database: Database, unit: str | None, group: str | None
) -> tuple[UUID, dict[str, UUID | None]]:
    """Find whose mode is meant, and the organization that it belongs to."""
    if (unit is None) == (group is None):
        raise InvalidInput("Name a unit by --unit or a device group by --group, one of the two.")
    model = OrganizationUnit if group is None else DeviceGroup
    row = table_of(model).c
    id = from_id(model, unit if group is None else group)
    async with database.reading() as connection:
        statement = select(row.organization_id).where(row.id == id)
        owner = (await connection.execute(statement)).scalar()
    if owner is None:
        raise NotFound(f"There is no {unit or group}; look its id up again.")
    named = {"unit_id": None, "group_id": None}
    return owner, named | {"unit_id" if group is None else "group_id": id}

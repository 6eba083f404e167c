"""`livionkey`: the command line. Results go to standard output, everything else to standard error.

Exit status 0 means done, 1 a refusal with one clear line, 2 wrong usage.
"""

from datetime import timedelta
from functools import partial
from typing import Annotated

import typer
from rich.table import Column, Table

from models.accounts import Permission, Role, WayIn
from models.database import Database
from models.errors import NotFound
from models.migrating import migrate as bring_up_to_date
from models.organizations import OrganizationUnit
from resolvers import organizations
from resolvers.partners import tokens
from resolvers.work import Work, system
from schema import (
    cli_audit,
    cli_broker,
    cli_documents,
    cli_evidence,
    cli_keys,
    cli_link,
    cli_people,
    cli_places,
    cli_placing,
    cli_protocol,
    cli_selection,
    cli_selection_modes,
    cli_simulate,
    cli_walking,
)
from schema.cli_serving import run_server
from schema.context import clock
from schema.demo.access import check_no_demo, close_demo
from schema.demo.welcome import welcome
from schema.logs import write_logs
from schema.outside import outside_for
from schema.scalars import from_id, parse_instant, to_id
from schema.serving import collect_rarely
from schema.settings import described, settings
from schema.terminal import errors, on_database, run_command
from schema.terminal import output as results
from schema.working import work_until_told

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
organization_commands = typer.Typer(no_args_is_help=True, help="Organizations.")
token_commands = typer.Typer(no_args_is_help=True, help="Bearer tokens.")
app.add_typer(organization_commands, name="organization")
app.add_typer(token_commands, name="token")
app.add_typer(cli_people.person_commands, name="person")
app.add_typer(cli_places.address_commands, name="addresses")
cli_places.address_commands.command("place-again")(cli_placing.place_again)
app.add_typer(cli_walking.walking_commands, name="walking")
app.add_typer(cli_audit.audit_commands, name="audit")
app.add_typer(cli_evidence.evidence_commands, name="evidence")
app.add_typer(cli_documents.document_commands, name="documents")
app.add_typer(cli_selection.selection_commands, name="selection")
cli_selection.selection_commands.command("mode")(cli_selection_modes.mode)
app.add_typer(cli_keys.key_commands, name="keys")
app.command("geocode")(cli_places.geocode)
app.command("nearest")(cli_places.nearest)
app.command("broker")(cli_broker.broker)
app.command("link")(cli_link.link)
app.command("simulate")(cli_simulate.simulate)
app.command("protocol")(cli_protocol.protocol)


def main() -> None:
    """Run one command; a refusal is one line and exit status 1."""
    run_command(app)


@app.command("settings")
def show_settings() -> None:
    """List every setting with its meaning, its default and its present value."""
    table = Table(Column("setting", no_wrap=True))
    for name in ("meaning", "default", "now"):
        table.add_column(name, overflow="fold")
    for row in described(settings()):
        table.add_row(*row)
    results.print(table)


@app.command("migrate")
def migrate() -> None:
    """Bring the database up to date; safe to repeat, and safe when two start at once."""
    to_do = on_database(bring_up_to_date, must_be_migrated=False)
    errors.print("The database is up to date.")
    if to_do:
        errors.print(to_do, soft_wrap=True)


@app.command("serve")
def serve(
    *,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes; more than one on PostgreSQL.")
    ] = 1,
) -> None:
    """Serve the API on the configured database."""
    on_database(check_no_demo)
    run_server(workers)


@app.command("work")
def work() -> None:
    """Do what becomes due, until told to stop; any number may work at once, on any machine."""
    collect_rarely()
    write_logs(settings())
    outside = outside_for(settings())
    on_database(partial(work_until_told, outside=outside))


@app.command("demo")
def demo(
    *,
    serving: Annotated[bool, typer.Option("--serve", help="Serve the API afterwards.")] = False,
    closing: Annotated[
        bool, typer.Option("--close", help="Only take back the tokens of the demo.")
    ] = False,
) -> None:
    """Bring the database up to date, fill an empty one with the demo, and tell the way in."""
    if closing:
        on_database(close_demo)
        return
    on_database(bring_up_to_date, must_be_migrated=False)
    current = settings()
    typer.echo(on_database(lambda database: welcome(database, current)))
    if serving:
        run_server(1)


@organization_commands.command("create")
def create_organization(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    *,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="One for trying things, whose clock can be moved.")
    ] = False,
) -> None:
    """Make an organization; prints its id alone."""
    clock_ahead = timedelta() if sandbox else None

    async def create(database: Database) -> OrganizationUnit:
        async with database.writing() as session:
            work = Work(session, organizations.founder(WayIn.COMMAND), clock())
            return await organizations.found(work, name=name, clock_ahead=clock_ahead)

    typer.echo(to_id(OrganizationUnit, on_database(create).id))


def of_people_and_programs(role: Role) -> Role:
    """Refuse the role of displays: theirs come from a pairing code alone, bound to a station."""
    if role is Role.STATION:
        message = "a display gets its token by a pairing code, see signatureStationPairingCode."
        raise typer.BadParameter(message)
    return role


@token_commands.command("create")
def create_token(
    *,
    organization: Annotated[str, typer.Option(help="The id of the organization.")],
    role: Annotated[
        Role, typer.Option(callback=of_people_and_programs, help="What the token is for.")
    ],
    source: Annotated[str, typer.Option(help="Whose numbers external ids are.")] = "default",
    name: Annotated[str, typer.Option(help="To tell tokens apart.")] = "token",
    unit: Annotated[
        list[str] | None,
        typer.Option(help="The id of a unit that it reaches, with all below; may be repeated."),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(help="When it ends: 2027-03-28T12:00:00Z; never by default.")
    ] = None,
    scope: Annotated[
        list[Permission] | None,
        typer.Option(help="What of its role's permissions it is for; may be repeated."),
    ] = None,
) -> None:
    """Make a bearer token; prints it alone, and it is never shown again."""
    expires_at = parse_instant(expires) if expires else None
    unit_ids = [from_id(OrganizationUnit, id) for id in unit] if unit else None

    async def create(database: Database) -> str:
        organization_id = from_id(OrganizationUnit, organization)
        async with database.writing() as session:
            unit = await session.get(OrganizationUnit, organization_id)
            if unit is None or unit.parent_id is not None:
                raise NotFound(f"There is no organization with the id {organization}.")
            owner = system(unit.id, unit.clock_ahead, WayIn.COMMAND)
            work = Work(session, owner, owner.time(clock()))
            _, text = await tokens.create(
                work,
                role=role,
                source=source,
                name=name,
                unit_ids=unit_ids,
                expires_at=expires_at,
                scopes=scope or None,
            )
        return text

    typer.echo(on_database(create))

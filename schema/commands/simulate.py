"""`livionkey simulate`: automats that exist only in memory, at the real broker.

What they must not forget, and who they are, is kept in a folder, so that they go on where they were
when the command is started again.
"""

import asyncio
import fcntl
import logging
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from automat_link.simulator.credentials import Identity, read_identities, write_identity
from automat_link.simulator.days import day
from automat_link.simulator.firmware import Firmware
from automat_link.simulator.fleet import Fleet, build, name_of
from automat_link.simulator.scenarios import SCENARIOS, Scenario, quiet
from models.accounts import WayIn
from models.database import Database
from models.errors import InvalidInput, NotASandbox, NotFound
from models.organizations import OrganizationUnit
from resolvers.automat_links import simulating
from resolvers.automat_links.simulating import Simulated
from resolvers.outside.on_demand import loaded
from resolvers.outside.secret import Secret
from resolvers.work import Work, system
from schema.commands.on_database import on_database
from schema.commands.sandbox_time import SandboxTime, is_sandbox
from schema.commands.terminal import errors
from schema.context import clock
from schema.demo.access import id_of_the_demo
from schema.operating.keys_at_rest import sealer_for
from schema.operating.logs import write_logs
from schema.operating.outside import outside_for
from schema.scalars import from_id
from schema.settings import settings

logger = logging.getLogger(__name__)

A_DAY = day.__name__
NO_BROKER = (
    "LIVIONKEY_MQTT_URL is not set: automats need a broker, LIVIONKEY_MQTT_PUBLIC_URL or this one."
)
NOBODY = (
    "There is no automat to simulate: all of this organization work with credentials that are "
    "elsewhere, or there are none. Take credentials back by automatCredentialsRevoke."
)
ALL_RUN = "Another simulator runs them. End it, or let it leave some out (--leave-out)."


def simulate(
    *,
    credentials: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="A folder of credentials, one JSON file for each automat.",
        ),
    ] = None,
    organization: Annotated[
        str | None,
        typer.Option(help="The id of an organization: its automats that nobody else answers for."),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="The organization of the demo.")] = False,
    count: Annotated[int | None, typer.Option(min=1, help="How many automats at most.")] = None,
    leave_out: Annotated[
        int, typer.Option(min=0, help="How many, of those with most keys, are left to a board.")
    ] = 0,
    scenario: Annotated[
        str,
        typer.Option(
            help=f"What happens to them: {', '.join(SCENARIOS)}; or {A_DAY}, a day of guests on "
            "the clock of a sandbox, which is moved (with --organization, beside a server)."
        ),
    ] = quiet.__name__,
    memory: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Where they remember; the folder of the credentials, or one in the data folder.",
        ),
    ] = None,
    board: Annotated[
        bool, typer.Option("--board", help="Stand in front of them, in this terminal.")
    ] = False,
) -> None:
    """Run automats that exist only in memory, until told to stop."""
    play = _scenario(scenario)
    if scenario == A_DAY and organization is None:
        raise typer.BadParameter(f"the scenario {A_DAY} is for --organization, a sandbox.")
    if board:
        logging.getLogger().addHandler(logging.NullHandler())  # lines would fall into the picture
    else:
        write_logs(settings())
    if demo and organization is None:
        organization = on_database(id_of_the_demo)
    if (credentials is None) == (organization is None):
        raise typer.BadParameter("give either --credentials, or --organization, or --demo.")
    if organization is not None:
        if scenario == A_DAY:
            play = partial(a_day_of_guests, organization_id=_sandbox(organization))
        automats = _of_organization(organization, memory, count, leave_out)
    elif credentials is not None:
        automats = _of_files(credentials, memory, count)
    asyncio.run(show_board(automats, play) if board else run_until_told(automats, play))


def _scenario(name: str) -> Scenario:
    if name not in {*SCENARIOS, A_DAY}:
        there = ", ".join((*SCENARIOS, A_DAY))
        raise typer.BadParameter(f"there is no scenario {name}; {there} are there.")
    return SCENARIOS.get(name, quiet)


def _sandbox(id: str) -> UUID:
    """Read the id of a sandbox.

    Raises:
        NotASandbox: It is another organization, or there is none.
    """
    organization_id = from_id(OrganizationUnit, id)
    if organization_id is None or not on_database(partial(is_sandbox, id=organization_id)):
        raise NotASandbox
    return organization_id


async def a_day_of_guests(fleet: Fleet, *, organization_id: UUID) -> None:
    """Let guests come for a day, and move the clock of their sandbox for it."""
    database = Database(settings().database_url, sealer=sealer_for(settings()))
    try:
        await day(fleet, SandboxTime(database, organization_id))
    finally:
        await database.dispose()


def _of_files(folder: Path, memory: Path | None, count: int | None) -> dict[str, Firmware]:
    identities = read_identities(folder)[:count]
    return {name_of(one): _built(one, memory or folder, {}) for one in identities}


def _of_organization(
    id: str, memory: Path | None, count: int | None, leave_out: int
) -> dict[str, Firmware]:
    """Build the automats of an organization; those that run first get their keys put in."""
    current = settings()
    outside = outside_for(current)
    if outside.broker is None:
        raise InvalidInput(NO_BROKER)
    organization_id = from_id(OrganizationUnit, id)
    folder = memory or current.data_folder / "simulator" / str(organization_id)
    known = {one.credentials.link_id: one for one in _kept(folder)}
    chosen = on_database(
        partial(
            prepared,
            organization_id=organization_id,
            secret=outside.secret,
            broker=outside.broker,
            known=list(known),
            at_most=count,
        )
    )
    if not chosen:
        raise InvalidInput(NOBODY)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    chosen = sorted(chosen, key=lambda one: len(one.contents))  # to people those with most keys
    identities = [(_identity(one, folder, known), one.contents) for one in chosen]
    wanted = identities[: len(identities) - leave_out]
    ours = [one for one in wanted if _is_free(folder, one[0])]
    if not ours:
        raise InvalidInput(ALL_RUN)
    return {who.device_id: _built(who, folder, contents) for who, contents in ours}


def _kept(folder: Path) -> list[Identity]:
    return read_identities(folder) if any(folder.glob("*.json")) else []


def _identity(one: Simulated, folder: Path, known: dict[UUID, Identity]) -> Identity:
    if one.issued is None:
        assert one.link_id is not None  # noqa: S101 - it has one or the other
        return known[one.link_id]
    identity = Identity(one.issued, one.device_id, one.lockers)
    write_identity(folder, identity)
    return identity


_HELD: list[int] = []
"""The locks of the automats that this process runs; they are gone when it is."""


def _is_free(folder: Path, who: Identity) -> bool:
    """Take an automat for this process, unless another one runs it: two would be one too many."""
    lock = folder / f"{who.credentials.link_id}.lock"
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return False
    _HELD.append(handle)
    return True


def _built(identity: Identity, folder: Path, contents: simulating.Contents) -> Firmware:
    try:
        return build(identity, folder=folder, contents=contents)
    except ValueError as error:
        raise InvalidInput(f"{name_of(identity)}: {error}") from error


async def prepared(
    database: Database,
    *,
    organization_id: UUID | None,
    secret: Secret,
    broker: str,
    known: Sequence[UUID],
    at_most: int | None,
) -> list[Simulated]:
    """Choose the automats of an organization, and issue credentials to those that need them.

    Raises:
        NotFound: There is no such organization.
    """
    async with database.writing() as session:
        unit = await session.get(OrganizationUnit, organization_id) if organization_id else None
        if unit is None or unit.parent_id is not None:
            raise NotFound("There is no organization with this id.")
        actor = system(unit.id, unit.clock_ahead, WayIn.COMMAND)
        work = Work(session, actor, actor.time(clock()))
        return await simulating.prepare(work, secret, broker, known=known, at_most=at_most)


async def run_until_told(automats: dict[str, Firmware], play: Scenario) -> None:
    """Run automats through a scenario, and on when it is over, until a signal says to stop."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    async with _running(automats, play) as fleet:
        errors.print(f"{len(fleet)} automats run; Ctrl+C stops them.", highlight=False)
        await told.wait()


async def show_board(automats: dict[str, Firmware], play: Scenario) -> None:
    """Run automats through a scenario while somebody plays with them, until they quit."""
    async with _running(automats, play) as fleet:
        await loaded("automat_link.simulator.board").Board(fleet).run_async()


@asynccontextmanager
async def _running(automats: dict[str, Firmware], play: Scenario) -> AsyncIterator[Fleet]:
    async with Fleet(automats) as fleet:
        playing = asyncio.create_task(_play(play, fleet))
        try:
            yield fleet
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)


async def _play(play: Scenario, fleet: Fleet) -> None:
    try:
        await play(fleet)
    except Exception:
        logger.exception("the scenario broke off; the automats run on")

"""The parts put together for one process of the API, and what runs beside it."""

import asyncio
import fcntl
import gc
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Route

from geo.geocoding import Geocoder
from models.accounts import Actor
from models.database import Database, parsed
from models.errors import InvalidInput
from models.migrating import is_migrated
from resolvers import guesses, points
from resolvers.attachments.arriving import Limits
from resolvers.attachments.sweeping import sweep
from resolvers.automat_links import expiring
from resolvers.caretaker import care
from resolvers.clocks import every_system
from resolvers.erasing import rule
from resolvers.keys_at_rest import missing
from resolvers.operating import standing
from resolvers.outside.ports import Outside
from resolvers.partners import proofs
from resolvers.partners.uses import Uses
from resolvers.people import challenges, sessions
from resolvers.trail import removing, sealing
from resolvers.waking import Patience, end, hearing, nap
from schema.api import schema
from schema.app import COLLECTED_AT, create_app
from schema.context import Context, clock
from schema.doors.doorkeeper import doorkeeper, session_door
from schema.guards.bounds import bounds_of
from schema.operating.geocoders import geocoder_for
from schema.operating.keys_at_rest import sealer_for
from schema.operating.logs import write_logs
from schema.operating.metrics import metrics_route
from schema.operating.operated import operated_by
from schema.operating.outside import outside_for
from schema.operating.working import working
from schema.settings import Settings, settings
from schema.web.routes import routes_beside

ROUND_SECONDS, DAY_SECONDS = 60, 86_400
PAUSE_SECONDS = 2


def collect_rarely() -> None:
    """Let the collector of circular garbage look less often, and never at what is there now.

    Nearly all of our garbage is not circular. With Python's own thresholds the collector walks
    through every module again and again while a large push makes its rows, which takes a quarter
    of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AT)


def application() -> Starlette:
    """Make the application of one process, from the environment; uvicorn calls it."""
    collect_rarely()
    current = settings()
    write_logs(current)  # a worker is a new process, which knows nothing of the command's
    database = Database(
        current.database_url,
        pool_size=current.database_pool_size,
        sealer=sealer_for(current),
        statement_seconds=current.operation_seconds + PAUSE_SECONDS,
    )
    return assembled(database, current)


def assembled(database: Database, current: Settings) -> Starlette:
    """Put the application together on a database."""
    geocoder, close_geocoder = geocoder_for(database, current)
    outside = outside_for(current)
    uses = Uses(database)
    operated = operated_by(current, outside.public_url)

    def make_context(_request: HTTPConnection, actor: Actor) -> Context:
        return Context(database, geocoder, outside, actor)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        caretaker = asyncio.create_task(take_care(database, geocoder))
        sweeper = asyncio.create_task(sweep_daily(database, outside))
        noting = asyncio.create_task(note_uses(database, uses))
        sealer = asyncio.create_task(seal_steadily(database))
        try:
            async with working(database, outside) if database.is_sqlite else nullcontext():
                yield
        finally:
            await end(caretaker, sweeper, sealer, noting)
            await uses.write()
            await close_geocoder()
            await database.dispose()
            if operated.tracer is not None:
                await asyncio.to_thread(operated.tracer.shutdown)  # sends what it still has

    return create_app(
        schema,
        authenticate=doorkeeper(database, outside, uses),
        refuses_socket=session_door(database, outside).refuses,
        make_context=make_context,
        what_is_missing=lambda: what_is_missing(database),
        lifespan=lifespan,
        routes=[
            *routes_beside(database, outside, make_context, upload_limits(current)),
            *metrics_of(database, current),
        ],
        bounds=bounds_of(database, current),
        operated=operated,
    )


def metrics_of(database: Database, current: Settings) -> list[Route]:
    """Make the route for Prometheus, where it has a token."""
    if current.metrics_token is None:
        return []
    token = current.metrics_token.get_secret_value()
    return [metrics_route(token, lambda: standing(database, clock()))]


def upload_limits(current: Settings) -> Limits:
    """Say what an upload may take."""
    return Limits(current.file_megabytes * 1_000_000, current.upload_seconds)


async def what_is_missing(database: Database) -> str | None:
    """Say why requests cannot be served now; None when they can."""
    try:
        if await is_migrated(database):
            async with database.reading() as connection:
                return await missing(connection, database.sealer)
    except (SQLAlchemyError, OSError):
        return "The database cannot be reached."
    return "The database is not migrated; run: livionkey migrate"


async def take_care(database: Database, geocoder: Geocoder) -> None:
    """Look after what waits: once a minute, and soon after something has changed."""
    wake, patience = asyncio.Event(), Patience("the caretaker")
    async with hearing(database, wake):
        while True:
            await nap(wake, ROUND_SECONDS)
            with patience:
                await care(database, geocoder, clock())
            await asyncio.sleep(PAUSE_SECONDS)


async def note_uses(database: Database, uses: Uses) -> None:
    """Write once a minute which tokens were used, and forget the proofs that nobody can repeat."""
    patience = Patience("the notes of what was used")
    while True:
        await asyncio.sleep(ROUND_SECONDS)
        with patience:
            await uses.write()
            await proofs.forget(database, clock())


async def seal_steadily(database: Database) -> None:
    """Seal once a minute what is complete of the trails."""
    patience = Patience("the sealer")
    while True:
        await asyncio.sleep(ROUND_SECONDS)
        with patience:
            await sealing.seal_all(database, clock(), gives_way=True)


async def sweep_daily(database: Database, outside: Outside) -> None:
    """Look once a day for what ends: files, contacts, credentials; first soon after the start."""
    patience = Patience("the sweeper")
    while True:
        await asyncio.sleep(ROUND_SECONDS)
        with patience:
            for owner in await every_system(database):
                await rule.plan_all(database, owner, owner.time(clock()))
                await removing.remove_old(database, owner, clock())
            await sweep(database, outside.files, clock())
            await expiring.warn(database, clock())
            await expiring.end_unused(database, clock())
            await guesses.forget(database, clock())
            await sessions.forget(database, clock())
            await challenges.forget(database, clock())
            await points.forget(database, clock())
        if not patience.tried:
            await asyncio.sleep(DAY_SECONDS)


def check_address(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on, before anything is started.

    Raises:
        InvalidInput: Somebody else listens there, or it is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = (error.strerror or "").partition(" (")[0]  # it goes on with the address
        raise InvalidInput(
            f"Nothing can be served on {host}:{port} ({reason}); set LIVIONKEY_HOST and "
            "LIVIONKEY_PORT."
        ) from error


@contextmanager
def only_server(database_url: str) -> Iterator[None]:
    """Hold an SQLite file for one server; other commands may use it beside it.

    Raises:
        InvalidInput: Another server has it.
    """
    url = parsed(database_url)
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        yield
        return
    with Path(f"{url.database}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InvalidInput(
                f"Another server runs on {url.database}. SQLite serves one process: stop the "
                "other one, or use PostgreSQL."
            ) from error
        yield

"""Which geocoders are asked, in which order: the embedded one, then the service that was set."""

from collections.abc import Awaitable, Callable

from sqlalchemy import select

from geo.geocoding import ChainGeocoder, Geocoder
from geo.index.embedded import EmbeddedGeocoder
from geo.services.cache import CachingGeocoder
from geo.services.providers import make_provider
from models.addresses import AddressImport
from models.database import Database
from schema.context import clock
from schema.settings import Settings

Close = Callable[[], Awaitable[None]]


def geocoder_for(database: Database, settings: Settings) -> tuple[Geocoder, Close]:
    """Make the geocoder of a process, and what closes it.

    Raises:
        InvalidInput: The settings name no service that we know, or one without what it asks for.
    """
    embedded = EmbeddedGeocoder(database)
    if not settings.geocoder:
        return embedded, nothing_to_close
    key = settings.geocoder_api_key
    provider = make_provider(
        settings.geocoder,
        domain=settings.geocoder_domain,
        api_key=key.get_secret_value() if key else None,
        user_agent=settings.geocoder_user_agent,
        timeout_seconds=settings.geocoder_timeout_seconds,
        database=database,
        clock=clock,
    )
    cached = CachingGeocoder(
        provider,
        terms=provider.terms,
        database=database,
        clock=clock,
        index_version=lambda: newest_import(database),
    )
    return ChainGeocoder(embedded, cached), provider.close


async def newest_import(database: Database) -> str:
    """Name the newest finished import: with more addresses, other things are asked outside."""
    newest = (
        select(AddressImport.id)
        .where(AddressImport.finished_at.is_not(None))
        .order_by(AddressImport.finished_at.desc())
        .limit(1)
    )
    async with database.reading() as connection:
        return str(await connection.scalar(newest) or "")


async def nothing_to_close() -> None:
    """Close nothing: the embedded geocoder has no connections of its own."""

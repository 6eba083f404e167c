"""What services answered, kept with its date and licence, and asked only once at a time.

The cache is for services behind a network; the embedded geocoder is as fast as the cache. Failures
are never kept. No transaction is open while somebody waits for the network.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from geo.geocoding import Geocoder, Match
from geo.services.questions import question_of
from models.database import Database
from models.errors import AddressAmbiguous, AddressNotFound
from models.geocodes import Geocode, GeocodeOutcome
from models.places import Coordinates, PlacementPrecision, PostalAddress

REFUSALS_KEPT = timedelta(days=1)
APPRAISAL = "1"
"""Raise it when `geo.services.appraisal` decides differently: older answers are asked for again."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a service's answers are kept.

    Args:
        provider: The service's name.
        licence: Whose data it is, to be shown with it.
        kept: How long an answer may be kept.
    """

    provider: str
    licence: str
    kept: timedelta


class CachingGeocoder:
    """A service whose answers are remembered.

    Args:
        service: Who is asked when nothing is remembered.
        terms: On what terms its answers are kept.
        database: Where they are kept.
        clock: Tells what time it is.
        index_version: Tells the version of the embedded index, which decides what is asked.
    """

    def __init__(
        self,
        service: Geocoder,
        *,
        terms: Terms,
        database: Database,
        clock: Callable[[], datetime],
        index_version: Callable[[], Awaitable[str]],
    ) -> None:
        self._service = service
        self._terms = terms
        self._database = database
        self._clock = clock
        self._index_version = index_version
        self._flights: dict[str, asyncio.Task[Match]] = {}

    async def geocode(self, address: PostalAddress) -> Match:
        """Answer from memory, or ask; whoever asks the same meanwhile gets the same answer.

        Raises:
            AddressNotFound: The service knows no such place.
            AddressAmbiguous: It fits several places; the message names them.
            GeocoderUnavailable: The service could not be asked just now.
        """
        key = self._key(address, await self._index_version())
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(self._look_up(key, address))
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._land(key, done))
        return await asyncio.shield(flight)  # one caller who gives up does not take the rest along

    def _key(self, address: PostalAddress, version: str) -> str:
        question = question_of(address)
        parts = (APPRAISAL, version, self._terms.provider, *question.folded())
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _land(self, key: str, flight: asyncio.Task[Match]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # seen, even if every caller has given up

    async def _look_up(self, key: str, address: PostalAddress) -> Match:
        kept = await self._kept(key)
        if kept is not None:
            return answered(kept.outcome, kept.answer, kept.message)
        try:
            match = await self._service.geocode(address)
        except AddressNotFound as refusal:
            await self._keep(key, address, GeocodeOutcome.NOT_FOUND, message=refusal.message)
            raise
        except AddressAmbiguous as refusal:
            await self._keep(key, address, GeocodeOutcome.AMBIGUOUS, message=refusal.message)
            raise
        await self._keep(key, address, GeocodeOutcome.FOUND, answer=written(match))
        return match

    async def _kept(self, key: str) -> Any:
        statement = select(Geocode.outcome, Geocode.answer, Geocode.message).where(
            Geocode.key == key, Geocode.kept_until > self._clock()
        )
        async with self._database.reading() as connection:
            return (await connection.execute(statement)).one_or_none()

    async def _keep(
        self,
        key: str,
        address: PostalAddress,
        outcome: GeocodeOutcome,
        *,
        answer: dict[str, Any] | None = None,
        message: str | None = None,
    ) -> None:
        now = self._clock()
        kept = self._terms.kept if outcome is GeocodeOutcome.FOUND else REFUSALS_KEPT
        row = Geocode(
            key=key,
            provider=self._terms.provider,
            country_code=address.country_code,
            outcome=outcome,
            answer=answer,
            message=message,
            licence=self._terms.licence,
            created_at=now,
            kept_until=now + kept,
        )
        try:
            async with self._database.writing() as session:
                await session.execute(delete(Geocode).where(Geocode.kept_until <= now))
                session.add(row)
        except IntegrityError:  # another process has just kept the same answer
            return


def written(match: Match) -> dict[str, Any]:
    """Write a match down as plain values."""
    return {
        "latitude": match.coordinates.latitude,
        "longitude": match.coordinates.longitude,
        "precision": match.precision.value,
        "confidence": match.confidence,
        "source": match.source,
        "matched_address": match.matched_address,
    }


def answered(outcome: GeocodeOutcome, answer: dict[str, Any] | None, message: str | None) -> Match:
    """Repeat what was answered.

    Raises:
        AddressNotFound: That was the answer.
        AddressAmbiguous: That was the answer.
    """
    if outcome is GeocodeOutcome.AMBIGUOUS:
        raise AddressAmbiguous(message or "")
    if answer is None:
        raise AddressNotFound(message or "")
    return Match(
        coordinates=Coordinates(answer["latitude"], answer["longitude"]),
        precision=PlacementPrecision(answer["precision"]),
        confidence=answer["confidence"],
        source=answer["source"],
        matched_address=answer["matched_address"],
    )

"""A geocoding service behind the port: geopy asks it, we judge what it answers.

Messages and log records about a service name the service and
what went wrong, and nothing else: no key, no page, no address.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from geopy import exc

from geo.geocoding import Match
from geo.services.appraisal import Offer, appraised, best, exactness, is_in_town, is_possible
from geo.services.cache import Terms
from geo.services.pace import Pace
from geo.services.questions import Question, question_of
from models.errors import AddressNotFound, GeocoderUnavailable, InvalidInput
from models.places import PlacementPrecision, PostalAddress

UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError, InvalidInput)
"""What reading an answer of another shape raises, in geopy and in `geo.services.offers`."""

WHAT_WENT_WRONG: Mapping[type[Exception], str] = {
    exc.GeocoderTimedOut: "did not answer in time",
    exc.GeocoderParseError: "answered something unreadable",
    exc.GeocoderRateLimited: "asked us to wait",
    exc.GeocoderQuotaExceeded: "says that our quota is used up",
    exc.GeocoderAuthenticationFailure: "did not accept our key",
    exc.GeocoderInsufficientPrivileges: "did not accept our key",
    exc.GeocoderQueryError: "refused the question",
    exc.GeocoderUnavailable: "could not be reached",
}
WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
MOST_TOWNS, MOST_TRIES = 500, 4

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Provider:
    """One kind of service: how it is asked, and how its answers are read.

    Args:
        terms: Its name, and on what terms its answers are kept.
        tries: The arguments for geopy, the most exact question first.
        read: Makes an offer of one thing as the service wrote it.
    """

    terms: Terms
    tries: Callable[[Question], list[dict[str, Any]]]
    read: Callable[[Mapping[str, Any]], Offer | None]


class ProviderGeocoder:
    """A service behind the port. Close it with `close`.

    Args:
        provider: What kind of service it is.
        geocoder: geopy's geocoder for it.
        pace: How often it may be asked.
        clock: Tells what time it is.
    """

    def __init__(
        self, provider: Provider, geocoder: Any, pace: Pace, clock: Callable[[], datetime]
    ) -> None:
        self.terms = provider.terms
        self._provider = provider
        self._geocoder = geocoder
        self._pace = pace
        self._clock = clock
        self._silent_until = datetime.min.replace(tzinfo=UTC)
        self._towns: dict[tuple[str, ...], Offer | None] = {}

    async def close(self) -> None:
        """Close the connections."""
        await self._geocoder.adapter.__aexit__(None, None, None)

    async def geocode(self, address: PostalAddress) -> Match:
        """Find the one place that an address names.

        Raises:
            AddressNotFound: The service knows no such place.
            AddressAmbiguous: It fits several places; the message names them.
            GeocoderUnavailable: The service could not be asked just now.
        """
        question = question_of(address)
        if question.is_empty:
            raise AddressNotFound
        offers = [offer for offer in await self._offers(question) if is_possible(question, offer)]
        town = await self._town(question, offers)
        appraisals = [appraised(question, offer, town) for offer in offers]
        return best([one for one in appraisals if one is not None], self.terms.provider)

    async def _offers(self, question: Question) -> list[Offer]:
        """Ask, and ask in another way until the house itself comes; each time takes one turn."""
        offers: list[Offer] = []
        ways = [one for reading in question.readings() for one in self._provider.tries(reading)]
        for arguments in ways[:MOST_TRIES]:
            offers += await self._ask(arguments)
            if any(is_settled(question, offer) for offer in offers):
                break
        return offers

    async def _town(self, question: Question, offers: list[Offer]) -> Offer | None:
        """Look the town up where its name alone does not settle where an offer lies."""
        if question.city is None or all(is_in_town(question, offer) for offer in offers):
            return None
        town = question.town()
        key = town.folded()
        if key not in self._towns:
            found = [offer for offer in await self._offers(town) if is_town(town, offer)]
            if len(self._towns) >= MOST_TOWNS:
                self._towns.clear()
            self._towns[key] = next(iter(found), None)
        return self._towns[key]

    async def _ask(self, arguments: dict[str, Any]) -> list[Offer]:
        if self._clock() < self._silent_until:
            raise self._unavailable("asked us to wait")
        await self._pace.wait()
        try:
            places = await self._geocoder.geocode(exactly_one=False, **arguments) or []
            offers = [self._provider.read(place.raw) for place in places]
        except exc.GeopyError as error:
            self._heed(error)
            # geopy's message may repeat what the service wrote, and with it the address or the key
            raise self._unavailable(what_went_wrong(error)) from None
        except UNREADABLE:
            raise self._unavailable("answered something unreadable") from None
        return [offer for offer in offers if offer is not None]

    def _heed(self, error: exc.GeopyError) -> None:
        """Keep silent for as long as the service wants us to."""
        if isinstance(error, exc.GeocoderRateLimited):
            seconds = error.retry_after
            wait = WAIT if seconds is None else timedelta(seconds=seconds)
            self._silent_until = self._clock() + min(wait, LONGEST_WAIT)

    def _unavailable(self, what: str) -> GeocoderUnavailable:
        logger.warning("the geocoder %s %s", self.terms.provider, what)
        return GeocoderUnavailable(
            f"The geocoder {self.terms.provider} {what}; the address will be tried again later."
        )


def what_went_wrong(error: exc.GeopyError) -> str:
    """Say it in our words."""
    kinds = type(error).__mro__
    return next((WHAT_WENT_WRONG[kind] for kind in kinds if kind in WHAT_WENT_WRONG), "failed")


def is_settled(question: Question, offer: Offer) -> bool:
    """Tell whether nothing better can come than this offer."""
    if not (is_possible(question, offer) and is_in_town(question, offer)):
        return False
    return question.number is None or exactness(question, offer) is PlacementPrecision.HOUSE_NUMBER


def is_town(question: Question, offer: Offer) -> bool:
    """Tell whether an offer can be the town that was asked for."""
    return offer.country_code == question.country_code and offer.kind is PlacementPrecision.CITY

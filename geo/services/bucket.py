"""A geocoder that is asked only so often by this process, whoever it asks in turn."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from geo.geocoding import Geocoder, Match
from models.places import PostalAddress


class TokenBucket:
    """Turns of one process: so many in a second, and never two at once after a rest.

    Args:
        per_second: How many; more than 0.
        clock: Tells how many seconds have passed since any moment.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._next = clock()

    async def wait(self) -> None:
        """Take the next turn, and wait until it comes."""
        now = self._clock()
        turn = max(now, self._next)
        self._next = turn + self._interval
        if turn > now:
            await self._sleep(turn - now)


class PacedGeocoder:
    """A geocoder that is asked in turns.

    Args:
        geocoder: Who is asked.
        bucket: Whose turns.
    """

    def __init__(self, geocoder: Geocoder, bucket: TokenBucket) -> None:
        self._geocoder = geocoder
        self._bucket = bucket

    async def geocode(self, address: PostalAddress) -> Match:
        """Wait for our turn, and find the one place that an address names.

        Raises:
            AddressNotFound: It knows no such place.
            AddressAmbiguous: It fits several places; the message names them.
            GeocoderUnavailable: It could not be asked just now.
        """
        await self._bucket.wait()
        return await self._geocoder.geocode(address)

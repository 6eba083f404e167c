"""What a new cabinet asks for with its installation PIN: JSON, by POST, without a token.

It sends a certificate request for a key that it made itself, and gets its certificate, the
certificate of the authority, the key of its codes, and where the broker is. See
`schema.web.public_requests` for what holds for all that is asked without a token.
"""

from datetime import timedelta
from typing import Any

from starlette.routing import BaseRoute, Route

from models.accounts import WayIn
from models.database import Database
from models.errors import EnrolmentRefused
from resolvers import clocks
from resolvers.automat_links import enrolling
from resolvers.automat_links.enrolling import Cabinet
from resolvers.guesses import Bound, Guesses
from resolvers.outside.ports import Outside
from schema.context import Context, clock
from schema.doors.throttling import SharedThrottle, place_of
from schema.view import MakeContext
from schema.web.public_requests import Asked, answered_by

ENROL = "/public/automat/enrol"
FROM_ADDRESS = Bound("address", 10, timedelta(minutes=1))
FOR_DEVICE = Bound("device", 20, timedelta(hours=1))
"""For one device id, from all addresses together."""


class EnrolmentRoutes:
    """The endpoint of cabinets.

    Args:
        database: Where automats are.
        outside: The ports to the rest of the world.
        make_context: Makes what a request gets, of the request and of who asks.
    """

    def __init__(self, database: Database, outside: Outside, make_context: MakeContext) -> None:
        self._database = database
        self._outside = outside
        self._make_context = make_context
        secret = outside.secret
        self._from_address = SharedThrottle(Guesses(database, secret, FROM_ADDRESS))
        self._for_device = SharedThrottle(Guesses(database, secret, FOR_DEVICE))

    async def enrol(self, asked: Asked) -> dict[str, Any]:
        """Make a cabinet the automat that its installation PIN is for.

        Raises:
            InvalidInput: Something is missing, or the request for a certificate is no good.
            EnrolmentRefused: The PIN is wrong, used or too old; it is never told which.
            Refused: Too many wrong ones came from that address within a minute, or for that device
                id within an hour. A right one is refused as well: whoever may guess on finds it.
        """
        cabinet = Cabinet(
            device_id=asked.text("deviceId"),
            pin=asked.text("installationPin"),
            hardware_id=enrolling.checked_hardware_id(asked.text("hardwareId")),
            public_key=enrolling.requested_key(asked.text("csr")),
        )
        now, place = clock(), place_of(asked.address)
        await self._from_address.guess(place, now)
        await self._for_device.guess(cabinet.device_id, now)
        made = await self._enrolled(asked, cabinet)
        await self._from_address.forgive(place, now)
        await self._for_device.forgive(cabinet.device_id, now)
        return made

    async def _enrolled(self, asked: Asked, cabinet: Cabinet) -> dict[str, Any]:
        broker, secret = self._outside.broker, self._outside.secret
        if broker is None:
            raise EnrolmentRefused
        async with self._database.reading() as connection:
            automat_id, owner = await enrolling.meant(connection, cabinet, secret)
            actor = await clocks.system_of(connection, owner, WayIn.AUTOMAT)
        context: Context = self._make_context(asked.request, actor)
        made = await context.writing(
            lambda work: enrolling.enrol(work, automat_id, cabinet, secret, broker)
        )
        return made.as_file()


def enrolment_routes(
    database: Database, outside: Outside, make_context: MakeContext
) -> list[BaseRoute]:
    """Make the route for cabinets."""
    routes = EnrolmentRoutes(database, outside, make_context)
    endpoint = answered_by(routes.enrol, public_url=outside.public_url)
    return [Route(ENROL, endpoint, methods=["POST"])]

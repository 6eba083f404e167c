"""The caretaker's round through every organization, for all that nobody has to ask for."""

from datetime import datetime

from geo.geocoding import Geocoder
from models.database import Database
from resolvers.organizations import all_ids
from resolvers.unplaced import place_again
from resolvers.waiting import fulfil

IN_ONE_ROUND = 200
"""How many waiting reservations of one organization are tried again."""


async def care(database: Database, geocoder: Geocoder, now: datetime) -> None:
    """Look after everything that waits, in every organization."""
    for organization_id in await all_ids(database):
        await place_again(database, geocoder, organization_id, now)
        await fulfil(database, organization_id, now, at_most=IN_ONE_ROUND)

"""The caretaker's round through every organization, for all that nobody has to ask for."""

from datetime import datetime

from geo.geocoding import Geocoder
from models.database import Database
from resolvers.clocks import every_system
from resolvers.unplaced import place_again
from resolvers.waiting import fulfil

IN_ONE_ROUND = 200
"""How many waiting reservations of one organization are tried again."""


async def care(database: Database, geocoder: Geocoder, now: datetime) -> None:
    """Look after everything that waits, in every organization."""
    for owner in await every_system(database):
        there = owner.time(now)
        await place_again(database, geocoder, owner, there)
        await fulfil(database, owner, there, at_most=IN_ONE_ROUND)

"""Where an automat says that it stands; the review of placements compares it with its place."""

from uuid import UUID

from geo.position import distance_metres
from models.automats import Automat
from models.base import Json
from models.places import Coordinates
from resolvers.work import Work

NEWS_METRES = 10.0
"""Receivers waver by a few metres: less is no news."""


async def compare(work: Work, automat_id: UUID, health: Json) -> None:
    """Keep where an automat says that it stands, when that is elsewhere than it said before.

    One that somebody found in its right place is to be looked at again then.

    Args:
        work: The transaction, of the system.
        automat_id: The automat.
        health: What it says, by the names of the protocol: `position`, if it can tell.
    """
    said = health.get("position")
    if said is None:
        return
    there = Coordinates.checked(said["latitude"], said["longitude"])
    automat = await work.get(Automat, automat_id)
    known = automat.reported_position
    if known is not None and distance_metres(known, there) <= NEWS_METRES:
        return
    automat.reported_position = there
    automat.review_again()
